"""The mixture on points, against the mixture itself and against autograd."""

import numpy as np
import torch

from nas.calculus.jets import DerivativeSet
from nas.campaign.evaluation import evaluate, residual
from nas.problems import Box, Condition, Problem, load
from tests.campaign.untrained import mixture


def test_evaluation_agrees_with_the_mixture() -> None:
    problem = load("burgers")
    made = mixture(problem)
    points = np.array([[-0.5, 0.2], [0.3, 0.9]])
    mixed, weights, experts = evaluate(problem, made, points)
    np.testing.assert_allclose(np.einsum("be,ebc->bc", weights, experts), mixed, atol=1e-14)

    direct = made(torch.as_tensor(points), DerivativeSet([], 2))[0].detach().numpy()
    np.testing.assert_allclose(mixed, direct, atol=1e-14)


def test_the_residual_is_that_of_the_equations() -> None:
    """Against autograd, as written, over more points than are evaluated at once."""
    problem = Problem(
        name="line",
        domain=Box(x=(0.0, 1.0)),
        residual=lambda u, x: (u.x - x, u),
        conditions=[Condition("x_min", lambda u: u)],
    )
    made = mixture(problem)
    x = torch.linspace(0, 1, 5000, dtype=torch.float64)[:, None].requires_grad_()
    values = DerivativeSet([], 1)
    u = problem.physical(made(x, values), values, x)[0]
    assert (problem.describe_fields()[0]["scale"], problem.terms[0].weights[0]) != (1, 1)
    (slope,) = torch.autograd.grad(u.sum(), x)
    expected = torch.hypot(slope - x, u).detach().squeeze(1).numpy()
    np.testing.assert_allclose(residual(problem, made, x.detach().numpy()), expected, atol=1e-12)
