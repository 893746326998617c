"""A problem whose solution is any sum of waves that is asked for: u itself is prescribed.

Axis legend: J waves, D coordinates.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from nas.problems import Box, Condition, Problem
from nas.problems.terms import PointCounts
from nas.training.collocation import Points, Sampler
from nas.training.least_squares.outputs import zero
from nas.training.least_squares.pairs import Pairs

FREQUENCIES = torch.tensor([[60.25, -3.5], [11.0, 47.75]], dtype=torch.float64)  # (J, D), of ξ, η
AMPLITUDES = (1.0, 0.5)


def prescribed(wanted: Callable[[Tensor, Tensor], Tensor]) -> Problem:
    """u = wanted(ξ, η) on the square from -1 to 1, and once more at one of its sides."""
    return Problem(
        name="prescribed",
        domain=Box(x=(-1, 1), y=(-1, 1)),
        residual=lambda u, x, y: u - wanted(x, y) + 0 * u.x,
        conditions=[Condition("x_min", lambda u, x, y: u - wanted(x, y))],
        balanced=False,
    )


def waves(x: Tensor, y: Tensor) -> Tensor:
    """Two of them, with phases."""
    total = 0 * x
    for number, ((k, m), amplitude) in enumerate(
        zip(FREQUENCIES.tolist(), AMPLITUDES, strict=True)
    ):
        total = total + amplitude * torch.sin(k * x + m * y + 0.7 * number)
    return total


def sampler(problem: Problem) -> Sampler:
    return Sampler(problem, PointCounts(400, 16), "sobol", seed=0)


def drawn(problem: Problem) -> Points:
    return sampler(problem).draw(0, torch.device("cpu"))


def pairs(problem: Problem) -> Pairs:
    return Pairs(problem, zero(problem), drawn(problem), seed=0)
