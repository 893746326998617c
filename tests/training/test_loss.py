"""The physics loss by hand and against the exact solution."""

import pytest
import torch
from torch import Tensor

from nas.calculus.jets import Streams
from nas.mixture.gate import GateShape
from nas.mixture.mixture import Mixture
from nas.problems import Box, Condition, Problem
from nas.training.loss import mixture_loss, own_losses, physics_loss
from nas.training.points import Sampler
from tests.training.problems import POISSON, POOL

DOUBLE, CPU = torch.float64, torch.device("cpu")


def constant(value: float, x: Tensor, streams: Streams) -> Tensor:
    """The jet of u = value."""
    jet = torch.zeros(len(streams), len(x), 1, dtype=x.dtype)
    jet[0] = value
    return jet


def test_loss_of_a_constant_by_hand() -> None:
    # u = 3 for u'' = 2, u(0) = u(1) = 0 with weight 5: (0 - 2)² + 5 · 3²
    problem = Problem(
        name="parabola",
        domain=Box(x=(0.0, 1.0)),
        residual=lambda u: u.xx - 2,
        conditions=[Condition(("x_min", "x_max"), lambda u: u, weight=5.0)],
    )
    points = Sampler(problem, 8, 2, "sobol", 0).draw(0, DOUBLE, CPU)
    loss = physics_loss(problem, points, lambda x, s: constant(3.0, x, s))
    assert float(loss) == pytest.approx(4 + 5 * 9, rel=1e-14)


def test_systems_and_separate_conditions_add_up() -> None:
    problem = Problem(
        name="system",
        domain=Box(x=(0.0, 1.0)),
        residual=lambda u: (u.x - 1, u - 1),
        conditions=[Condition("x_min", lambda u: u), Condition("x_max", lambda u: (u - 1, u.x))],
    )
    points = Sampler(problem, 8, 4, "sobol", 0).draw(0, DOUBLE, CPU)
    # u = 3: residuals -1 and 2; at the left 3; at the right 2 and 0
    loss = physics_loss(problem, points, lambda x, s: constant(3.0, x, s))
    assert float(loss) == pytest.approx(1 + 4 + 9 + 4 + 0, rel=1e-14)


def test_exact_solution_has_no_loss() -> None:
    points = Sampler(POISSON, 32, 2, "sobol", 0).draw(0, DOUBLE, CPU)

    def exact(x: Tensor, streams: Streams) -> Tensor:
        pi, angle = torch.pi, torch.pi * x
        every = [torch.sin(angle), pi * torch.cos(angle), -(pi**2) * torch.sin(angle)]
        return torch.stack(every[: len(streams)])

    assert float(physics_loss(POISSON, points, exact)) < 1e-25


def test_own_losses_are_those_of_mixtures_of_one() -> None:
    mixture = Mixture(POOL, GateShape(1, 4), POISSON.domain.bounds, 1, seed=0)
    points = Sampler(POISSON, 32, 2, "sobol", 0).draw(0, DOUBLE, CPU)
    own = own_losses(POISSON, mixture, points)
    for place, loss in zip(mixture.alive, own, strict=True):
        alone = Mixture(POOL, GateShape(1, 4), POISSON.domain.bounds, 1, seed=0, alive=[place])
        torch.testing.assert_close(mixture_loss(POISSON, alone, points), loss)


def test_loss_without_an_expert_is_the_loss_after_its_drop() -> None:
    mixture = Mixture(POOL, GateShape(1, 4), POISSON.domain.bounds, 1, seed=0)
    points = Sampler(POISSON, 32, 2, "sobol", 0).draw(0, DOUBLE, CPU)
    foreseen = mixture_loss(POISSON, mixture, points, without=2)
    mixture.drop(2)
    torch.testing.assert_close(mixture_loss(POISSON, mixture, points), foreseen)


def test_a_draw_is_the_same_for_the_same_seed_and_number() -> None:
    sampler = Sampler(POISSON, 16, 2, "sobol", 3)
    one, again, other = (sampler.draw(number, DOUBLE, CPU) for number in (5, 5, 6))
    assert torch.equal(one.interior, again.interior)
    assert not torch.equal(one.interior, other.interior)
    assert not torch.equal(one.interior, sampler.held_out(DOUBLE, CPU).interior)


def test_problem_without_conditions() -> None:
    problem = Problem(
        name="free", domain=Box(x=(0.0, 1.0)), residual=lambda u: u - 1, conditions=[]
    )
    points = Sampler(problem, 8, 2, "sobol", 0).draw(0, DOUBLE, CPU)
    loss = physics_loss(problem, points, lambda x, s: constant(3.0, x, s))
    assert float(loss) == pytest.approx(4.0)
