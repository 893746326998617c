"""The penalty on many experts.

Axis legend: E experts alive.
"""

from torch import Tensor

LEAST = 1e-6  # of a mean weight: an expert with less is as good as dropped


def sparsity(importance: Tensor, p: float) -> Tensor:
    """S_p = Σᵢ λ̄ᵢᵖ of the batch-mean weights λ̄ (E,); p < 1 favours few experts.

    It acts on the mean: per point it would make each point one-hot, yet keep every expert
    alive somewhere (Bischof & Kraus 2022).

    Examples
    --------
    >>> import torch
    >>> sparsity(torch.tensor([0.25, 0.75]), 0.5).item() > sparsity(torch.tensor([1.0]), 0.5).item()
    True
    """
    # The slope p λ̄ᵖ⁻¹ has no bound at 0, and an infinite gradient would take the whole gate
    # with it. Below LEAST the term is constant, and its slope 0.
    return importance.clamp_min(LEAST).pow(p).sum()
