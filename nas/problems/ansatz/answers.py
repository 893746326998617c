"""Which fields and derivatives a term's residuals answer to, and which of them give a value.

Axis legend: B points, C fields.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from nas.calculus.derivatives import order_of
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.tolerances import CLOSE


@dataclass(frozen=True)
class Answers:
    """What each equation of a term is about.

    Parameters
    ----------
    probe
        The term.
    own
        For each equation the fields that stand in it with the highest derivative.
    valued
        For equations a · u - g, with a and g functions of the coordinates: the field u, and the
        coefficient a (B,).
    answered
        For each equation the derivatives in it, by their index in the jet and the field.
    coefficients
        For each equation with one of them, and affine in it, its coefficient (B,).

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> from nas.problems.ansatz.probing import probe
    >>> from nas.problems.terms import Setting
    >>> setting = Setting("flow", Box(x=(0, 1)), ("u", "p"))
    >>> term = Condition("x_min", lambda u, p: (2 * u - 1, u.x - p)).bind(setting)
    >>> found = answer(probe(term, setting.domain, fields=2))
    >>> found.own
    [{0}, {0}]
    >>> {equation: (field, a[:1].tolist()) for equation, (field, a) in found.valued.items()}
    {0: (0, [2.0])}
    """

    probe: Probe
    own: list[set[int]]
    valued: dict[int, tuple[int, Tensor]]
    answered: list[list[tuple[int, int]]]
    coefficients: list[Tensor | None]


def answer(probe: Probe) -> Answers:
    """What ``probe`` answers to one derivative of one field at a time, at two states.

    Examples
    --------
    >>> from nas.problems import load
    >>> from nas.problems.ansatz.probing import probe
    >>> burgers = load("burgers")
    >>> equation, start, _ = [answer(probe(one, burgers.domain, 1)) for one in burgers.terms]
    >>> len(equation.answered[0]), start.answered  # u, u_x, u_t and u_xx; u alone
    (4, [[(0, 0)]])
    """
    keys = [
        (index, field) for index in range(len(probe.derivatives)) for field in range(probe.fields)
    ]
    units = torch.cat([probe.unit(index, field) for index, field in keys])
    still = probe.linear(probe.constant([0.0] * probe.fields), units)
    moved = probe.linear(probe.random(seed=3)[:1], units)
    own: list[set[int]] = []
    valued, answered, coefficients = {}, [], []
    for equation, (here, there) in enumerate(zip(still, moved, strict=True)):
        seen = [row for row in range(len(keys)) if _moves(here[row], there[row])]
        orders = {row: order_of(probe.derivatives.keys[keys[row][0]]) for row in seen}
        highest = max(orders.values(), default=0)
        own.append({keys[row][1] for row, order in orders.items() if order == highest})
        answered.append([keys[row] for row in seen])
        coefficients.append(_constant(here[seen[0]], there[seen[0]]) if len(seen) == 1 else None)
        coefficient = coefficients[-1]
        if coefficient is not None and keys[seen[0]][0] == 0 and bool(coefficient.abs().min() > 0):
            valued[equation] = keys[seen[0]][1], coefficient
    return Answers(probe, own, valued, answered, coefficients)


def _moves(here: Tensor, there: Tensor) -> bool:
    """Whether a residual answers; where it has no value at zero, as 1/r³, the other state tells."""
    return bool((here[here.isfinite()] != 0).any() or (there != 0).any())  # NaN there too


def _constant(here: Tensor, there: Tensor) -> Tensor | None:
    """A coefficient (B,), if it is the same at two states."""
    return here if torch.allclose(here, there, rtol=CLOSE, atol=0) else None
