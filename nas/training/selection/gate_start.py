"""How much weight each expert begins with, from how it has learnt by itself.

Axis legend: E experts alive.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.mixture.mixture import Mixture

# Individual losses and mixture -> scores (E,), whose softmax are the gate's first weights.
GateStart = Callable[[Sequence[float], Mixture], Tensor]


@dataclass(frozen=True)
class ByLossAndSize:
    """λᵢ ∝ 1 / (lossᵢ · parametersᵢ), that is scores of -log(lossᵢ · parametersᵢ).

    Of two that have learnt as much, the smaller one gains more in the fine-tuning, whose steps can
    hardly be longer for the larger one.

    Parameters
    ----------
    least_loss
        Losses count as no less: an expert that is exact has a finite score, too.

    Examples
    --------
    >>> from nas.mixture.gate import settings
    >>> from nas.search_spaces import Candidate
    >>> pool = Candidate("tanh", 1, 4), Candidate("tanh", 1, 4)
    >>> mixture = Mixture(pool, settings("perceptron"), [(0.0, 1.0)], outputs=1, seed=0)
    >>> [f"{weight:.2f}" for weight in ByLossAndSize()([1e-3, 3e-3], mixture).softmax(0)]
    ['0.75', '0.25']
    """

    least_loss: float = 1e-30

    def __call__(self, losses: Sequence[float], mixture: Mixture) -> Tensor:
        """See `GateStart`."""
        sizes = torch.tensor([mixture.expert_parameters(index) for index in mixture.alive])
        # In float64, and no product: one hopeless expert must not make an infinity of it.
        known = torch.tensor(losses, dtype=torch.float64).clamp_min(self.least_loss)
        return -(torch.log(known) + torch.log(sizes))


BY_LOSS_AND_SIZE = ByLossAndSize()
