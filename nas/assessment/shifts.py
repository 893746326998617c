"""Shifts of an answer: s(x) · ∂u/∂x, what an error looks like where a front is in the wrong place.

A shock or a wave that comes too late leaves an error as steep as the answer itself, far too steep
for waves. But moved as a whole it is the answer's own slope times something smooth.

Axis legend: S derivatives, B points, D coordinates, C fields, U unknown coefficients, J shifts.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.derivatives import Derivative, DerivativeSet, Laplacian, MultiIndex, unit
from nas.training.least_squares.features import Answer, Waves


@dataclass(frozen=True)
class Shifts:
    """All fields moved together along each axis, by each of some slow ``waves``.

    Parameters
    ----------
    answer
        What is moved.
    fields
        C, how many of its components are fields.
    waves
        By how much, at each place.

    Examples
    --------
    >>> def ramp(points, derivatives):  # u = 3 x
    ...     jet = torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    ...     jet[0] = 3 * points
    ...     if len(derivatives) > 1:
    ...         jet[1] = 3.0
    ...     return jet
    >>> one = Waves.drawn([(0.0, 4.0)], reach=[1.0], count=1, seed=0)  # a constant
    >>> shifts = Shifts(ramp, 1, one)
    >>> shifts.jet(torch.zeros(1, 1).double(), DerivativeSet([], 1)).flatten().tolist()
    [3.0]
    """

    answer: Answer
    fields: int
    waves: Waves

    def jet(self, points: Tensor, derivatives: DerivativeSet) -> Tensor:
        """Their jets (S, B, C, J); one order more is asked of the answer than of them."""
        dimension = derivatives.dimension
        wanted = [
            [_slopes(key, axis, dimension) for key in derivatives.keys] for axis in range(dimension)
        ]
        every = [one for of_axis in wanted for of_key in of_axis for one in of_key]
        more = DerivativeSet(every, dimension)
        moved = self.answer(points, more).double()[..., : self.fields]
        slow = self.waves.jet(points, derivatives)
        found = []
        for of_axis in wanted:
            rows = [[more.index[one] for one in of_key] for of_key in of_axis]
            slope = torch.stack([moved[row].sum(0) for row in rows])  # (S, B, C) of ∂u/∂x
            each = [jets.multiply(derivatives, slope[..., [c]], slow) for c in range(self.fields)]
            found.append(torch.stack(each, dim=-2))
        return torch.cat(found, dim=-1)

    def added(self, other: Answer, coefficients: Tensor) -> Answer:
        """Another answer with these shifts, times their ``coefficients`` (J,), added."""

        def changed(points: Tensor, derivatives: DerivativeSet) -> Tensor:
            jet = other(points, derivatives).double()
            moved = self.jet(points, derivatives) @ coefficients
            return jet + torch.nn.functional.pad(moved, (0, jet.shape[-1] - self.fields))

        return changed


def _slopes(key: Derivative, axis: int, dimension: int) -> list[MultiIndex]:
    """What a derivative of the slope along an axis is the sum of."""
    if isinstance(key, Laplacian):
        parts = [tuple(2 * count for count in unit(one, dimension)) for one in key.axes]
    else:
        parts = [key]
    return [tuple(n + (axis == other) for other, n in enumerate(part)) for part in parts]
