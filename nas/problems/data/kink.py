"""How the kink in the initial values of ``nas/problems/allen_cahn.py`` is rounded off.

Axis legend: N points.
"""

import numpy as np
from scipy.special import erfc

from nas.problems.data.series import Array


def kink(x: Array, t: Array, diffusivity: float) -> Array:
    """The part of u (N,) that is not smooth where x = 1 meets x = -1, at points x (N,), t (N,).

    Near there u = -1 + w with w_t = D w_xx - 10 w, and w is twice the distance y at first. So
    w = 2 exp(-10 t) E with E_t = D E_xx and E = |y| at first. This function is that but for
    something smooth: k_t = D k_xx - 10 k + 2 D exp(-10 t).

    Examples
    --------
    >>> kink(np.array([0.0, 0.5, 1.0]), np.zeros(3), 1e-4).tolist()  # 1 - x²
    [1.0, 0.75, 0.0]
    """
    distance, width = 1 - np.abs(x), np.sqrt(4 * diffusivity * t)
    share = np.divide(distance, width, out=np.full_like(distance, np.inf), where=width > 0)
    rounding = width * np.exp(-(share**2)) / np.sqrt(np.pi) - distance * erfc(share)
    around: Array = 2 * np.exp(-10 * t) * (rounding + (1 - x**2) / 2)
    return around
