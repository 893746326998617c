from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import torch

from nas.export import Exported, NotEquivalent, equivalence
from nas.export.architecture import ProblemFacts
from nas.export.architecture_file import read
from nas.export.equivalence import by_jets, check, compare, draw, last_digits, run
from nas.export.format import Format, find
from nas.mixture.mixture import Mixture
from tests.export import made_campaign

PT2 = find("pt2")
HALF_EXTENT = torch.tensor([2.0], dtype=torch.float64)


@pytest.fixture
def problem(exported: Exported) -> ProblemFacts:
    return read(exported.architecture).problem


def test_points_are_inside_and_the_same_every_time(problem: ProblemFacts) -> None:
    points = draw(problem)
    assert points.shape == (64, 2)
    assert torch.equal(points, draw(problem))
    for column, (low, high) in zip(points.T, problem.bounds, strict=True):
        assert low <= column.min() < low + 0.1 * (high - low)
        assert high >= column.max() > high - 0.1 * (high - low)


def test_another_mixture_is_found_out(exported: Exported, problem: ProblemFacts) -> None:
    """One weight that is off by little is enough."""
    other = made_campaign.mixture(drop=[1])
    with torch.no_grad():
        other.gate.networks.biases[-1][0, 0] += 1e-4
    with pytest.raises(
        NotEquivalent, match=r"model\.pt2 differs from the trained mixture, u by \d\.\de"
    ):
        check(PT2, exported.program, other, problem)


def test_program_that_cannot_be_loaded_is_not_equivalent(
    tmp_path: Path, problem: ProblemFacts
) -> None:
    (tmp_path / "model.pt2").write_bytes(b"half")
    with pytest.raises(NotEquivalent, match=r"the fresh process could not use model\.pt2 \(.+\)"):
        run(PT2, tmp_path / "model.pt2", draw(problem))


def line(u: list[float], slope: list[float]) -> dict[str, torch.Tensor]:
    return {
        "u": torch.tensor(u, dtype=torch.float64),
        "u.x": torch.tensor(slope, dtype=torch.float64),
    }


def test_differences_by_hand(problem: ProblemFacts) -> None:
    one = problem.model_copy(update={"coordinates": ("x",), "fields": ("u",)})
    got = compare(line([1.0, -3.5], [0.5, 2.0]), line([1.0, -4.0], [0.5, 1.0]), HALF_EXTENT, one)
    assert got == {"u": 0.125, "u.x": 1.0}


def test_derivative_of_nothing_but_rounding_is_measured_against_the_field(
    problem: ProblemFacts,
) -> None:
    one = problem.model_copy(update={"coordinates": ("x",), "fields": ("u",)})
    got = compare(line([4.0, 4.0], [1e-17, 0.0]), line([4.0, 4.0], [0.0, 0.0]), HALF_EXTENT, one)
    assert got == {"u": 0.0, "u.x": pytest.approx(1e-17 / (1e-6 * 4 / 2))}
    zero = compare(line([0.0], [0.0]), line([0.0], [0.0]), HALF_EXTENT, one)
    assert zero == {"u": 0.0, "u.x": 0.0}


def test_what_is_not_a_number_is_not_equivalent(
    exported: Exported, trained: Mixture, problem: ProblemFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = by_jets(trained, draw(problem), problem)
    fields = torch.stack([got["u"], got["p"] * torch.nan], dim=-1)
    gradients = [[[0.0, 0.0]] * 64] * 2
    answer = {"fields": fields.tolist(), "first_point": fields[:1].tolist(), "gradients": gradients}
    monkeypatch.setattr("nas.export.equivalence.run", lambda *_: answer)
    with pytest.raises(NotEquivalent, match=r"p by nan"):
        check(PT2, exported.program, trained, problem)


def test_large_weights_may_differ_by_what_their_last_digits_decide(
    exported: Exported, problem: ProblemFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two experts that nearly cancel: their sum in another order is off by more than 1e-6."""
    mixture = made_campaign.mixture(drop=[1])
    points = draw(problem)
    expected = by_jets(mixture, points, problem)
    digits = last_digits(mixture, points, expected, problem)
    assert 0 < max(digits.values()) < 1e-12
    off = {name: value + 2e-6 * value.abs().max() for name, value in expected.items()}
    monkeypatch.setattr(equivalence, "_named", lambda answer, facts: off)
    with pytest.raises(NotEquivalent, match=r"by 2\.0e-06 .*at most 1e-06 is .*--run"):
        check(PT2, exported.program, mixture, problem)
    many = dict.fromkeys(expected, 3e-7)
    monkeypatch.setattr(equivalence, "last_digits", lambda *_: many)
    assert check(PT2, exported.program, mixture, problem).difference == pytest.approx(2e-6)
    single = check(PT2, exported.program, mixture, problem, "float32")  # as if it were such a one
    assert single.dtype == "float32"
    assert single.difference == pytest.approx(2e-6, rel=0.1)  # the points are float32's, too
    off = {name: value + 2e-3 * value.abs().max() for name, value in expected.items()}
    monkeypatch.setattr(equivalence, "last_digits", lambda *_: dict.fromkeys(expected, 1.0))
    with pytest.raises(NotEquivalent, match=r"where at most 1e-03 is allowed"):
        check(PT2, exported.program, mixture, problem)


def test_a_program_of_values_alone_is_compared_in_values(
    exported: Exported, trained: Mixture, problem: ProblemFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = by_jets(trained, draw(problem), problem)
    fields = torch.stack([got["u"], got["p"]], dim=-1)
    answer = {"fields": fields.tolist(), "first_point": fields[:1].tolist(), "gradients": None}
    monkeypatch.setattr("nas.export.equivalence.run", lambda *_: answer)
    proof = check(PT2, exported.program, trained, problem)
    assert proof.differences == {"u": 0.0, "p": 0.0}
    assert (proof.compared, proof.points_per_second) == ("values", None)
    answer["fields"] = (fields + 2e-5 * fields.abs().amax(0)).tolist()
    with pytest.raises(NotEquivalent, match=r"p by 2\.0e-05 .* at most 1e-05 .*leave out --dtype"):
        check(PT2, exported.program, trained, problem, "float32")


def test_the_fresh_process_times_as_many_points_as_it_is_told_and_not_for_long(
    tmp_path: Path, problem: ProblemFacts
) -> None:
    counting = tmp_path / "counting.py"
    counting.write_text(
        "def load(path):\n    return []\n"
        "def evaluate(program, points):\n    return [[0.0]] * len(points), None\n"
        "def prepared(program, points):\n    assert (len(points), program) == (128, [])\n"
        "    def compute():\n        program.append(1)\n        assert len(program) < 60\n"
        "    return compute\n"
    )
    format = cast(Format, SimpleNamespace(__file__=str(counting)))
    answer = run(format, tmp_path / "model", draw(problem), 128)
    assert answer["points_per_second"] > 0
    assert "points_per_second" not in run(format, tmp_path / "model", draw(problem))


def test_the_fresh_process_brings_no_torch_where_none_is_needed(
    tmp_path: Path, problem: ProblemFacts
) -> None:
    bringing = tmp_path / "bringing.py"
    bringing.write_text(
        "import sys\nsys.modules['torch.nn'] = sys\nNEEDS = 'onnxruntime'\n"
        "def load(path):\n    return None\n"
        "def evaluate(program, points):\n    return [[0.0]] * len(points), None\n"
    )
    format = cast(Format, SimpleNamespace(__file__=str(bringing)))
    with pytest.raises(NotEquivalent, match=r"nothing of this project, but torch\.nn had been"):
        run(format, tmp_path / "model", draw(problem))
