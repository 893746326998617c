"""How fast the iteration converges, with and without geodesic acceleration."""

import pytest
import torch

from nas.training.gauss_newton import (
    GaussNewton,
    GaussNewtonSettings,
    GeodesicAcceleration,
)
from tests.training.gauss_newton.test_iteration import (
    DOUBLE,
    NOWHERE,
    STARTS,
    Functions,
    at,
    rosenbrock,
)


def order_of(acceleration: GeodesicAcceleration | None) -> float:
    """By which power of its distance from the root of x² = 2 an undamped step falls short."""
    distances = torch.tensor([[0.2], [0.1], [0.05], [0.025]], dtype=DOUBLE)
    systems = Functions(lambda x: x.square() - 2, 2**0.5 + distances)
    at(systems, 1e-14, acceleration=acceleration).advance(NOWHERE)
    left = (systems.x - 2**0.5).abs()
    return float(((left[:-1] / left[1:]).log2()).mean())


def test_straight_steps_converge_quadratically_and_accelerated_ones_cubically() -> None:
    assert order_of(None) == pytest.approx(2, abs=0.1)
    assert order_of(GeodesicAcceleration(most=0.0)) == pytest.approx(2, abs=0.1)
    assert order_of(GeodesicAcceleration()) == pytest.approx(3, abs=0.2)


def test_near_the_solution_convergence_is_faster_than_any_rate() -> None:
    systems = Functions(rosenbrock, STARTS)
    method, errors = GaussNewton(systems, GaussNewtonSettings(momentum=0.0)), []
    for _ in range(20):
        method.advance(NOWHERE)
        errors.append((systems.x - 1).norm(dim=1))
    for of_system in torch.stack(errors, dim=1):
        assert of_system[-1] < 1e-13
        tail = of_system[(of_system < 0.1) & (of_system > 1e-11)]
        rates = tail[1:] / tail[:-1]
        assert (rates[1:] < rates[:-1]).all()
        assert rates[-1] < 0.01
