"""Allen–Cahn's equation: regions of two phases, u = 1 and u = -1, separate by thin layers.

Equation: u_t = D u_xx + 5 u - 5 u³ with D = 1e-4; u(x, 0) = x² cos πx; periodic along x.
Domain: -1 ≤ x ≤ 1, 0 ≤ t ≤ 1.
Units: none; u is the order parameter.
Truth: Fourier series, to 3e-9 (``data/make_allen_cahn.py``). The initial values have a kink where
x = 1 meets x = -1; how it is rounded off is a formula, and the series is what is left.
Source: Raissi, Perdikaris & Karniadakis 2019, Journal of Computational Physics 378, section 3.2.
"""

from math import pi

from nas.problems import Box, Condition, Periodic, Problem
from nas.problems.data.kink import kink
from nas.problems.data.series import Series
from nas.problems.domains import Array

D = 1e-4  # diffusivity


def reference(x: Array, t: Array) -> Array:
    """The solution u (N,) at the points x (N,), t (N,), to 3e-9.

    Examples
    --------
    >>> import numpy as np
    >>> abs(reference(np.array([0.0, 0.5, 1.0]), np.zeros(3))).round(6).tolist()
    [0.0, 0.0, 1.0]
    """
    (rest,) = Series.load("allen_cahn")(x, t)
    return kink(x, t, D) + rest


problem = Problem(
    name="allen_cahn",
    title="Allen–Cahn equation",
    equation="u_t = D u_xx + 5 u - 5 u³ with D = 1e-4, u(x, 0) = x² cos πx, periodic",
    domain=Box(x=(-1, 1), t=(0, 1)),
    residual=lambda u: u.t - D * u.xx - 5 * u + 5 * u**3,
    conditions=[
        Condition("t_min", lambda u, x: u - x**2 * (pi * x).cos()),
        Periodic("x"),
    ],
    solution=reference,
)
