"""Made-up fields to try a function on.

Axis legend: B points, E experts, each with fields of its own size.
"""

import torch
from torch import Tensor

from nas.calculus.activations import MAX_ORDER
from nas.calculus.derivatives import Derivative, Laplacian, unit

AMPLITUDES = (1.0, -1.0, 1e-6, -1e-6)  # of E experts
LARGE = 2  # the first so many of them are not small


class Invented:
    """Made-up waves (B,) or (E, B), one for each derivative of each component, no two alike.

    Those of a single network are positive, so that roots and logarithms are numbers. Two
    functions agree on them only if they ask for the same derivatives in the same way, which is
    what a problem's fingerprint rests on.

    Parameters
    ----------
    rows : Tensor (B,) of int
        The numbers of the points.
    experts
        Whether there is an axis of experts, of the amplitudes `AMPLITUDES`.

    Attributes
    ----------
    leaves
        The waves that were asked for.

    Examples
    --------
    >>> made_up = Invented(torch.arange(3))
    >>> made_up.fetch(0, (2, 0)).shape, list(made_up.leaves)
    (torch.Size([3]), [(0, (2, 0))])
    """

    def __init__(
        self, rows: Tensor, experts: bool = False, dtype: torch.dtype = torch.float64
    ) -> None:
        self._rows = rows.to(torch.float64)
        self._amplitudes = torch.tensor(AMPLITUDES if experts else [1.0]).double()
        self._experts = experts
        self._dtype = dtype
        self.leaves: dict[tuple[int, Derivative], Tensor] = {}

    def fetch(self, component: int, derivative: Derivative) -> Tensor:
        """The wave of a derivative, always the same."""
        if (component, derivative) not in self.leaves:
            wave = self._amplitudes[:, None].to(self._rows.device) * self.wave(
                component, derivative
            )
            wave = wave if self._experts else wave.squeeze(0)
            self.leaves[component, derivative] = wave.to(self._dtype).requires_grad_()
        leaf = self.leaves[component, derivative]
        return leaf.view_as(leaf)  # as in training, where it is taken from a jet: no leaf itself

    def wave(self, component: int, derivative: Derivative) -> Tensor:
        """The positive one (B,); Δu is the sum of the second derivatives."""
        if isinstance(derivative, Laplacian):
            dimension = 1 + max(derivative.axes)
            second = (
                tuple(2 * count for count in unit(axis, dimension)) for axis in derivative.axes
            )
            return torch.stack([self.wave(component, one) for one in second]).sum(0)
        code = 0
        for axis, count in enumerate(derivative):
            code += count * (MAX_ORDER + 1) ** axis  # digits: a number for each derivative
        return 1.5 + torch.sin(1.3 * self._rows + 0.618 * code + 2.4 * component)
