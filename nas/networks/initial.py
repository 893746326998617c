"""The numbers that networks begin with.

Axis legend: V and W widths.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor


def stream(seed: int, number: int) -> torch.Generator:
    """One of a seed's independent streams of random numbers.

    Examples
    --------
    >>> stream(0, 1).initial_seed() == stream(0, 1).initial_seed() != stream(0, 2).initial_seed()
    True
    """
    words = np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(words[0] >> 1))  # torch takes 63 bits


def glorot(widths: Sequence[int], generator: torch.Generator) -> list[Tensor]:
    """Glorot-uniform float64 matrices (V, W) for consecutive ``widths`` (Glorot & Bengio 2010).

    Uniform in ±√(6 / (V + W)), so that signals keep their size forwards and backwards.

    Examples
    --------
    >>> [tuple(weight.shape) for weight in glorot([2, 16, 1], stream(0, 0))]
    [(2, 16), (16, 1)]
    """
    return [
        (2 * torch.rand(v, w, generator=generator, dtype=torch.float64) - 1) * (6 / (v + w)) ** 0.5
        for v, w in pairwise(widths)
    ]
