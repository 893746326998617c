"""Whether an equation's solutions obey a maximum principle.

Of L u = Σᵢⱼ aᵢⱼ u_ij + Σᵢ bᵢ u_i + c u with a definite matrix a and c of no sign as that of a, an
error e with L e = r is bounded by its values on the boundary and by a multiple of the largest |r|
(Gilbarg & Trudinger 1983, ch. 3). So where residuals are small, the error is. Helmholtz' equation,
whose c has the other sign, and all that evolves in time have no such bound, or one that grows.

Axis legend: B points, D coordinates, K derivatives.
"""

import torch
from torch import Tensor

from nas.calculus.derivatives import Derivative, Laplacian, order_of, unit
from nas.problems import Problem
from nas.problems.ansatz.leading_part import equation_of
from nas.problems.ansatz.probing import probe
from nas.problems.terms.condition import Boundary

STATES = 4  # random fields about which an equation is made linear, and the constant ones beside
_SEED = 7


def has_maximum_principle(problem: Problem) -> bool:
    """Whether the one equation of one field has it, and all conditions stand on the boundary.

    Mixed derivatives are not looked into: with them it says no.

    Examples
    --------
    >>> from nas.problems import load
    >>> [has_maximum_principle(load(name)) for name in ("poisson_l_shape", "helmholtz", "burgers")]
    [True, False, False]
    """
    on_boundary = all(isinstance(group.source, Boundary) for group in problem.groups[1:])
    if len(problem.fields) > 1 or problem.unknown or problem.periodic or not on_boundary:
        return False
    tried = [probe(term, problem.domain, fields=1) for term in problem.groups[0].terms]
    equation = equation_of(0, tried)
    if equation is None:
        return False
    keys = equation.probe.derivatives.keys
    units = torch.cat([equation.probe.unit(index, 0) for index in range(len(keys))])
    states = [
        *equation.probe.random(_SEED)[:STATES].unsqueeze(1),
        *(equation.probe.constant([value]) for value in (-1.0, 0.0, 1.0)),
    ]
    rows = [equation.probe.linear(state, units)[equation.number] for state in states]
    return all(_is_definite(keys, row, len(problem.coordinates)) for row in rows)


def _is_definite(keys: tuple[Derivative, ...], slopes: Tensor, dimension: int) -> bool:
    """Whether coefficients (K, B) are those of a maximum principle at all points."""
    value, second = torch.zeros_like(slopes[0]), torch.zeros(dimension, slopes.shape[1])
    twice = [tuple(2 * count for count in unit(axis, dimension)) for axis in range(dimension)]
    for key, slope in zip(keys, slopes, strict=True):
        if isinstance(key, Laplacian):
            second[list(key.axes)] += slope
        elif key in twice:
            second[twice.index(key)] += slope
        elif order_of(key) == 0:
            value = slope
        elif order_of(key) > 1 and bool(slope.any()):
            return False
    sign = second[0].sign()
    return bool((second * sign > 0).all() and (value * sign <= 0).all())
