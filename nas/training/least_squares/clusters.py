"""Waves about the peaks of a residual's spectrum, beside slow ones.

Axis legend: D coordinates, J picks, K waves.

A solution that is fast, but only in a few directions, is a sum of carriers e^{i k·ξ} of slow
amplitudes. No box about zero that reaches k has waves enough; a small one about each k does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import torch
from torch import Tensor

from nas.networks.initial import highest_frequency
from nas.training.least_squares.laws import First, Law, Seen
from nas.training.least_squares.peaks import Peak

SIZES = (1.0, 0.5, 0.25)
SHARE = 0.5
NARROWEST, SLOWEST = 0.2, 1.0  # the least reach about a peak, and about zero
STRONG = 0.1  # of the strongest peak's energy
EVEN = 0.25  # power of the energy by which peaks share the waves: they need them for the decimals
MOVES = (1 / 3, 2.0)  # of a reach along one axis
SHARES = (0.1, 0.3, 0.5, 0.8)


@dataclass(frozen=True)
class Clusters:
    """Boxes about peaks and one about zero.

    The picks of a peak are among its waves, as sine and cosine, so far as they take no more than
    half of them.

    Parameters
    ----------
    peaks
    slow, wide
        Reach (D,) of the box about zero, and of those about the peaks, over what the waves of each
        can span.
    share
        Of the waves that are slow.

    Examples
    --------
    >>> peak = Peak(1.0, torch.tensor([[40.0, 0.0]]).double())
    >>> law = Clusters((peak,), slow=(0.5, 0.5), wide=(0.5, 0.5))
    >>> weights, biases = law.drawn(100, Seen(["x", "t"], "raw"), torch.Generator())
    >>> weights.shape, int((weights[0] > 30).sum()), weights[:, 50:52].tolist()
    (torch.Size([2, 100]), 50, [[40.0, 40.0], [0.0, 0.0]])
    """

    peaks: tuple[Peak, ...]
    slow: tuple[float, ...]
    wide: tuple[float, ...]
    share: float = SHARE

    def drawn(self, count: int, seen: Seen, generator: torch.Generator) -> First:
        """The first layer of ``count`` waves, of coordinates that are seen as they are."""
        each = self._each(count)
        slow = count - sum(each)
        parts = [_even(slow, _reach(slow, self.slow, SLOWEST), generator)]
        for peak, own in zip(self.peaks, each, strict=True):
            # e^{i k·ξ} a(ξ) takes two real waves for each of a's: half of them count.
            frequencies, phases = _even(own, _reach(own / 2, self.wide, NARROWEST), generator)
            frequencies += peak.centre
            exact = 2 * len(peak.picks[: own // 4])
            frequencies[:exact] = peak.picks[: own // 4].repeat_interleave(2, dim=0)
            phases[:exact] = torch.tensor([0.0, math.pi / 2]).double().repeat(exact // 2)
            parts.append((frequencies, phases))
        weights, biases = (torch.cat(part) for part in zip(*parts, strict=True))
        return weights.T.contiguous(), biases

    def fastest(self, count: int) -> list[float]:
        """The highest frequencies (D,) of its peaks."""
        centres = torch.stack([peak.centre for peak in self.peaks])
        reach = torch.tensor(_reach(count, self.slow, SLOWEST), dtype=torch.float64)
        highest: list[float] = torch.maximum(centres.abs().amax(0), reach).tolist()
        return highest

    def later(self) -> list[Law]:
        """Itself, which grows with the number of waves."""
        return [self]

    def moves(self) -> "list[tuple[str, Clusters]]":
        """Neighbours, with what each is called: another reach along an axis, another share."""
        found = []
        for axis, by in product(range(len(self.slow)), MOVES):
            slow, wide = list(self.slow), list(self.wide)
            slow[axis], wide[axis] = by * slow[axis], by * wide[axis]
            found.append((f"slow {axis} {by:.2g}", replace(self, slow=tuple(slow))))
            found.append((f"wide {axis} {by:.2g}", replace(self, wide=tuple(wide))))
        others = [one for one in SHARES if one != self.share]
        return found + [(f"share {one}", replace(self, share=one)) for one in others]

    def _each(self, count: int) -> list[int]:
        """How many waves each peak has."""
        strength = [max(peak.energy, 1e-300) ** EVEN for peak in self.peaks]
        total = sum(strength)
        return [int((1 - self.share) * count * one / total) for one in strength]


def clusters(peaks: Sequence[Peak]) -> list[Clusters]:
    """Where to begin: all peaks and the strong ones, in boxes of several sizes.

    Examples
    --------
    >>> strong, weak = (Peak(one, torch.tensor([[9.0 / one]]).double()) for one in (1.0, 0.01))
    >>> [len(one.peaks) for one in clusters([strong, weak])]
    [2, 2, 2, 1, 1, 1]
    """
    if not peaks:
        return []
    strong = [one for one in peaks if one.energy > STRONG * peaks[0].energy]
    sets = [tuple(peaks)] + [tuple(strong)] * (len(strong) < len(peaks))
    dimension = len(peaks[0].centre)
    return [
        Clusters(some, (size,) * dimension, (size,) * dimension) for some in sets for size in SIZES
    ]


def _reach(count: float, sizes: Sequence[float], least: float) -> list[float]:
    highest = highest_frequency(max(1, int(count)), len(sizes))
    return [max(least, size * highest) for size in sizes]


def _even(count: int, reach: Sequence[float], generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Frequencies (K, D) even in ±``reach`` and phases (K,) in ±π."""
    even = 2 * torch.rand(count, len(reach) + 1, generator=generator, dtype=torch.float64) - 1
    return even[:, :-1] * torch.tensor(list(reach), dtype=torch.float64), math.pi * even[:, -1]
