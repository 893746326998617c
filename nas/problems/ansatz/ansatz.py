"""What makes fields of networks: u = A + B · (offset + scale · N).

Axis legend: S derivatives, B points, D coordinates, C fields, U unknown coefficients; … any leading
axes.
"""

from dataclasses import dataclass

from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.problems.ansatz.affine import Affine
from nas.problems.ansatz.exact import Exact


@dataclass(frozen=True, eq=False)
class Ansatz:
    """From networks N to the fields.

    Parameters
    ----------
    affine
        Offset and scale of each field.
    exact
        A and B of those fields that meet conditions by construction.

    Examples
    --------
    >>> import torch
    >>> ansatz = Ansatz(Affine((300.0,), (10.0,)))
    >>> ansatz(torch.tensor([[[0.5]]]), DerivativeSet([], 1), torch.zeros(1, 1)).item()
    305.0
    """

    affine: Affine
    exact: Exact | None = None

    def __call__(self, jet: Tensor, derivatives: DerivativeSet, points: Tensor) -> Tensor:
        """The fields' jet (…, S, B, C + U) from that of networks at points (B, D)."""
        scaled = self.affine(jet, derivatives)
        return scaled if self.exact is None else self.exact(scaled, derivatives, points)

    def holds(self, field: int) -> bool:
        """Whether the field meets conditions by construction."""
        return self.exact is not None and field in self.exact.functions
