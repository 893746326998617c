"""From what networks give to the solution itself: u = offset + scale · N, field by field.

Axis legend: S derivatives, B points, D coordinates, C fields, U unknown coefficients; … any leading
axes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet


@dataclass(frozen=True, eq=False)
class Affine:
    """Offsets and scales (C,) of fields; unknown coefficients behind them stay as they are.

    Examples
    --------
    >>> value = torch.tensor([[[0.5]], [[2.0]]])  # (S, B, C): u and u_x at one point
    >>> Affine((300.0,), (10.0,))(value, DerivativeSet([(1,)], 1)).flatten().tolist()
    [305.0, 20.0]
    """

    offsets: tuple[float, ...]
    scales: tuple[float, ...]
    _made: dict[object, tuple[Tensor, Tensor]] = field(default_factory=dict, repr=False)

    def __call__(self, jet: Tensor, derivatives: DerivativeSet) -> Tensor:
        """The jet (…, S, B, C + U) of the fields from that of networks."""
        if self.identity:
            return jet
        offset, scale = self._numbers(jet, len(derivatives))
        return torch.addcmul(offset, jet, scale)

    @property
    def identity(self) -> bool:
        """Whether there is nothing to do."""
        return not any(self.offsets) and all(one == 1 for one in self.scales)

    def _numbers(self, jet: Tensor, size: int) -> tuple[Tensor, Tensor]:
        """Offset (S, 1, C + U) and scale (C + U,), made once for each kind of jet."""
        columns = jet.shape[-1]
        key = (size, columns, jet.dtype, jet.device)
        if key not in self._made:
            offset = jet.new_zeros(size, 1, columns)
            offset[0, 0, : len(self.offsets)] = jet.new_tensor(self.offsets)
            scale = jet.new_ones(columns)
            scale[: len(self.scales)] = jet.new_tensor(self.scales)
            self._made[key] = offset, scale
        return self._made[key]


def identity(fields: Sequence[str]) -> Affine:
    """Of a problem that takes all as networks give it.

    Examples
    --------
    >>> identity(["u", "v"]).identity
    True
    """
    return Affine((0.0,) * len(fields), (1.0,) * len(fields))
