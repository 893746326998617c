"""The tutorial keeps its word: its equation loads, and its coefficient is found."""

import re
from pathlib import Path

import pytest
import torch

from nas import problems
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems.terms import PointCounts
from nas.search_spaces import Candidate
from nas.training import fine_tuning, unknowns
from nas.training.collocation import Sampler

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)


def test_the_rods_conductivity_is_found(tmp_path: Path) -> None:
    path = tmp_path / "rod.py"
    path.write_text(BLOCKS[0], encoding="utf-8")
    problem = problems.load(path)
    assert not problem.warnings
    mixture = Mixture(
        (Candidate("tanh", 1, 8),),
        GateSettings(depth=0),
        problem.domain.bounds,
        len(problem.fields),
        seed=0,
        names=problem.coordinates,
        unknown=[one.first for one in problem.unknown.values()],
    )
    sampler = Sampler(problem, PointCounts(interior=32, boundary=8), "sobol", seed=0)
    tuning = fine_tuning.method("gauss_newton").begin(problem, mixture.double(), sampler)
    for iteration in range(40):
        loss = tuning.advance(iteration)
    assert float(loss) < 1e-6
    assert unknowns.estimates(problem, mixture.raw)["k"] == pytest.approx(0.5, abs=1e-3)
    there = torch.isfinite(mixture.raw)
    assert bool(there.all())


@pytest.mark.parametrize("block", BLOCKS[1:])
def test_the_rest_is_python(block: str) -> None:
    compile(block, "tutorial.md", "exec")
