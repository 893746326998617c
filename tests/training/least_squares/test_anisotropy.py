"""Frequencies along the axes that keep an equation's terms in balance."""

from typing import Any

import pytest
import torch

from nas.problems import Box, Condition, Problem, laplacian
from nas.problems.terms import PointCounts
from nas.training.collocation import Sampler
from nas.training.least_squares.anisotropy import own_shapes
from nas.training.least_squares.outputs import zero


def shapes_of(residual: Any, domain: Box, **changes: Any) -> list[list[float]]:
    names = changes.get("fields", ("u",))
    held = Condition("x_min", (lambda u: u) if len(names) == 1 else (lambda u, v: (u, v)))
    problem = Problem("one", domain, residual, [held], **changes)
    sampler = Sampler(problem, PointCounts(64, 8), "sobol", seed=0)
    sample = sampler.draw(0, torch.device("cpu")).samples[0]
    return own_shapes(problem, zero(problem), sample)


UNIT, LONG = Box(x=(0, 1), t=(0, 1)), Box(x=(0, 10), t=(-1, 0))


@pytest.mark.parametrize(
    ("residual", "domain", "ratio"),
    [
        (lambda u: u.tt - 100 * u.xx, UNIT, 10.0),
        (lambda u: 1e-8 * (u.tt - 100 * u.xx) + u**3, UNIT, 10.0),
        (lambda u: u.tt - 100 * u.xx, LONG, 1.0),
        (lambda u: u.xx + u.tt, LONG, 0.1),
        (lambda u: laplacian(u), Box(x=(0, 10), y=(0, 1)), 0.1),
        (lambda u: u.xxxx + 16 * u.tttt + 1e3 * u.xx, UNIT, 0.5),
        (lambda u, x: (1 + x) * (u.tt - 100 * u.xx), UNIT, 10.0),
    ],
)
def test_terms_are_in_balance(residual: Any, domain: Box, ratio: float) -> None:
    """How much faster along the second coordinate than along the first."""
    ((first, second),) = shapes_of(residual, domain)
    assert second / first == pytest.approx(ratio)
    assert first * second == pytest.approx(1.0)


@pytest.mark.parametrize(
    "residual",
    [
        lambda u: u.t - u.xx,
        lambda u: u.t + 30 * u.x,
        lambda u: u.tt + u.xxxx,
        lambda u: u.tt - u * u.xx,  # at u = 0
    ],
)
def test_without_the_highest_derivatives_along_all_axes_nothing_is_known(residual: Any) -> None:
    assert shapes_of(residual, UNIT) == []


def test_equations_may_differ_and_are_told_once() -> None:
    both = ("u", "v")
    assert len(shapes_of(lambda u, v: (u.tt - u.xx, v.tt - 9 * v.xx), UNIT, fields=both)) == 2
    assert len(shapes_of(lambda u, v: (u.tt - 9 * u.xx, v.tt - 9 * v.xx), UNIT, fields=both)) == 1
