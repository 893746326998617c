"""Whether what holds by construction leaves exactly periodic fields periodic.

Axis legend: n pairs of points, D coordinates, S derivatives.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from nas.calculus.derivatives import Derivative, DerivativeSet, order_of
from nas.errors import UserError
from nas.problems.ansatz.exact import Exact, jet_of
from nas.problems.ansatz.held import Function
from nas.problems.terms import PointCounts, Requirement, Setting, Term

PAIRS = PointCounts(interior=1, boundary=64)
_CLOSE = 1e-6  # of the function's size: what both ends may differ by


def check_repeating(
    met: Exact | None, requirements: Sequence[Requirement], terms: Sequence[Term], setting: Setting
) -> None:
    """Raise `UserError` where fields that are to be exactly periodic cannot be, for A or B.

    Of u = A + B N the networks N alone repeat themselves; A and B are made of other conditions.

    Examples
    --------
    >>> from nas.problems import Box, Condition, Periodic, Problem
    >>> ring = Box(x=(0, 1), t=(0, 1))
    >>> wanted = [Condition("t_min", lambda u, x: u - x, exact=True), Periodic("x", exact=True)]
    >>> Problem("ring", ring, lambda u: u.t - u.xx, wanted)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: ring: periodic along x: the exact conditions of u do not repeat ...
    """
    for one, term in zip(requirements, terms, strict=True):
        named = one.periodic_coordinates
        if met is None or not named or not one.exact:
            continue
        (drawn,) = term.source.draw(
            setting.domain, term.regions, PAIRS, seed=0, draw=0, method="sobol"
        ).values()
        axis = setting.domain.coordinates.index(named[0])
        low, high = setting.domain.bounds[axis]
        for number, functions in met.functions.items():
            if not all(
                _repeats(one, drawn.points, term.derivatives, high - low) for one in functions
            ):
                raise UserError(
                    f"{setting.name}: {one.describe()}: the exact conditions of "
                    f"{setting.fields[number]} do not repeat themselves along {named[0]}, in value "
                    "or derivative, so it cannot be exactly periodic beside them; leave out "
                    "exact=True here or there"
                )


def _repeats(function: Function, pairs: Any, needed: frozenset[Derivative], length: float) -> bool:
    """Whether values and derivatives agree at ``pairs`` (2, n, D), each in units of the values."""
    keys = DerivativeSet(needed, pairs.shape[-1])
    ends = [
        jet_of(lambda x: function(x)[:, None], torch.as_tensor(end), keys)[..., 0] for end in pairs
    ]
    units = torch.tensor([[length ** order_of(key)] for key in keys.keys]).double()
    left, right = (end * units for end in ends)
    size = _largest(torch.stack([left, right]))
    return bool(_largest(right - left) <= _CLOSE * size)


def _largest(values: Tensor) -> Tensor:
    return values.abs().max()
