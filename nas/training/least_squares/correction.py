"""A correction of an answer: a network of random waves that is added to it.

Axis legend: F what the first layer sees, K waves, C fields, U unknown coefficients.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from torch import Tensor

from nas.search_spaces.candidates import Candidate, levels_of

EXACT = 1e-20  # of a loss of order one: what is left is rounding


@dataclass(frozen=True)
class Correction:
    """One more network, which counts with weight 1.

    Parameters
    ----------
    candidate
        What it is; the frequencies may also differ by axis.
    weights, biases
        Of its layers: (F, K) and (K, C), (K,) and (C,), in float64.
    unknown : Tensor (U,)
        The raw values that the answer's unknown coefficients have with it.
    loss
        The held-out loss of the corrected answer.

    Examples
    --------
    >>> import torch
    >>> layers = [torch.ones(1, 8), torch.ones(8, 1)]
    >>> biases = [torch.zeros(8), torch.zeros(1)]
    >>> waves = Candidate("sine", 1, 8, learns="output")
    >>> Correction(waves, layers, biases, torch.zeros(0), loss=1e-9).candidate.width
    8
    """

    candidate: Candidate
    weights: list[Tensor]
    biases: list[Tensor]
    unknown: Tensor
    loss: float

    def packed(self) -> dict[str, Any]:
        """For a checkpoint."""
        return vars(self) | {"candidate": levels_of(self.candidate)}

    @classmethod
    def unpacked(cls, state: Mapping[str, Any]) -> Self:
        """The correction that `packed` gave."""
        return cls(**{**state, "candidate": Candidate(**state["candidate"])})
