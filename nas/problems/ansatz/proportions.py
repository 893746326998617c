"""Whether the terms of an equation are of sizes that can be told from each other.

What stands in an equation a million times smaller than its largest term hardly moves the loss,
and yet may decide what the solution is: 10⁻⁹ u'' + u. Mostly it is a mistake in units.

Axis legend: R derivatives of fields, S derivatives, K functions, B points, C fields.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.calculus.derivatives import written
from nas.problems.ansatz.ansatz import Ansatz
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.scale import BAD
from nas.problems.ansatz.sizes import size
from nas.problems.terms import Setting

_ROUNDING = 1e-14  # of the largest term: what is smaller may be left over where terms cancel
_STATES = 8  # random ones: at a single one a product of derivatives may happen to be small


@dataclass(frozen=True)
class Part:
    """What one derivative of one field makes of an equation.

    Parameters
    ----------
    derivative, field
        Indices in the jet.
    usual, most
        The median of its size over points, and the root of its mean square.

    Examples
    --------
    >>> Part(derivative=0, field=0, usual=1.0, most=1.5).usual
    1.0
    """

    derivative: int
    field: int
    usual: float
    most: float


def disproportions(probe: Probe, ansatz: Ansatz, setting: Setting) -> list[str]:
    """For each equation of a term what is out of proportion in it; nothing where all is well.

    A derivative counts by how much the equation moves with it, times how large it is for smooth
    functions of the field's scale.

    Examples
    --------
    >>> from nas.problems import Box
    >>> from nas.problems.ansatz.affine import identity
    >>> from nas.problems.ansatz.probing import probe
    >>> from nas.problems.terms import Equations
    >>> setting = Setting("rod", Box(x=(0, 2)), ("u",))
    >>> term = Equations(lambda u: (u.xx + u, 1e-9 * u.xx + u)).bind(setting)
    >>> found = disproportions(probe(term, setting.domain, 1), Ansatz(identity(["u"])), setting)
    >>> found[0], found[1][:58]
    ('', 'badly scaled: its term in u.xx is about 4e-09 of that in u')
    """
    return [_complaint(list(parts), probe, setting) for parts in _parts(probe, ansatz)]


def _complaint(parts: list[Part], probe: Probe, setting: Setting) -> str:
    largest = max(parts, key=lambda one: one.usual, default=None)
    if largest is None or not 0 < largest.usual < math.inf:
        return ""
    seen = [one for one in parts if one.most > _ROUNDING * largest.usual]
    least = min(seen, key=lambda one: one.most)
    if largest.usual <= BAD * least.most:
        return ""
    small, large = (_written(one, probe, setting) for one in (least, largest))
    return (
        f"badly scaled: its term in {small} is about {least.most / largest.usual:.0e} of that in "
        f"{large}, so little that training can hardly see it; are all units the same?"
    )


def _written(part: Part, probe: Probe, setting: Setting) -> str:
    key = probe.derivatives.keys[part.derivative]
    return written(key, setting.fields[part.field], setting.domain.coordinates)


def _parts(probe: Probe, ansatz: Ansatz) -> Iterator[Iterator[Part]]:
    """Of each equation all that it answers to."""
    keys = [
        (index, field) for index in range(len(probe.derivatives)) for field in range(probe.fields)
    ]
    zero = probe.physical(ansatz, probe.constant([0.0] * probe.fields))
    base = probe.physical(ansatz, probe.random(seed=1))
    sizes = [size(base[:, index, :, field] - zero[:, index, :, field]) for index, field in keys]
    units = torch.cat([probe.unit(*key) for key in keys])
    states = [probe.linear(one, units) for one in base[:_STATES, None]]
    for slopes in zip(*states, strict=True):
        yield _each(keys, torch.cat(slopes, -1), sizes)  # (R, B of all states)


def _each(
    keys: Sequence[tuple[int, int]], slopes: Tensor, sizes: Sequence[float]
) -> Iterator[Part]:
    for (index, field), slope, large in zip(keys, slopes, sizes, strict=True):
        finite = slope[torch.isfinite(slope)].abs()
        if finite.any():
            yield Part(index, field, float(finite.median()) * large, size(finite) * large)
