"""Where a formula has no value: ``u**1.2`` of a negative u, ``1 / x`` at 0.

Axis legend: B points, D coordinates, E experts, of which each has fields of its own size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nas.calculus.invented import AMPLITUDES, LARGE
from nas.calculus.quantities import Quantity, Result
from nas.errors import UserError

_REMEDY = (
    "a network passes through all kinds of values as it learns; expected a formula with a value "
    "there too, such as that of torch.abs(u) or torch.clamp(u, min=0)"
)


@dataclass(frozen=True)
class Place:
    """Of which equation a value is, and at which points (B, D).

    Examples
    --------
    >>> Place("heat", ("x", "t"), torch.tensor([[0.5, 0.25]])).at(0)
    'x = 0.5, t = 0.25'
    """

    name: str
    coordinates: Sequence[str]
    points: Tensor

    def at(self, point: int) -> str:
        """A point in words."""
        pairs = zip(self.coordinates, self.points[point].tolist(), strict=True)
        return ", ".join(f"{name} = {value:.4g}" for name, value in pairs)


def check(place: Place, found: Any, residual: Tensor) -> list[str]:
    """What to warn of, where some of a residual's values (E, B) are not finite.

    Raises
    ------
    UserError
        If none is.

    Examples
    --------
    >>> from nas.calculus.fields import Constant
    >>> u = Constant("u", ("x",), torch.tensor(AMPLITUDES)[:, None])
    >>> place = Place("flow", ("x",), torch.zeros(1, 1))
    >>> check(place, 3 * u.log(), 3 * u.value.log())  # doctest: +ELLIPSIS
    ['flow: log(u) has no value where u < 0; ...']
    """
    if residual.isfinite().all():
        return []
    culprit = _culprit(found) if isinstance(found, Quantity) else None
    what = "it" if culprit is None else repr(culprit)
    if not residual.isfinite().any():
        raise UserError(
            f"{place.name}: {what} has no finite value at any of the points and fields tried, "
            f"such as {place.at(0)}; expected a formula that has one"
        )
    value = residual if culprit is None else culprit.value
    if not _hopeless(value):
        return []
    bad = value.isnan() if value.isnan().any() else ~value.isfinite()
    where = _where(place, bad, [] if culprit is None else _parts(culprit))
    remedy = _REMEDY if value.dim() > 1 else "points may fall there"
    return [f"{place.name}: {what} has no value where {where}; {remedy}"]


def _culprit(quantity: Quantity) -> Quantity:
    """What first was not finite on the way to a quantity that is not."""
    parts = [part for part in _parts(quantity) if not part.value.isfinite().all()]
    if not parts:
        return quantity
    return _culprit(min(parts, key=lambda part: not _hopeless(part.value)))


def _parts(quantity: Quantity) -> list[Quantity]:
    return list(quantity._parts()) if isinstance(quantity, Result) else []


def _hopeless(value: Tensor) -> bool:
    """Whether it is not finite for another reason than that it is too large a number.

    As exp(u / 1e-3) is of the larger fields: how large a solution will be is not known here.
    """
    if value.isnan().any():
        return True
    small = value[LARGE:] if value.dim() > 1 and len(value) == len(AMPLITUDES) else value
    return not bool(small.isfinite().all())


def _where(place: Place, bad: Tensor, parts: Sequence[Quantity]) -> str:
    """For which values of what something was made of it has no value."""
    for part in parts:
        value = part.value.expand(bad.shape)
        for sign, holds in (("< 0", value < 0), ("> 0", value > 0), ("= 0", value == 0)):
            if torch.equal(holds, bad):
                at = f", at {place.at(int(bad.nonzero()[0, -1]))}" if part.value.dim() == 1 else ""
                if part.value.dtype == torch.bool:  # a comparison, as in a torch.where
                    return f"{part}{at}" if sign == "> 0" else f"{part} does not hold{at}"
                return f"{part} {sign}{at}"
    if parts:
        value = parts[0].value.expand(bad.shape)[bad][0]
        return f"{parts[0]} = {value.item():.3g}, for instance"
    negative = torch.tensor(AMPLITUDES) < 0
    if bad.dim() > 1 and torch.equal(bad.any(-1).cpu(), negative):
        return "fields are negative"
    return "fields have some of the values tried"
