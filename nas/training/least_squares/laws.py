"""Laws by which the frequencies of a network's waves are drawn: in a box, or across few axes.

Axis legend: D coordinates, F what the first layer sees, K waves.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from nas.networks.encoding import RAW, count_features, frequencies, resolve
from nas.networks.initial import SLOWEST, highest_frequency, waves

First = tuple[Tensor, Tensor]  # weights (F, K) and biases (K,) of the first layer
FAINT = 1e-3  # the sine of so small a function is that function
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
        """The coordinate that each of the F belongs to; those of corners belong to none."""
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


@dataclass(frozen=True)
class AtCorners:
    """Waves by another law, and beside them the functions that solutions are made of at corners.

    Each of these, f, is one unit, since sin εf = εf (1 - (εf)²/6 + …). Where there are more
    coordinates than the two of its plane, such as time, it comes with waves w along these, too: as
    sin(w + εf) and sin(w - εf), whose difference is 2 cos(w) sin(εf). (Their sums are all about
    2 sin(w): of a pair one function is new.)

    Parameters
    ----------
    law
        Of the waves.
    encoding
        That sees the corners; see `nas.networks.corner`.
    others
        The axes that are in no corner's plane.

    Examples
    --------
    >>> law = AtCorners(Box((9.0, 9.0)), "corner x y 0 0 270 45 0 1", others=())
    >>> weights, biases = law.drawn(100, Seen(["x", "y"], law.encoding), torch.Generator())
    >>> law.units(100), weights.shape, (weights[:, -1] != 0).nonzero().tolist(), biases[-1].item()
    (12, torch.Size([14, 100]), [[13]], 0.0)
    """

    law: Law
    encoding: str
    others: tuple[int, ...]

    @property
    def functions(self) -> int:
        """How many f there are."""
        return count_features(self.encoding, 0)

    def modes(self, count: int) -> int:
        """How many waves each comes with, if ``count`` units are half f and half other waves."""
        return max(0, count // 2 // self.functions - 1) // 2 if self.others else 0

    def units(self, count: int) -> int:
        """How many of ``count`` are at the corners."""
        return self.functions * (1 + 2 * self.modes(count))

    def drawn(self, count: int, seen: Seen, generator: torch.Generator) -> First:
        """The first layer of ``count`` units."""
        raw = replace(seen, encoding=RAW)
        weights, biases = self.law.drawn(count - self.units(count), raw, generator)
        reach = [
            high if axis in self.others else 0.0 for axis, high in enumerate(self.fastest(count))
        ]
        along, phases = waves(raw.slopes, self.modes(count), reach, generator)
        alone = FAINT * torch.eye(self.functions, dtype=torch.float64)  # (f, f)
        both = torch.cat([alone, -alone], dim=1).repeat(1, self.modes(count))
        each = 2 * self.functions  # units of a wave along the others
        none = torch.zeros(len(weights), self.functions, dtype=torch.float64)
        by_coordinate = torch.cat([weights, none, along.repeat_interleave(each, dim=1)], dim=1)
        by_function = torch.cat(
            [none.new_zeros(self.functions, weights.shape[1]), alone, both], dim=1
        )
        return (
            torch.cat([by_coordinate, by_function]),
            torch.cat([biases, none[0], phases.repeat_interleave(each)]),
        )

    def fastest(self, count: int) -> list[float]:
        """The highest frequencies (D,)."""
        return self.law.fastest(count - self.units(count))

    def later(self) -> list[Law]:
        """What to try for twice as many."""
        return [replace(self, law=one) for one in self.law.later()]


def crosses(dimension: int) -> list[Law]:
    """Those worth a try in D dimensions: none in a plane, where boxes are small enough.

    Examples
    --------
    >>> len(crosses(2)), crosses(3)[0]
    (0, Cross(dimension=3, axes=1, size=0.5))
    """
    return [Cross(dimension, axes, size) for axes, size in CROSSES if dimension > 2]
