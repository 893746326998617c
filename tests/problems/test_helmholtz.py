"""The Helmholtz problem's scale; that its solution solves it is tested for all problems."""

import pytest
import torch

from nas.problems import helmholtz
from nas.problems.sampling import interior_points


def test_the_sources_size_is_in_the_weight_and_not_in_the_equation() -> None:
    problem = helmholtz.problem
    points = torch.as_tensor(interior_points(problem.domain, 4096, seed=0, draw=0))
    nothing = torch.zeros(len(problem.derivatives), len(points), 1, dtype=torch.float64)
    (residual,) = problem.terms[0].residuals(nothing, problem.derivatives, points, points[:, :0])
    assert float(residual.abs().max()) == pytest.approx(helmholtz.amplitude, rel=1e-2)
    (weight,), (sides,) = (term.weights for term in problem.terms)
    assert 0.1 < weight * float(residual.square().mean()) < 100
    assert 0.1 < sides < 10


def test_the_size_of_the_solution_is_found_from_its_source() -> None:
    """Within a factor of two, though the source is 167 times as large."""
    (field,) = helmholtz.problem.describe_fields()
    assert 0.5 < field["scale"] < 2
    assert field["offset"] == 0
