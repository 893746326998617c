"""Intervals of shares, means and survival curves, all with the same coverage."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

COVERAGE = 0.95


def wilson(count: float, of: int) -> tuple[float, float]:
    """The score interval of Wilson (1927) of a share.

    Examples
    --------
    >>> low, high = wilson(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)

    Where nothing or all was counted, it ends there, whatever rounding makes of it:

    >>> wilson(0, 24)[0], wilson(24, 24)[1]
    (0.0, 1.0)
    """
    low, high = proportion_confint(count, of, alpha=1 - COVERAGE, method="wilson")
    return float(low) if count > 0 else 0.0, float(high) if count < of else 1.0


def student(means: NDArray[np.float64]) -> tuple[float, float]:
    """Student's interval of a mean; NaN for a single value, or where all agree exactly.

    Examples
    --------
    >>> low, high = student(np.array([1.5, 1.0]))  # 1.25 ± 12.706 · 0.25
    >>> round(low, 3), round(high, 3)
    (-1.927, 4.427)
    """
    if len(means) < 2 or not np.ptp(means) > 0:
        return float("nan"), float("nan")
    half = stats.t.ppf((1 + COVERAGE) / 2, len(means) - 1) * stats.sem(means)
    return float(means.mean() - half), float(means.mean() + half)


def log_log(
    alive: NDArray[np.float64], error: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pointwise interval of a survival curve on the log-log scale, which stays within [0, 1].

    ``error`` is Greenwood's. At 0 it is undefined, and log-log as well: there the interval is 0.

    Examples
    --------
    >>> low, high = log_log(np.array([1.0, 0.8, 0.0]), np.array([0.0, 0.1, np.nan]))
    >>> low.round(3), high.round(3)
    (array([1.   , 0.512, 0.   ]), array([1.   , 0.928, 0.   ]))
    """
    low, high = alive.copy(), alive.copy()
    inner = (alive > 0) & (alive < 1)
    share, z = alive[inner], stats.norm.ppf((1 + COVERAGE) / 2)
    factor = np.exp(z * error[inner] / (share * np.abs(np.log(share))))
    low[inner], high[inner] = share**factor, share ** (1 / factor)
    return low, high
