"""Functions of two coordinates as double series, from files of some tens of kilobytes.

Axis legend: N points, C fields, J and K functions along the first and second coordinate.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

Array = NDArray[np.float64]

_CHUNK = 2048  # points at once: keeps memory at some megabytes
_UNIT = 2.0**-46  # coefficients are multiples of it, 1.4e-14: short in a compressed file


@dataclass(frozen=True)
class Axis:
    """Functions along one coordinate: Chebyshev polynomials, or cosines and sines of a period.

    Examples
    --------
    >>> Axis(0.0, 1.0, periodic=False).basis(np.array([0.0, 0.5]), 3).tolist()
    [[1.0, -1.0, 1.0], [1.0, 0.0, -1.0]]
    >>> Axis(0.0, 1.0, periodic=True).basis(np.array([0.25]), 3).round(9).tolist()
    [[1.0, 0.0, 1.0]]
    """

    low: float
    high: float
    periodic: bool

    def basis(self, points: Array, count: int) -> Array:
        """The functions at points (N,): (N, count); a periodic axis has all cosines first."""
        share = (points - self.low) / (self.high - self.low)
        if not self.periodic:
            return np.asarray(chebyshev.chebvander(2 * share - 1, count - 1), np.float64)
        angle = 2 * np.pi * share[:, None] * np.arange(count // 2 + 1)
        return np.concatenate([np.cos(angle), np.sin(angle[:, 1:])], axis=1)


@dataclass(frozen=True)
class Series:
    """Fields of two coordinates, each a sum of products of functions along the two.

    Parameters
    ----------
    coefficients
        (C, J, K); J is odd along a periodic coordinate.
    axes
        The functions along the first and the second coordinate.

    Examples
    --------
    >>> line = Axis(0.0, 1.0, periodic=False)
    >>> product = Series(np.array([[[0.0, 0.0], [0.0, 1.0]]]), (line, line))
    >>> (u,) = product(np.array([1.0, 0.75]), np.array([0.0, 0.75]))  # (2x - 1)(2y - 1)
    >>> u.tolist()
    [-1.0, 0.25]
    """

    coefficients: Array
    axes: tuple[Axis, Axis]

    def __call__(self, first: Array, second: Array) -> tuple[Array, ...]:
        """Each field (N,) at the points with coordinates ``first`` (N,) and ``second`` (N,)."""
        fields = np.empty((len(self.coefficients), len(first)))
        for start in range(0, len(first), _CHUNK):
            part = slice(start, start + _CHUNK)
            left = self.axes[0].basis(first[part], self.coefficients.shape[1])
            right = self.axes[1].basis(second[part], self.coefficients.shape[2])
            for field, matrix in zip(fields, self.coefficients, strict=True):
                field[part] = ((left @ matrix) * right).sum(axis=1)
        return tuple(fields)

    def save(self, name: str) -> None:
        """Write ``name.npz`` beside this file, coefficients rounded to 1.4e-14."""
        axes = [(axis.low, axis.high, axis.periodic) for axis in self.axes]
        rounded = np.round(self.coefficients / _UNIT) * _UNIT
        np.savez_compressed(_path(name), coefficients=_trimmed(rounded), axes=np.array(axes))

    @classmethod
    def load(cls, name: str) -> "Series":
        """Read ``name.npz``."""
        with np.load(_path(name), allow_pickle=False) as file:
            axes: Any = [Axis(low, high, bool(flag)) for low, high, flag in file["axes"]]
            return cls(file["coefficients"], tuple(axes))


def _path(name: str) -> Path:
    return Path(__file__).with_name(f"{name}.npz")


def _trimmed(coefficients: Array) -> Array:
    """Without polynomials of high degree along the last axis that are zero everywhere."""
    used = np.flatnonzero(np.abs(coefficients).max(axis=(0, 1)))
    return coefficients[:, :, : used[-1] + 1]
