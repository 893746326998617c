"""Coefficients that jump: where one field cannot be the solution.

Where the coefficient k of a highest derivative jumps, the solution has a bend: k u_n is the same on
both sides, so u_n is not. A network is smooth; it solves the equation on either side and misses the
flux between them, with residuals as small as one likes. So this is seen before any training, or
never.

Axis legend: n points, D coordinates, S derivatives, C fields, U unknown coefficients.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from nas.calculus.derivatives import Derivative, DerivativeSet, order_of, written
from nas.problems.domains import Array, Domain, located
from nas.problems.sampling import interior_points
from nas.problems.terms import Term

LINES, NODES = 48, 65  # through the domain, and points on each
HALVINGS = 40  # of the interval in which a coefficient changes
SHARE = 0.1  # of its size: a smaller jump bends a solution little


@dataclass(frozen=True)
class CoefficientJump:
    """A coefficient of a field's derivative, ``before`` and ``behind`` a point (D,).

    Examples
    --------
    >>> steel = CoefficientJump((2,), field=0, at=np.array([0.25]), before=1.38, behind=400.0)
    >>> steel.behind / steel.before > 100
    True
    """

    derivative: Derivative
    field: int
    at: Array
    before: float
    behind: float

    def describe(self, fields: Sequence[str], coordinates: Sequence[str]) -> str:
        """What jumps, where, and what to do.

        Examples
        --------
        >>> CoefficientJump((2,), 0, np.array([0.25]), 1.38, 400.0).describe(["u"], ["x"])
        'the coefficient of u.xx jumps at x=0.25 from 1.38 to 400; the solution has a bend there, \
which no smooth network has: take the materials as nas.Pieces with a condition on their interface'
        """
        place = located(coordinates, self.at)
        name = written(self.derivative, fields[self.field], coordinates)
        return (
            f"the coefficient of {name} jumps at {place} "
            f"from {self.before:.4g} to {self.behind:.4g}; the solution has a bend there, which no "
            "smooth network has: take the materials as nas.Pieces with a condition on their "
            "interface"
        )


def find(
    term: Term, domain: Domain, fields: int, raw: Sequence[float] = ()
) -> CoefficientJump | None:
    """A jump in a coefficient of the highest derivatives of ``term``, if there is one.

    Parameters
    ----------
    domain
        Where the term holds.
    fields
        C.
    raw
        The raw values (U,) of the unknown coefficients.

    Examples
    --------
    >>> from nas.problems import Box
    >>> from nas.problems.terms import Equations, Setting
    >>> wall = Box(x=(0, 1))
    >>> def heat(u, x):
    ...     return torch.where(x > 0.25, 400.0, 1.38) * u.xx
    >>> jump = find(Equations(heat).bind(Setting("wall", wall, ("u",))), wall, fields=1)
    >>> float(jump.at[0].round(6)), sorted([round(jump.before, 2), round(jump.behind, 2)])
    (0.25, [1.38, 400.0])
    """
    for derivative, field in _highest(term, fields):
        found = _along_lines(_Coefficient(term, derivative, field, fields, tuple(raw)), domain)
        if found is not None:
            return found
    return None


@dataclass(frozen=True)
class _Coefficient:
    """That of a derivative of a field in the equations of a term, at the state 0."""

    term: Term
    derivative: Derivative
    field: int
    fields: int
    raw: tuple[float, ...]

    def __call__(self, points: Array) -> Array:
        """The coefficients (equations, n) at points (n, D); NaN where there is no value."""
        derivatives = DerivativeSet(self.term.derivatives, points.shape[1])
        x = torch.as_tensor(points)
        jet = x.new_zeros(2, len(derivatives), len(x), self.fields + len(self.raw))
        jet[:, 0, :, self.fields :] = torch.tensor(self.raw, dtype=x.dtype)
        jet[1, derivatives.index[self.derivative], :, self.field] = 1.0
        residuals = self.term.residuals(jet, derivatives, x, x[:, :0])
        found: Array = torch.stack([one[1] - one[0] for one in residuals]).detach().numpy()
        return found


def _highest(term: Term, fields: int) -> Iterator[tuple[Derivative, int]]:
    order = max(map(order_of, term.derivatives), default=0)
    if order < 2:  # a field with a first derivative alone may well have a bend
        return
    for derivative in sorted(term.derivatives, key=repr):
        if order_of(derivative) == order:
            yield from ((derivative, field) for field in range(fields) if field in term.components)


def _along_lines(coefficient: _Coefficient, domain: Domain) -> CoefficientJump | None:
    # In any order: points of a Sobol sequence half of it apart are neighbours.
    order = np.random.default_rng(0).permutation(2 * LINES)
    ends = interior_points(domain, 2 * LINES, seed=0, draw=0)[order].reshape(2, LINES, 1, -1)
    shares = np.linspace(0, 1, NODES)[:, None]
    nodes = (1 - shares) * ends[0] + shares * ends[1]  # (lines, nodes, D)
    inside = domain.contains(nodes.reshape(-1, nodes.shape[-1])).reshape(nodes.shape[:2])
    values = coefficient(nodes.reshape(-1, nodes.shape[-1])).reshape(-1, *nodes.shape[:2])
    size = np.abs(values[:, inside]).max(axis=1)[:, None, None] if inside.any() else 0.0
    steps = np.where(inside[:, 1:] & inside[:, :-1], np.abs(np.diff(values, axis=2)), 0.0)
    steps = np.where(steps > SHARE * size, steps, 0.0)
    if not np.isfinite(steps).all() or not steps.any():
        return None
    equation, line, node = np.unravel_index(int(steps.argmax()), steps.shape)
    low, high = nodes[line, node], nodes[line, node + 1]
    left, right = values[equation, line, node], values[equation, line, node + 1]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        value = coefficient(middle[None])[equation, 0]
        if abs(value - left) > abs(right - value):
            high, right = middle, value
        else:
            low, left = middle, value
    if abs(right - left) < SHARE * float(np.broadcast_to(size, steps.shape)[equation, line, node]):
        return None
    return CoefficientJump(
        coefficient.derivative, coefficient.field, high, float(left), float(right)
    )
