"""Gauss–Newton steps on systems with known minima: steps by the formula, rates, and refusals."""

from collections.abc import Callable
from typing import Any, cast

import pytest
import torch
from torch import Tensor

from nas.calculus.jacobians import BlockDiagonalJacobian
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.training.collocation import Points
from nas.training.gauss_newton import (
    GainRatio,
    GaussNewton,
    GaussNewtonSettings,
    LineSearch,
    ParameterSpace,
    ResidualSpace,
    smaller_space,
)
from nas.training.gauss_newton.normal_equations import Direction
from nas.training.physics_loss import individual_losses
from nas.training.residuals import ExpertResiduals
from tests.training.problems import POISSON, POOL, sampler

DOUBLE = torch.float64
NOWHERE = cast(Points, None)  # the systems below have no points
DEFAULT = GaussNewtonSettings(momentum=0.5)
FIRST, FACTOR = GainRatio().initial, GainRatio().factor


class Entries:
    """A Jacobian (K, R, P) written out."""

    def __init__(self, entries: Tensor) -> None:
        self._entries = entries
        self.systems, self.rows, self.parameters = entries.shape
        self.dtype = entries.dtype

    def of(self, systems: Tensor) -> "Entries":
        return Entries(self._entries[systems])

    def dense(self) -> Tensor:
        return self._entries

    def gram(self) -> Tensor:
        return self._entries @ self._entries.mT

    def matvec(self, steps: Tensor) -> Tensor:
        return (self._entries @ steps[..., None])[..., 0]

    def rmatvec(self, rows: Tensor) -> Tensor:
        return (rows[:, None] @ self._entries)[:, 0]


class Functions:
    """K systems: x (K, P), and residuals as a function of all x, (K, P) -> (K, R)."""

    def __init__(self, function: Callable[[Tensor], Tensor], x: Tensor) -> None:
        self._function, self.x = function, x.clone()

    def linearise(self, points: Points) -> tuple[Tensor, BlockDiagonalJacobian]:
        # System i's residuals depend on its own x alone: the others' rows of zeros are left out.
        x = self.x.clone().requires_grad_()
        residuals = self._function(x)
        rows = [torch.autograd.grad(r.sum(), x, retain_graph=True)[0] for r in residuals.T]
        return residuals.detach(), cast(BlockDiagonalJacobian, Entries(torch.stack(rows, dim=1)))

    def residuals(self, points: Points, systems: Tensor, steps: Tensor) -> Tensor:
        return self._function(self.x.index_add(0, systems, steps))[systems]

    def move(self, steps: Tensor) -> None:
        self.x = self.x + steps


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def linear(count: int, rows: int, parameters: int) -> tuple[Functions, Tensor, Tensor]:
    """A x + b, from random x; the systems, A and b."""
    a, b = draw(count, rows, parameters), draw(count, rows, seed=1)
    x = draw(count, parameters, seed=2)
    return Functions(lambda x: (a @ x[..., None])[..., 0] + b, x), a, b


def at(systems: Functions, damping: float, **settings: Any) -> GaussNewton:
    """The method with a damping of its own, and no step before."""
    method = GaussNewton(systems, GaussNewtonSettings(**{"momentum": 0.0, **settings}))
    method.restore(
        {
            "damping": torch.full((len(systems.x),), damping, dtype=DOUBLE),
            "step": torch.zeros_like(systems.x),
            "least": damping,
        }
    )
    return method


@pytest.mark.parametrize(("rows", "parameters"), [(9, 4), (4, 9), (5, 5)])
def test_undamped_one_step_meets_the_minimum_of_a_linear_system(rows: int, parameters: int) -> None:
    systems, a, b = linear(3, rows, parameters)
    at(systems, 1e-14).advance(NOWHERE)
    best = torch.linalg.lstsq(a, -b[..., None], driver="gelsd").solution
    expected = (a @ best)[..., 0] + b
    got = (a @ systems.x[..., None])[..., 0] + b
    torch.testing.assert_close(got, expected, rtol=1e-6, atol=1e-6)


def test_from_its_own_damping_a_few_steps_do() -> None:
    systems, a, b = linear(3, 9, 4)
    method = GaussNewton(systems, DEFAULT)
    for _ in range(10):
        method.advance(NOWHERE)
    best = torch.linalg.lstsq(a, -b[..., None]).solution[..., 0]
    torch.testing.assert_close(systems.x, best, rtol=1e-7, atol=1e-7)


def damped(a: Tensor, r: Tensor, damping: float, towards: Tensor) -> Tensor:
    """The step d that minimises ‖r + A d‖² + λ ‖d - towards‖², by least squares."""
    scale = damping * a.square().sum((1, 2)) / a.shape[1]
    root = scale.sqrt()[:, None, None] * torch.eye(a.shape[2], dtype=DOUBLE)
    above = torch.cat([a, root], dim=1)
    right = torch.cat([-r, (root @ towards[..., None])[..., 0]], dim=1)
    step: Tensor = torch.linalg.lstsq(above, right[..., None]).solution[..., 0]
    return step


@pytest.mark.parametrize(("rows", "parameters"), [(9, 4), (4, 9)])
def test_a_step_is_damped_towards_the_one_before(rows: int, parameters: int) -> None:
    systems, a, b = linear(2, rows, parameters)
    full = GaussNewtonSettings(momentum=0.5, length=LineSearch((1.0,)))
    method, start = GaussNewton(systems, full), systems.x
    before = 0.1 * draw(2, parameters, seed=3)
    damping = torch.full((2,), 0.3, dtype=DOUBLE)
    method.restore({"damping": damping, "step": before, "least": 0.3})
    method.advance(NOWHERE)
    r = (a @ start[..., None])[..., 0] + b
    expected = damped(a, r, 0.3, 0.5 * before)
    torch.testing.assert_close(systems.x - start, expected, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(method.step, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("rows", "parameters"), [(9, 4), (4, 9), (5, 5)])
def test_both_spaces_give_the_same_steps(rows: int, parameters: int) -> None:
    """And the default takes the smaller one, step for step."""
    a, b, x = draw(2, rows, parameters), draw(2, rows, seed=1), draw(2, parameters, seed=2)

    def walked(direction: Direction) -> Tensor:
        systems = Functions(lambda x: (a @ torch.sin(x)[..., None])[..., 0] + b, x)
        method = GaussNewton(systems, GaussNewtonSettings(momentum=0.5, direction=direction))
        for _ in range(5):
            method.advance(NOWHERE)
        return systems.x

    by_parameters, by_residuals = (
        walked(lambda _: ParameterSpace()),
        walked(lambda _: ResidualSpace()),
    )
    torch.testing.assert_close(by_parameters, by_residuals, rtol=1e-7, atol=1e-9)
    smaller = by_parameters if parameters <= rows else by_residuals
    assert torch.equal(walked(smaller_space), smaller)


def rosenbrock(x: Tensor) -> Tensor:
    """Zero at (1, 1) alone, at the end of a curved valley."""
    return torch.stack([10 * (x[:, 1] - x[:, 0].square()), 1 - x[:, 0]], dim=1)


STARTS = torch.tensor([[-1.2, 1.0], [2.0, -3.0], [0.0, 5.0]], dtype=DOUBLE)


def test_no_step_raises_the_loss() -> None:
    systems = Functions(rosenbrock, torch.cat([STARTS, 30 * STARTS]))
    method = GaussNewton(systems, GaussNewtonSettings(momentum=0.9))
    losses = torch.stack([method.advance(NOWHERE) for _ in range(30)])
    assert (losses[1:] <= losses[:-1]).all()
    assert (losses[-1] < losses[0]).all()


def test_no_step_raises_an_experts_loss_on_the_points_of_the_step() -> None:
    made = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    chosen = sampler(16, 2)
    method = GaussNewton(ExpertResiduals(POISSON, made, made.expert_stacks), DEFAULT)
    moved = torch.zeros(len(POOL), dtype=torch.bool)
    for number in range(15):
        points = chosen.draw(number, torch.device("cpu"))
        before = individual_losses(POISSON, made, points)
        seen = method.advance(points)
        torch.testing.assert_close(seen, before, rtol=1e-9, atol=0)
        after = individual_losses(POISSON, made, points)
        assert (after <= before * (1 + 1e-12)).all()
        moved |= after < 0.9 * before
    assert moved.all()


def test_systems_side_by_side_behave_as_each_alone() -> None:
    together = Functions(rosenbrock, STARTS)
    alone = [Functions(rosenbrock, start[None]) for start in STARTS]
    method, methods = GaussNewton(together, DEFAULT), [GaussNewton(one, DEFAULT) for one in alone]
    for _ in range(12):
        losses = method.advance(NOWHERE)
        expected = torch.cat([one.advance(NOWHERE) for one in methods])
        torch.testing.assert_close(losses, expected, rtol=1e-7, atol=1e-20)
    torch.testing.assert_close(together.x, torch.cat([one.x for one in alone]))
    dampings = [cast(Tensor, one.damping) for one in methods]
    torch.testing.assert_close(method.damping, torch.cat(dampings))
    assert len({float(damping) for damping in dampings}) > 1


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_a_system_that_cannot_be_solved_stays_and_disturbs_no_other(bad: float) -> None:
    def broken(x: Tensor) -> Tensor:
        return rosenbrock(x) * torch.tensor([[1.0], [bad], [1.0]], dtype=DOUBLE)

    systems, others = Functions(broken, STARTS), Functions(rosenbrock, STARTS[[0, 2]])
    method, reference = GaussNewton(systems, DEFAULT), GaussNewton(others, DEFAULT)
    for _ in range(12):
        losses = method.advance(NOWHERE)
        torch.testing.assert_close(losses[[0, 2]], reference.advance(NOWHERE))
        assert not losses[1].isfinite()
    assert torch.equal(systems.x[1], STARTS[1])
    torch.testing.assert_close(systems.x[[0, 2]], others.x)
    assert cast(Tensor, method.damping)[1] == FIRST


def test_a_system_that_knows_no_way_stays() -> None:
    """Its Jacobian is zero: nothing to factorise."""
    systems = Functions(lambda x: 0 * x + 1, STARTS)
    method = GaussNewton(systems, DEFAULT)
    assert torch.equal(method.advance(NOWHERE), torch.full((3,), 2.0, dtype=DOUBLE))
    assert torch.equal(systems.x, STARTS)


def test_damping_rises_with_each_refusal_and_falls_where_all_came_as_predicted() -> None:
    class Refusing(Functions):
        def residuals(self, points: Points, systems: Tensor, steps: Tensor) -> Tensor:
            return 1e3 + super().residuals(points, systems, steps).abs()

    systems = Refusing(rosenbrock, STARTS)
    method = GaussNewton(systems, DEFAULT)
    method.advance(NOWHERE)
    assert torch.equal(systems.x, STARTS)
    assert not cast(Tensor, method.step).any()
    tries = FACTOR**DEFAULT.tries
    expected = torch.full((3,), FIRST * tries, dtype=DOUBLE)
    torch.testing.assert_close(method.damping, expected)

    as_predicted, _, _ = linear(3, 9, 4)
    method = GaussNewton(as_predicted, DEFAULT)
    method.advance(NOWHERE)
    expected = torch.full((3,), FIRST / FACTOR, dtype=DOUBLE)
    torch.testing.assert_close(method.damping, expected)


def test_no_damping_is_less_than_the_least() -> None:
    systems, _, _ = linear(3, 9, 4)
    method = GaussNewton(systems, DEFAULT, minimum=0.8 * FIRST)
    method.advance(NOWHERE)
    expected = torch.full((3,), 0.8 * FIRST, dtype=DOUBLE)
    torch.testing.assert_close(method.damping, expected)


def test_a_momentum_that_leads_astray_is_let_go() -> None:
    """The second try begins from nothing, damped more; of the lengths the longest is best."""
    systems, a, b = linear(2, 9, 4)
    method, start = GaussNewton(systems, DEFAULT), systems.x
    method.restore(
        {
            "damping": torch.full((2,), 1e2, dtype=DOUBLE),
            "step": torch.full((2, 4), 1e6, dtype=DOUBLE),
            "least": 1e-10,
        }
    )
    method.advance(NOWHERE)
    r = (a @ start[..., None])[..., 0] + b
    expected = 2 * damped(a, r, 3e2, torch.zeros(2, 4, dtype=DOUBLE))
    torch.testing.assert_close(systems.x - start, expected, rtol=1e-8, atol=1e-12)
