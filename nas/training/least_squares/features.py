"""Functions whose derivatives are formulas: random waves, and affine functions.

Axis legend: K features, B points, D coordinates, S derivatives.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from nas.calculus.activations import sine
from nas.calculus.derivatives import Derivative, DerivativeSet, Laplacian, order_of, unit

Answer = Callable[[Tensor, DerivativeSet], Tensor]  # points (B, D) -> a network's jet (S, B, C + U)


class Features(Protocol):
    """K functions of the coordinates."""

    def __len__(self) -> int: ...

    def jet(self, points: Tensor, derivatives: DerivativeSet) -> Tensor:
        """Their jets (S, B, K) at points (B, D), in float64."""
        ...


@dataclass(frozen=True)
class Waves:
    """sin(k · ξ + φ) in the coordinates ξ of the domain's bounding box, scaled to [-1, 1].

    A wave of frequency zero is a constant, so constants are among them.

    Parameters
    ----------
    frequencies : Tensor (K, D)
    phases : Tensor (K,)
    bounds
        The bounding box: (lowest, highest) of each coordinate.

    Examples
    --------
    >>> waves = Waves.drawn([(0.0, 4.0)], reach=[10.0], count=50, seed=0)
    >>> jet = waves.jet(torch.rand(7, 1, dtype=torch.float64), DerivativeSet([(2,)], 1))
    >>> jet.shape  # u, u' and u'' at 7 points
    torch.Size([3, 7, 50])
    """

    frequencies: Tensor
    phases: Tensor
    bounds: Sequence[tuple[float, float]]

    @classmethod
    def drawn(
        cls,
        bounds: Sequence[tuple[float, float]],
        reach: Sequence[float],
        count: int,
        seed: int,
        periodic: Sequence[int] = (),
    ) -> "Waves":
        """``count`` waves, the first a constant; their frequencies are even in ±``reach`` (D,).

        Even in the frequency, not in its logarithm: so few of them span what is smooth on the
        scale of 1 / reach about as well as a Fourier series of a larger box. Along the axes that
        are ``periodic`` they repeat themselves.

        Examples
        --------
        >>> waves = Waves.drawn([(0.0, 4.0)], reach=[10.0], count=5, seed=0, periodic=[0])
        >>> ends = waves.jet(torch.tensor([[0.0], [4.0]]).double(), DerivativeSet([], 1))
        >>> bool(torch.allclose(ends[0, 0], ends[0, 1]))
        True
        """
        generator = torch.Generator().manual_seed(seed)
        shape = (count, len(bounds) + 1)
        unit = 2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1
        frequencies = unit[:, :-1] * torch.tensor(list(reach), dtype=torch.float64)
        phases = math.pi * unit[:, -1]
        for axis in periodic:  # whole waves over the length of 2
            frequencies[:, axis] = math.pi * (frequencies[:, axis] / math.pi).round()
        frequencies[0], phases[0] = 0.0, math.pi / 2
        return cls(frequencies, phases, tuple(bounds))

    def __len__(self) -> int:
        return len(self.frequencies)

    def jet(self, points: Tensor, derivatives: DerivativeSet) -> Tensor:
        """Their jets (S, B, K) at points (B, D), in float64."""
        low, high = torch.tensor(self.bounds, dtype=torch.float64).unbind(-1)
        scaled = (2 * points.double() - low - high) / (high - low)
        values = sine(scaled @ self.frequencies.T + self.phases, derivatives.order)
        slopes = self.frequencies * (2 / (high - low))  # by the coordinates themselves
        jets = [values[order_of(key)] * _factor(key, slopes) for key in derivatives.keys]
        return torch.stack(jets)


def _factor(key: Derivative, slopes: Tensor) -> Tensor:
    """What a derivative brings down (K,): ∂ᵅ f(k·x) = kᵅ f⁽ⁿ⁾(k·x), and Δ f = |k|² f''."""
    if isinstance(key, Laplacian):
        return slopes[:, list(key.axes)].square().sum(-1)
    return slopes.pow(torch.tensor(key, dtype=torch.float64)).prod(-1)


@dataclass(frozen=True)
class Joined:
    """Features of several kinds, one behind the other.

    Examples
    --------
    >>> both = Joined((Affine([(0.0, 4.0)]), Waves.drawn([(0.0, 4.0)], [10.0], count=50, seed=0)))
    >>> len(both), both.jet(torch.zeros(7, 1), DerivativeSet([], 1)).shape
    (52, torch.Size([1, 7, 52]))
    """

    kinds: tuple[Features, ...]

    def __len__(self) -> int:
        return sum(map(len, self.kinds))

    def jet(self, points: Tensor, derivatives: DerivativeSet) -> Tensor:
        """Their jets (S, B, K) at points (B, D)."""
        return torch.cat([one.jet(points, derivatives) for one in self.kinds], dim=-1)


class Affine:
    """Functions a + b · ξ of the scaled coordinates ξ as features, constants first.

    Examples
    --------
    >>> line = Affine([(0.0, 4.0)])
    >>> line.jet(torch.tensor([[3.0]]), DerivativeSet([(1,)], 1))[:, 0].tolist()  # and derivatives
    [[1.0, 0.5], [0.0, 0.5]]
    """

    def __init__(self, bounds: Sequence[tuple[float, float]]) -> None:
        self._low, self._high = torch.tensor(bounds, dtype=torch.float64).unbind(-1)

    def __len__(self) -> int:
        return 1 + len(self._low)

    def jet(self, points: Tensor, derivatives: DerivativeSet) -> Tensor:
        """Their jets (S, B, 1 + D) at points (B, D)."""
        half = (self._high - self._low) / 2
        jet = torch.zeros(len(derivatives), len(points), len(self), dtype=torch.float64)
        jet[0, :, 0] = 1.0
        jet[0, :, 1:] = (points.double() - self._low) / half - 1
        for axis in range(len(half)):
            first = derivatives.index.get(unit(axis, len(half)))
            if first is not None:
                jet[first, :, 1 + axis] = 1 / half[axis]
        return jet


def with_added(answer: Answer, features: Features, coefficients: Tensor) -> Answer:
    """An answer with features added to its fields, and numbers to its raw unknown coefficients.

    ``coefficients`` (C·K + U) are in the order of the columns of `linearised`.

    Examples
    --------
    >>> def one(points, derivatives):  # (S, B, C)
    ...     return torch.ones(len(derivatives), len(points), 1, dtype=torch.float64)
    >>> more = with_added(one, Affine([(0.0, 4.0)]), torch.tensor([10.0, 0.0]).double())
    >>> more(torch.zeros(1, 1), DerivativeSet([], 1)).item()
    11.0
    """

    def changed(points: Tensor, derivatives: DerivativeSet) -> Tensor:
        jet = answer(points, derivatives).double()
        # C·K + U numbers for C + U components:
        fields = (len(coefficients) - jet.shape[-1]) // (len(features) - 1)
        weights = coefficients[: fields * len(features)].view(fields, -1)
        added = jet.new_zeros(jet.shape)
        added[..., :fields] = features.jet(points, derivatives) @ weights.T
        added[0, :, fields:] = coefficients[fields * len(features) :]
        return jet + added

    return changed
