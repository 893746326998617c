"""The guide keeps its word: each of its problems loads, and its residuals fall."""

import re
from pathlib import Path

import pytest
import torch

from nas import problems
from nas.problems import Problem
from nas.problems.terms import PointCounts
from tests.docs.learning import begun

PAGE = Path(__file__).parents[2] / "docs" / "problems.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)


def name_of(block: str) -> str:
    found = re.search(r'name="(\w+)"', block)
    assert found is not None
    return found[1]


@pytest.fixture(params=BLOCKS, ids=name_of)
def problem(request: pytest.FixtureRequest, tmp_path: Path) -> Problem:
    path = tmp_path / "my_problem.py"
    path.write_text(request.param, encoding="utf-8")
    return problems.load(path)


def test_it_loads_without_a_warning_and_trains(problem: Problem) -> None:
    assert not problem.warnings
    _, tuning = begun(problem, 12, PointCounts(interior=64, boundary=24))
    losses = [float(tuning.advance(iteration)) for iteration in range(8)]
    assert torch.tensor(losses).isfinite().all()
    assert losses[-1] < 0.2 * losses[0]


def test_every_kind_of_condition_and_domain_has_an_example() -> None:
    text = "".join(BLOCKS)
    for name in ("Condition", "Periodic", "Observations", "Integral", "Unknown", "GridData"):
        assert f"nas.{name}(" in text
    for name in ("Box", "Polygon", "Disc", "Pieces"):
        assert f"nas.{name}(" in text
    for option in ("exact=True", "over=", "on=", "mean=True", ".named("):
        assert option in text
