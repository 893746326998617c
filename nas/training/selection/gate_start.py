"""How much weight each expert begins with, from how it has learnt by itself.

Axis legend: E experts alive.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from nas.mixture.mixture import Mixture

# Individual losses and mixture -> scores (E,), whose softmax are the gate's first weights.
GateStart = Callable[[Sequence[float], Mixture], Tensor]

LEAST_LOSS = 1e-30  # an expert that is exact has a finite score, too


def by_loss_and_size(losses: Sequence[float], mixture: Mixture) -> Tensor:
    """λᵢ ∝ 1 / (lossᵢ · parametersᵢ), that is scores of -log(lossᵢ · parametersᵢ).

    Of two that have learnt as much, the smaller one gains more in the fine-tuning, whose steps can
    hardly be longer for the larger one.
    """
    sizes = torch.tensor([mixture.expert_parameters(index) for index in mixture.alive])
    return -torch.log(torch.tensor(losses).clamp_min(LEAST_LOSS) * sizes)
