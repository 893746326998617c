"""Encoded jets against nested autograd, periodicity across the boundary, and the words."""

from itertools import product

import pytest
import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.jets import Derivative, DerivativeSet, Laplacian
from nas.errors import UserError
from nas.networks import check, evaluate, untrained
from nas.networks.encoding import (
    Encoding,
    count_features,
    frequencies,
    in_words,
    parsed,
    repeating,
    resolve,
    shared,
)
from nas.search_spaces.candidates import Candidate
from tests.oracles import nested, relative

NAMES = ("x", "t")
TEXTS = (
    "raw",
    "fourier 1",
    "fourier 3",
    "fourier 2 x",
    "periodic x",
    "periodic t 2",
    "periodic x t 2",
)
CORNER = "corner x t 0.9 -0.95 270 315 0 0.5 corner x t -0.2 0.1 300 20 3 0.5"
PLANE: list[Derivative] = [i for i in product(range(5), repeat=2) if 0 < sum(i) <= 4]
EVERY = DerivativeSet([*PLANE, Laplacian((0, 1)), Laplacian((1,))], 2)
COLLAPSED = DerivativeSet([Laplacian((0, 1))], 2)
CENTRE = torch.tensor([1.0, 0.25], dtype=torch.float64)
HALF_EXTENT = torch.tensor([2.0, 0.25], dtype=torch.float64)


def jet_at(points: Tensor, derivatives: DerivativeSet) -> Tensor:
    return jets.coordinates(points, derivatives, CENTRE, HALF_EXTENT)


def points() -> Tensor:
    drawn = torch.rand(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    return CENTRE + HALF_EXTENT * (2 * drawn - 1)


def by_hand(encoding: Encoding, scaled: Tensor) -> list[Tensor]:
    """The features one by one."""
    kept = range(2) if encoding.kept is None else encoding.kept
    phases = [
        torch.pi * k * scaled[:, axis]
        for k in range(1, encoding.modes + 1)
        for axis in encoding.waves
    ]
    return [*(scaled[:, axis] for axis in kept), *map(torch.sin, phases), *map(torch.cos, phases)]


@pytest.mark.parametrize("derivatives", [EVERY, COLLAPSED], ids=["all", "collapsed"])
@pytest.mark.parametrize("text", TEXTS)
def test_features_agree_with_nested_autograd(text: str, derivatives: DerivativeSet) -> None:
    encoding = resolve(text, NAMES)
    jet = encoding.jet(derivatives, jet_at(points(), derivatives))
    assert jet.shape == (len(derivatives), 6, count_features(text, 2))
    for feature in range(jet.shape[-1]):

        def value(x: Tensor, feature: int = feature) -> Tensor:
            return by_hand(encoding, (x - CENTRE) / HALF_EXTENT)[feature]

        for index, key in enumerate(derivatives.keys):
            expected = nested(value, points(), key)
            torch.testing.assert_close(jet[index, :, feature], expected, rtol=1e-11, atol=1e-10)


@pytest.mark.parametrize("text", [*TEXTS, CORNER])
def test_networks_agree_with_nested_autograd_of_their_plain_modules(text: str) -> None:
    one = untrained(Candidate("gelu", 2, 5, encoding=text), NAMES, outputs=1)
    (module,) = one.modules()
    jet = evaluate(EVERY, jet_at(points(), EVERY), [one])

    def value(x: Tensor) -> Tensor:
        found: Tensor = module((x - CENTRE) / HALF_EXTENT)[:, 0]
        return found

    for index, key in enumerate(EVERY.keys):
        assert relative(jet[0, index, :, 0], nested(value, points(), key)) < 1e-10, key


@pytest.mark.parametrize("text", ["periodic x", "periodic x 3", "periodic x t 2"])
def test_values_and_all_derivatives_go_on_across_the_boundary(text: str) -> None:
    one = untrained(Candidate("tanh", 2, 8, scale=3, encoding=text), NAMES, outputs=2)
    left = points()
    left[:, 0] = CENTRE[0] - HALF_EXTENT[0]
    right = left + torch.tensor([2 * HALF_EXTENT[0], 0.0], dtype=torch.float64)
    here, there = (evaluate(EVERY, jet_at(side, EVERY), [one])[0] for side in (left, right))
    for index, key in enumerate(EVERY.keys):
        assert relative(there[index], here[index]) < 1e-12, key


@pytest.mark.parametrize("text", ["raw", "fourier 2", "periodic t"])
def test_others_do_not_repeat_themselves(text: str) -> None:
    one = untrained(Candidate("tanh", 2, 8, encoding=text), NAMES, outputs=1)
    left = points()
    right = left + torch.tensor([2 * HALF_EXTENT[0], 0.0], dtype=torch.float64)
    value = DerivativeSet([], 2)
    here, there = (evaluate(value, jet_at(side, value), [one]) for side in (left, right))
    assert relative(there, here) > 1e-2


def test_raw_coordinates_are_passed_on_themselves() -> None:
    jet = jet_at(points(), EVERY)
    assert resolve("raw", NAMES).jet(EVERY, jet) is jet


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("raw", Encoding(None, (), 1)),
        ("fourier 12", Encoding(None, (0, 1), 12)),
        ("periodic t", Encoding((0,), (1,), 1)),
        ("periodic t x t 4", Encoding((), (1, 0), 4)),
    ],
)
def test_texts_are_resolved(text: str, expected: Encoding) -> None:
    assert resolve(text, NAMES) == expected


def test_a_name_with_a_digit_is_a_name() -> None:
    assert parsed("periodic x1 2") == ("periodic", ("x1",), 2)


@pytest.mark.parametrize(
    "text", ["raw", "fourier 2", "fourier 2 x", "periodic x", "periodic x t 2"]
)
def test_features_run_along_their_axes_as_fast_as_is_told(text: str) -> None:
    """The largest slope of each by each coordinate, over a fine grid."""
    slopes = DerivativeSet([(1, 0), (0, 1)], 2)
    ticks = torch.linspace(-1, 1, 41, dtype=torch.float64)
    points = torch.cartesian_prod(ticks, ticks)
    jet = torch.stack([points, torch.ones(1681, 1) * torch.tensor([1.0, 0.0]),
                       torch.ones(1681, 1) * torch.tensor([0.0, 1.0])]).double()  # fmt: skip
    encoding = resolve(text, ["x", "t"])
    found = encoding.jet(slopes, jet)[1:].abs().amax(1)  # (D, F)
    expected = torch.zeros_like(found)
    for feature, (axis, fast) in enumerate(
        zip(encoding.axes(2), frequencies(text, 2), strict=True)
    ):
        expected[axis, feature] = fast
    torch.testing.assert_close(found, expected, rtol=0.01, atol=1e-12)


@pytest.mark.parametrize("text", [*TEXTS, CORNER])
def test_as_many_features_as_are_counted_each_with_a_slope(text: str) -> None:
    features = resolve(text, NAMES).values(points())
    assert features.shape[-1] == count_features(text, 2) == len(frequencies(text, 2))


def test_corners_are_seen_in_the_plane_that_they_name() -> None:
    scaled = torch.rand(5, 3, generator=torch.Generator().manual_seed(1)).double()
    seen = resolve("corner t x 0.1 -0.2 280 200 0.5 0.7", ["x", "y", "t"]).values(scaled)
    turned = resolve("corner a b 0.1 -0.2 280 200 0.5 0.7", ["a", "b"]).values(scaled[:, [2, 0]])
    torch.testing.assert_close(seen[:, 3:], turned[:, 2:])
    torch.testing.assert_close(seen[:, :3], scaled)


def test_a_corner_in_a_coordinate_that_is_not_there_is_one_line() -> None:
    with pytest.raises(UserError, match=r"^encoding: expected coord.* of x, t, got 'y' in 'corn"):
        check([Candidate("tanh", 1, 4, encoding="corner x y 0 0 270 45 0 1")], NAMES)


def test_what_repeats_itself_sees_no_corner() -> None:
    with pytest.raises(UserError, match=r"^encoding: got a corner, and x periodic; expected one"):
        repeating(CORNER, NAMES, ["x"])


def test_a_coordinate_that_is_not_there_is_one_line() -> None:
    with pytest.raises(
        UserError,
        match=r"^encoding: expected coordinates of the problem, each one of x, t, got 'y' in "
        r"'periodic x y 2'$",
    ):
        check([Candidate("tanh", 1, 4, encoding="periodic x y 2")], NAMES)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["raw"], "raw"),
        (["fourier 2", "periodic x"], "raw"),
        (["periodic x", "periodic t"], "raw"),
        (["periodic x 3", "periodic x"], "periodic x"),
        (["periodic t x 3", "periodic x t"], "periodic t x"),
        (["periodic t x 3", "periodic x"], "periodic x"),
        ([CORNER, CORNER], "raw"),
    ],
)
def test_what_all_share(texts: list[str], expected: str) -> None:
    assert shared([Candidate("tanh", 1, 4, encoding=text) for text in texts]) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("raw", ""),
        ("fourier 2", "which also see the first 2 modes of each coordinate"),
        ("periodic x", "periodic in x (1 mode)"),
        ("periodic x t 3", "periodic in x and t (3 modes)"),
        (
            "corner x t 0 0 270 45 0 1",
            "which also see powers of the distance from a corner",
        ),
        (CORNER, "which also see powers of the distance from 2 corners"),
    ],
)
def test_words(text: str, words: str) -> None:
    assert in_words(text) == words


@pytest.mark.parametrize("text", ["raw", "fourier 1", "fourier 3", "periodic t 2", "periodic x"])
def test_periodic_coordinates_are_seen_by_waves_alone(text: str) -> None:
    encoding = resolve(text, NAMES, periodic=["x"])
    left = torch.tensor([[-1.0, 0.3]], dtype=torch.float64)
    right = torch.tensor([[1.0, 0.3]], dtype=torch.float64)
    features = encoding.values(left)
    torch.testing.assert_close(encoding.values(right), features, rtol=0, atol=1e-14)
    assert features.shape[-1] == count_features(repeating(text, NAMES, ["x"]), 2)
    assert not torch.allclose(encoding.values(torch.zeros_like(left)), features)


def test_repeating_changes_nothing_that_repeats_itself() -> None:
    assert repeating("periodic x t 2", NAMES, ["t"]) == "periodic x t 2"
    assert repeating("fourier 3 x", NAMES, ["x"]) == "fourier 3 x"
    assert in_words("fourier 3 x").endswith("and x through them alone")
