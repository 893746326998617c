"""How fast waves have to be, by how fast residuals vary along each axis.

Axis legend: D coordinates.
"""

import math
from collections.abc import Sequence

from nas.networks.initial import SLOWEST, highest_frequency

SIZES = (1.0, 0.5, 0.25)  # shares of the highest frequency that so many waves can span
UNEVEN = 2.0  # how much rougher along one axis residuals are, for frequencies to follow them


def shapes(rough: Sequence[float]) -> list[list[float]]:
    """Factors (D,) of the frequencies along each axis: even, and by the roughness where uneven.

    Examples
    --------
    >>> shapes([10.0, 15.0]), shapes([10.0, 40.0])
    ([[1.0, 1.0]], [[1.0, 1.0], [0.5, 2.0]])
    """
    found = [[1.0] * len(rough)]
    if max(rough) > UNEVEN * min(rough):
        mean = math.prod(rough) ** (1 / len(rough))
        found.append([one / mean for one in rough])
    return found


def reach(count: int, shape: Sequence[float], size: float) -> list[float]:
    """The highest frequencies (D,) of ``count`` waves, ``size`` times what they can span.

    Examples
    --------
    >>> [round(one, 1) for one in reach(100, [0.5, 2.0], size=0.5)]  # none below the slowest
    [4.0, 14.9]
    """
    highest = highest_frequency(count, len(shape))
    return [max(SLOWEST, size * highest * one) for one in shape]
