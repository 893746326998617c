"""The axes: how levels are checked, written and told apart, and which axes are in play."""

import math
from types import SimpleNamespace
from typing import Any

import pytest

from nas.search_spaces import AXES, Axis, Candidate, candidates
from nas.search_spaces.candidates import in_play, levels_of, written
from tests.search_spaces.levels import examples

FACTOR = Axis(
    name="factor",
    plural="factors",
    kind=float,
    expected="a number",
    accepts=lambda value: isinstance(value, float),
    usual=(1.0,),
    before=" ×",
    default=1.0,
)


@pytest.fixture
def with_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more axis, with a default."""
    monkeypatch.setattr(candidates, "AXES", (*AXES, FACTOR))


def test_a_candidate_reads_as_activation_depth_width() -> None:
    assert str(Candidate("sine", 2, 32)) == "sine 2×32"
    assert Candidate("sine", 2, 32) < Candidate("sine", 3, 16) < Candidate("tanh", 1, 1)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("", 2, 16), "activation='': expected a name"),
        (("sine", 0, 16), "depth=0: expected an integer ≥ 1"),
        (("sine", 2, -3), "width=-3: expected an integer ≥ 1"),
        (("sine", 2.0, 16), "depth=2.0: expected an integer ≥ 1"),
        (("sine", 2, True), "width=True: expected an integer ≥ 1"),
        (("sine", 2, 16, 0), "scale=0: expected a number above 0"),
        (("sine", 2, 16, math.inf), "scale=inf: expected a number above 0"),
        (("sine", 2, 16, math.nan), "scale=nan: expected a number above 0"),
        (("sine", 2, 16, 10**400), "scale=10+: expected a number above 0"),
        (("sine", 2, 16, True), "scale=True: expected a number above 0"),
        (("sine", 2, 16, "10"), "scale='10': expected a number above 0"),
        (("sine", 2, 16, 1, None), "encoding=None: expected raw, fourier M, or periodic with"),
    ],
)
def test_impossible_candidates_are_refused(values: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Candidate(*values)


@pytest.mark.parametrize(
    "encoding",
    ["", "Raw", "raw ", "fourier", "fourier 0", "fourier 04", "fourier 1000", "fourier -1",
     "fourier 1.5", "periodic", "periodic 3", "periodic x 0", "periodic x 2 3", "periodic  x",
     "periodic x,y", "periodic x\n", "periodic x 1", "periodic x x", "fourier 1\u0663",
     "corner x y 0 0 270 45 0", "corner x 0 0 270 45 0 1", "corner x y 0 0 270 45 0 1.", "corner",
     "corner x y 0 0 270 45 0 nan", "corner x y 0 0 270 45 0 1 corner",
     "corner x y 0 0 270 45 0 1 1", "corner x y 00 0 270 45 0 1", "corner x y 0 0 270.0 45 0 1",
     "corner x y 0 0 270 45 0 1 corner x y 0 0 270 45 0 1"],
)  # fmt: skip
def test_impossible_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match="expected raw, fourier M, or periodic with"):
        Candidate("sine", 2, 16, encoding=encoding)


@pytest.mark.parametrize(
    "encoding",
    ["raw", "fourier 1", "fourier 128", "periodic x", "periodic x 3", "periodic x1 t 12"],
)
def test_encodings_stand_last_in_the_name(encoding: str) -> None:
    name = str(Candidate("sine", 2, 16, encoding=encoding))
    assert name == ("sine 2×16" if encoding == "raw" else f"sine 2×16 {encoding}")


def test_corners_stand_in_the_name_by_angle_and_number() -> None:
    one, other = "corner x y 0 -0.5 270 45 0 0.001", "corner x y 1 -0.5 290.5 45 2 0.001"
    assert str(Candidate("sine", 1, 400, encoding=one)) == "sine 1×400 at a corner of 270°"
    both = Candidate("sine", 1, 400, encoding=f"{one} {other}")
    assert str(both) == "sine 1×400 at 2 corners of up to 290°"


def test_a_scale_is_one_number_however_it_is_written() -> None:
    assert Candidate("sine", 2, 16, 10) == Candidate("sine", 2, 16, 10.0)
    assert str(Candidate("sine", 2, 16, 10)) == "sine 2×16 ×10"
    assert type(Candidate("sine", 2, 16, 10).scale) is float


@pytest.mark.parametrize("axis", AXES, ids=lambda axis: axis.name)
def test_every_axis_is_declared_soundly(axis: Axis) -> None:
    assert all(axis.accepts(level) for level in (*axis.usual, *examples(axis)))
    assert not axis.accepts(None)
    assert not axis.accepts([])
    assert axis.default is None or axis.usual == (axis.default,)
    assert set(axis.hues) == set() or not axis.ordered


def test_plurals_are_all_different() -> None:
    names = [name for axis in AXES for name in (axis.name, axis.plural)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("level", "text"), [(10.0, "10"), (0.5, "0.5"), (1 / 3, "0.3333333333333333"), (1e-7, "1e-07")]
)
def test_numbers_are_written_short_and_without_loss(level: float, text: str) -> None:
    assert FACTOR.text(level) == text
    assert float(FACTOR.text(level)) == level


def test_a_name_is_written_as_it_is() -> None:
    assert AXES[0].text("sine2.0") == "sine2.0"


def test_levels_are_those_of_a_candidate_or_of_a_row() -> None:
    expected = {axis.name: axis.default for axis in AXES} | {
        "activation": "tanh",
        "depth": 3,
        "width": 8,
    }
    assert levels_of(Candidate("tanh", 3, 8)) == expected
    assert levels_of(SimpleNamespace(activation="tanh", depth=3, width=8, loss=1.0)) == expected


@pytest.mark.usefixtures("with_factor")
@pytest.mark.parametrize(
    ("level", "text"),
    [({"factor": 10.0}, "tanh 3×8 ×10"), ({"factor": 1.0}, "tanh 3×8"), ({}, "tanh 3×8")],
)
def test_an_axis_at_its_default_is_not_written(level: dict[str, float], text: str) -> None:
    assert written(SimpleNamespace(activation="tanh", depth=3, width=8, **level)) == text


@pytest.mark.usefixtures("with_factor")
@pytest.mark.parametrize(
    ("factors", "there"),
    [([1.0, 10.0], True), ([10.0], True), ([1.0], False), ([], False), (None, False)],
)
def test_an_axis_is_in_play_where_a_level_is_not_its_default(
    factors: list[float] | None, there: bool
) -> None:
    table: dict[str, list[Any]] = {"activation": ["tanh"], "depth": [2, 3], "width": []}
    if factors is not None:
        table["factor"] = factors
    names = [axis.name for axis in in_play(table)]
    assert names == ["activation", "depth", "width"] + ["factor"] * there
