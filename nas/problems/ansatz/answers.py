"""Which fields and derivatives a term's residuals answer to, and which of them give a value.

Axis legend: B points, C fields.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from nas.calculus.derivatives import order_of
from nas.problems.ansatz.probing import Probe

_CLOSE = 1e-9


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


def answer(probe: Probe) -> Answers:
    """What ``probe`` answers to one derivative of one field at a time, at two states."""
    keys = [
        (index, field) for index in range(len(probe.derivatives)) for field in range(probe.fields)
    ]
    units = torch.cat([probe.unit(index, field) for index, field in keys])
    still = probe.linear(probe.constant([0.0] * probe.fields), units)
    moved = probe.linear(probe.random(seed=3)[:1], units)
    own: list[set[int]] = []
    valued = {}
    for equation, (here, there) in enumerate(zip(still, moved, strict=True)):
        seen = [
            row
            for row in range(len(keys))
            if bool((here[row] != 0).any() | (there[row] != 0).any())
        ]
        orders = {row: order_of(probe.derivatives.keys[keys[row][0]]) for row in seen}
        highest = max(orders.values(), default=0)
        own.append({keys[row][1] for row, order in orders.items() if order == highest})
        if len(seen) == 1 and keys[seen[0]][0] == 0:
            coefficient = here[seen[0]]
            same = torch.allclose(coefficient, there[seen[0]], rtol=_CLOSE, atol=0)
            if same and bool(coefficient.abs().min() > 0):
                valued[equation] = keys[seen[0]][1], coefficient
    return Answers(probe, own, valued)
