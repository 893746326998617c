"""The case that new methods are tried on is itself trained, and shows a drop."""

import pytest
import torch

from nas.calculus.derivatives import DerivativeSet
from nas.training import example
from nas.training.training_run import TrainingRun


def test_a_run_of_it_drops_an_expert_and_finds_the_solution() -> None:
    result = TrainingRun(example.PROBLEM, example.settings()).run()
    assert result.status == "completed"
    assert len(result.mixture.alive) == 2
    t = torch.linspace(0, 1, 5, dtype=example.DOUBLE)[:, None]
    with torch.no_grad():
        found = result.mixture(t, DerivativeSet([], dimension=1))
    assert found.flatten().tolist() == pytest.approx(torch.exp(-t).flatten().tolist(), abs=1e-2)


def test_its_points_are_those_of_its_sampler() -> None:
    points = example.points()
    assert points.evaluations == example.SAMPLER.counts.interior + example.SAMPLER.counts.boundary
    assert points.interior.dtype == example.mixture().centre.dtype
