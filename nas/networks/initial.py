"""The numbers that networks begin with.

Axis legend: V and W widths, D coordinates.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

SLOWEST = 4.0  # the least of the highest frequencies: a wave and a quarter over the domain


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


def highest_frequency(count: int, dimension: int) -> float:
    """How fast the fastest of ``count`` waves may be in each of D coordinates ξ in [-1, 1].

    On [-1, 1] a sine of frequency k has k / π waves, so an axis has 2 k / π independent functions
    of frequencies up to k, and D axes have the D-th power of it. Nine tenths of the waves are
    asked to span these.

    Examples
    --------
    >>> [round(highest_frequency(count, 2), 1) for count in (100, 400)]  # four times as many
    [14.9, 29.8]
    """
    by_axis: float = (0.9 * count) ** (1 / dimension)
    return math.pi / 2 * by_axis


def waves(
    slopes: Sequence[float], width: int, reach: Sequence[float], generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Weights (V, W) and biases (W,) of a first layer that makes random waves of its inputs.

    Frequencies are even in ±``reach`` (V,) and phases in ±π.

    Parameters
    ----------
    slopes
        How fast each of the V inputs runs along its coordinate: that much slower are its waves.

    Examples
    --------
    >>> weights, biases = waves([1.0, 10.0], 500, [4.0, 4.0], stream(0, 0))
    >>> [round(float(one), 1) for one in weights.abs().amax(1)], weights.shape
    ([4.0, 0.4], torch.Size([2, 500]))
    >>> round(float(biases.max()), 1)
    3.1
    """
    shape = (len(slopes) + 1, width)
    even = 2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1
    most = torch.tensor([high / slope for high, slope in zip(reach, slopes, strict=True)])
    return even[:-1] * most.double()[:, None], math.pi * even[-1]
