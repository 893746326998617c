"""Where conditions disagree along an edge of a box, and the solution's jump there is known.

Axis legend: M points of an edge, D coordinates.
"""

from collections.abc import Iterator, Mapping
from itertools import permutations

import numpy as np
import torch
from torch import Tensor

from nas.problems.ansatz.faces import inwards, steps_inwards
from nas.problems.ansatz.held import Face, Function
from nas.problems.ansatz.jump import CornerJump
from nas.problems.ansatz.leading_part import Equation, leading, mixed_with
from nas.problems.ansatz.limits import on_the_way
from nas.problems.ansatz.tolerances import CLOSE
from nas.problems.domains import Box

_ALONG = 16  # points of an edge
_SEED = 5


def corner_jumps(
    values: Mapping[Face, Function], equation: Equation, domain: Box
) -> Iterator[CornerJump]:
    """The jumps of a field along edges, by the ``values`` that it has on faces, and its equation.

    One that varies along its edge, and one of an equation whose leading coefficients vary along the
    edge, with the fields or with unknown coefficients are left alone; so is one across several
    walls with mixed derivatives along them, whose solution at their common corner is not known.

    Examples
    --------
    >>> from nas.problems import load
    >>> from nas.problems.ansatz.probing import probe
    >>> burgers = load("burgers")
    >>> equation = Equation(probe(burgers.terms[0], burgers.domain, fields=1), number=0, field=0)
    >>> start, end = Face(1, 0.0), Face(0, 1.0)
    >>> pushed = {start: lambda points: 0 * points[:, 0], end: lambda points: 1 + 0 * points[:, 0]}
    >>> found = corner_jumps(pushed, equation, burgers.domain)
    >>> [one.describe(burgers.domain, "u") for one in found]
    ['u jumps from 1 on x_max to 0 on t_min where they meet, at x=1, t=0']
    """
    size = max((_size(value, face, domain) for face, value in values.items()), default=0.0)
    for one, other in permutations(values, 2):
        if one.axis == other.axis:
            continue
        points = _edge(domain, one, other)
        pair = [
            _limit(values[one], points, other, domain, size),
            _limit(values[other], points, one, domain, size),
        ]
        jump = pair[0] - pair[1]
        is_one = bool((jump - jump[0]).abs().max() <= CLOSE * size)
        if not is_one or not float(jump[0].abs()) > CLOSE * size:
            continue
        axes = one.axis, other.axis
        told = float(pair[0][0]) + 0.0, float(pair[1][0]) + 0.0  # no -0
        coefficients = equation.coefficients(points, domain, (one, other), told)
        part_of = leading(coefficients, *axes, len(domain.coordinates))
        walls = {face.axis for face in values} - {other.axis}
        if part_of is None or mixed_with(coefficients, one.axis, walls):
            continue
        from_other = part_of.parabolic and part_of.diffusivity * inwards(domain, other) > 0
        if from_other or (not part_of.parabolic and one.axis < other.axis):
            yield CornerJump(equation.field, one, other, told, part_of)


def _limit(value: Function, points: Tensor, end: Face, domain: Box, size: float) -> Tensor:
    """What a condition gives on its way to the edge (M,)."""
    steps, lengths = steps_inwards(domain, end)
    there, nearer, near = (value(points + step) for step in (torch.zeros(()), *steps))
    return on_the_way(lengths, (there, nearer, near), rounding=CLOSE * size, same=CLOSE * size)


def _size(value: Function, face: Face, domain: Box) -> float:
    """The largest value on a face."""
    return float(value(face.project(_points(domain))).abs().nan_to_num(0.0, 0.0).max())


def _points(domain: Box) -> Tensor:
    """Points (M, D) all over a box."""
    low, high = torch.tensor(domain.bounds, dtype=torch.float64).unbind(-1)
    shares = torch.as_tensor(np.random.default_rng(_SEED).uniform(size=(_ALONG, len(low))))
    return low + shares * (high - low)


def _edge(domain: Box, one: Face, other: Face) -> Tensor:
    """Points (M, D) of the edge between two faces."""
    return other.project(one.project(_points(domain)))
