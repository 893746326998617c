"""The tutorial keeps its word: its equation loads, and its coefficient is found."""

import re
from pathlib import Path

import pytest
import torch

from nas import problems
from nas.problems.terms import PointCounts
from nas.training import unknowns
from tests.docs.learning import begun

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)


def test_the_rods_conductivity_is_found(tmp_path: Path) -> None:
    path = tmp_path / "rod.py"
    path.write_text(BLOCKS[0], encoding="utf-8")
    problem = problems.load(path)
    assert not problem.warnings
    mixture, tuning = begun(problem, 8, PointCounts(interior=32, boundary=8))
    for iteration in range(40):
        loss = tuning.advance(iteration)
    assert float(loss) < 1e-6
    assert unknowns.estimates(problem, mixture.raw)["k"] == pytest.approx(0.5, abs=1e-3)
    there = torch.isfinite(mixture.raw)
    assert bool(there.all())


@pytest.mark.parametrize("block", BLOCKS[1:])
def test_the_rest_is_python(block: str) -> None:
    compile(block, "tutorial.md", "exec")
