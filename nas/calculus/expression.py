"""Shim until the expressions of contract 1 are merged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from nas.calculus.fields import Expression as _Old
from nas.calculus.fields import Residual
from nas.calculus.jets import DerivativeSet


@dataclass(frozen=True)
class Names:
    fields: tuple[str, ...]
    coordinates: tuple[str, ...]
    unknowns: Mapping[str, Callable[[Tensor], Tensor]] = field(default_factory=dict)
    data: tuple[str, ...] = ()


class Expression(_Old):
    def __init__(
        self,
        function: Residual,
        names: Names,
        where: str,
        probe: Tensor,
        data: Tensor | None = None,
    ) -> None:
        self._unknowns = names.unknowns
        fields = (*names.fields, *names.unknowns)
        super().__init__(function, fields, names.coordinates, where, probe)

    def __call__(  # type: ignore[override]
        self, jet: Tensor, derivatives: DerivativeSet, points: Tensor, data: Tensor
    ) -> list[Tensor]:
        if self._unknowns:
            count = len(self._unknowns)
            pairs = zip(self._unknowns.values(), jet[..., -count:].unbind(-1), strict=True)
            values = torch.stack([value(raw) for value, raw in pairs], dim=-1)
            jet = torch.cat([jet[..., :-count], values], dim=-1)
        return [one.to(jet.dtype) for one in super().__call__(jet, derivatives, points)]
