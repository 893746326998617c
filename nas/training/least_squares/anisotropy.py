"""How fast solutions vary along one axis beside another, by the equations themselves.

Where derivatives of one order n stand along all axes, as in u_tt = 100 u_xx or in u_xx + u_yy = 0
on a long box, solutions are made of waves whose terms are in balance: with a_d the coefficient
along the axis ξ_d, which goes from -1 to 1, a_d ω_dⁿ is of one size for all d, and ω_d as
a_d^(-1/n).

Axis legend: S derivatives, B points, D coordinates.
"""

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet, Laplacian, order_of
from nas.problems import Problem
from nas.training.collocation import Sample
from nas.training.least_squares.features import Answer

MOST = 2  # shapes of one problem: those of its first equations
ALIKE = 1.1  # factors of one axis that are no further apart


def own_shapes(problem: Problem, answer: Answer, sample: Sample) -> list[list[float]]:
    """Factors (D,) of the frequencies along each axis, for each kind of balance in the equations.

    Their geometric mean is 1; coefficients are those at the ``answer``, over the points of the
    ``sample``. None where the highest derivatives do not stand along all axes.

    Examples
    --------
    >>> from nas.problems import load
    >>> from nas.problems.terms import PointCounts
    >>> from nas.training.collocation import Sampler
    >>> from nas.training.least_squares.outputs import zero
    >>> def of(name):
    ...     problem = load(name)
    ...     sampler = Sampler(problem, PointCounts(64, 8), "sobol", seed=0)
    ...     sample = sampler.draw(0, torch.device("cpu")).samples[0]
    ...     return own_shapes(problem, zero(problem), sample)
    >>> of("burgers"), [[round(one, 3) for one in shape] for shape in of("wave")]  # u_tt = 4 u_xx
    ([], [[0.707, 1.414]])
    """
    group = problem.groups[0]
    jet = answer(sample.points, group.derivatives).double().detach().requires_grad_()
    found: list[list[float]] = []
    for term in group.terms:
        seen = sample.seen_by(term)
        for residual in seen.weighted(problem, seen.part(jet), group.derivatives):
            (slopes,) = torch.autograd.grad(
                residual.sum(), jet, retain_graph=True, allow_unused=True, materialize_grads=True
            )
            for shape in _shapes(problem, slopes, group.derivatives):
                if not any(_alike(shape, other) for other in found):
                    found.append(shape)
    return found[:MOST]


def _shapes(problem: Problem, slopes: Tensor, derivatives: DerivativeSet) -> Iterator[list[float]]:
    """Of an equation whose residuals have the ``slopes`` (S, B, C + U) by the jet."""
    for field in range(len(problem.fields)):
        sizes = slopes[..., field].nan_to_num(0.0, 0.0, 0.0).norm(dim=-1).tolist()
        by_key = {key: one for key, one in zip(derivatives.keys, sizes, strict=True) if one > 0}
        order = max(map(order_of, by_key), default=0)
        factors = []
        for axis, (low, high) in enumerate(problem.domain.bounds):
            pure = tuple(order * (other == axis) for other in range(len(problem.domain.bounds)))
            coefficient = (
                sum(
                    one
                    for key, one in by_key.items()
                    if key == pure
                    or (order == 2 and isinstance(key, Laplacian) and axis in key.axes)
                )
                / ((high - low) / 2) ** order
            )
            factors.append(coefficient ** (-1 / order) if coefficient and order > 1 else 0.0)
        if all(factors):
            mean = math.prod(factors) ** (1 / len(factors))
            yield [one / mean for one in factors]


def _alike(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(1 / ALIKE < a / b < ALIKE for a, b in zip(one, other, strict=True))
