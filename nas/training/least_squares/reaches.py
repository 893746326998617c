"""How fast waves have to be along each axis: by the equations, and by how fast residuals vary.

Axis legend: D coordinates.
"""

import math
from collections.abc import Sequence

from nas.networks.initial import SLOWEST, highest_frequency

SIZES = (1.0, 0.5, 0.25)  # shares of the highest frequency that so many waves can span
UNEVEN = 2.0 + 1e-9  # how much faster along one axis than along another, to be followed


def shapes(rough: Sequence[float], own: Sequence[Sequence[float]]) -> list[list[float]]:
    """Factors (D,) of the frequencies along each axis: even, and uneven ones that are known.

    Parameters
    ----------
    rough
        How fast residuals vary along each axis (see `roughness`).
    own
        The equations' (see `own_shapes`).

    Examples
    --------
    >>> shapes([10.0, 15.0], own=[]), shapes([10.0, 40.0], own=[[2.0, 0.5]])
    ([[1.0, 1.0]], [[1.0, 1.0], [0.5, 2.0], [2.0, 0.5]])
    """
    mean = math.prod(rough) ** (1 / len(rough))
    known = [[one / mean for one in rough], *map(list, own)]
    return [[1.0] * len(rough), *(one for one in known if max(one) > UNEVEN * min(one))]


def reach(count: int, shape: Sequence[float], size: float) -> list[float]:
    """The highest frequencies (D,) of ``count`` waves, ``size`` times what they can span.

    Examples
    --------
    >>> [round(one, 1) for one in reach(100, [0.5, 2.0], size=0.5)]  # none below the slowest
    [4.0, 14.9]
    """
    highest = highest_frequency(count, len(shape))
    return [max(SLOWEST, size * highest * one) for one in shape]
