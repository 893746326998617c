"""Laws by which the frequencies of a network's waves are drawn: in a box, or across few axes.

Axis legend: D coordinates, F what the first layer sees, K waves.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from nas.networks.encoding import frequencies, resolve
from nas.networks.initial import SLOWEST, highest_frequency, waves

First = tuple[Tensor, Tensor]  # weights (F, K) and biases (K,) of the first layer
CROSSES = ((1, 0.5), (1, 0.25), (2, 1.0), (2, 0.5))  # axes of a wave, and size


class Law(Protocol):
    """How frequencies are drawn, for any number of waves."""

    def drawn(self, count: int, seen: "Seen", generator: torch.Generator) -> First:
        """The first layer of ``count`` waves."""
        ...

    def fastest(self, count: int) -> list[float]:
        """About the highest frequencies (D,) of so many."""
        ...

    def later(self) -> "list[Law]":
        """What to try for twice as many waves, where this was best."""
        ...


@dataclass(frozen=True)
class Seen:
    """What a first layer sees.

    Parameters
    ----------
    names
        Of the D coordinates.
    encoding
        See `Candidate`.

    Examples
    --------
    >>> Seen(["x", "t"], "periodic x").axes  # t; the sine and the cosine of x
    [1, 0, 0]
    """

    names: Sequence[str]
    encoding: str

    @property
    def axes(self) -> list[int]:
        """The coordinate that each of the F belongs to."""
        return resolve(self.encoding, self.names).axes(len(self.names))

    @property
    def slopes(self) -> list[float]:
        """How fast each of the F runs along it."""
        return frequencies(self.encoding, len(self.names))


@dataclass(frozen=True)
class Box:
    """Frequencies even in a box about zero.

    Parameters
    ----------
    reach
        The highest along each axis (D,), however many waves there are.

    Examples
    --------
    >>> weights, _ = Box((9.0, 4.0)).drawn(500, Seen(["x", "t"], "raw"), torch.Generator())
    >>> [round(float(one)) for one in weights.abs().amax(1)], len(Box((9.0, 4.0)).later())
    ([9, 4], 2)
    """

    reach: tuple[float, ...]

    def drawn(self, count: int, seen: Seen, generator: torch.Generator) -> First:
        """The first layer of ``count`` waves."""
        return waves(seen.slopes, count, [self.reach[axis] for axis in seen.axes], generator)

    def fastest(self, count: int) -> list[float]:
        """The highest frequencies (D,)."""
        return list(self.reach)

    def later(self) -> list[Law]:
        """The same box, and one that is as much larger as twice as many waves allow."""
        growth = 2 ** (1 / len(self.reach))
        return [self, replace(self, reach=tuple(growth * one for one in self.reach))]


@dataclass(frozen=True)
class Cross:
    """Each wave varies along a few axes alone; which these are is drawn.

    A sum of functions of few coordinates needs no more, and in many dimensions no number of waves
    along all axes at once spans what is at all fast.

    Parameters
    ----------
    dimension
        D.
    axes
        Of each wave.
    size
        Highest frequency over what its share of the waves can span along so many axes.

    Examples
    --------
    >>> names = ["x", "y", "z"]
    >>> weights, _ = Cross(3, axes=1, size=0.5).drawn(90, Seen(names, "raw"), torch.Generator())
    >>> (weights != 0).sum(0).unique().tolist(), weights.abs().max() < 22
    ([1], tensor(True))
    """

    dimension: int
    axes: int
    size: float

    def drawn(self, count: int, seen: Seen, generator: torch.Generator) -> First:
        """The first layer of ``count`` waves."""
        reach = self.fastest(count)
        weights, biases = waves(seen.slopes, count, [reach[axis] for axis in seen.axes], generator)
        order = torch.rand(self.dimension, count, generator=generator).argsort(0).argsort(0)
        return torch.where(order[seen.axes] < self.axes, weights, 0.0), biases

    def fastest(self, count: int) -> list[float]:
        """The highest frequencies (D,) of ``count`` waves."""
        own = count // math.comb(self.dimension, self.axes)
        highest = self.size * highest_frequency(max(1, own), self.axes)
        return [max(SLOWEST, highest)] * self.dimension

    def later(self) -> list[Law]:
        """Itself, which grows with the number of waves."""
        return [self]


def crosses(dimension: int) -> list[Law]:
    """Those worth a try in D dimensions: none in a plane, where boxes are small enough.

    Examples
    --------
    >>> len(crosses(2)), crosses(3)[0]
    (0, Cross(dimension=3, axes=1, size=0.5))
    """
    return [Cross(dimension, axes, size) for axes, size in CROSSES if dimension > 2]
