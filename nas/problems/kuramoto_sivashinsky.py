"""Kuramoto and Sivashinsky's equation, up to where a sine wave has split and steepened.

Equation: u_t + 5 u u_x + u_xx / 2 + 0.005 u_xxxx = 0, u(x, 0) = -sin πx; periodic along x.
Domain: -1 ≤ x ≤ 1, 0 ≤ t ≤ 1: before chaos.
Units: none; u is the slope of a flame front or of a film's surface.
Truth: Fourier series, to 1e-10 (``data/make_kuramoto_sivashinsky.py``).
Source: Wang, Sankaran & Perdikaris 2024, Computer Methods in Applied Mechanics and Engineering 421,
section 4.3 (the regular case).
"""

from math import pi

from nas.problems import Box, Condition, Periodic, Problem
from nas.problems.data.series import Series
from nas.problems.domains import Array


def reference(x: Array, t: Array) -> Array:
    """The solution u (N,) at the points x (N,), t (N,), to 1e-10.

    Examples
    --------
    >>> import numpy as np
    >>> reference(np.array([-0.5, 0.5]), np.zeros(2)).round(9).tolist()
    [1.0, -1.0]
    """
    (u,) = Series.load("kuramoto_sivashinsky")(x, t)
    return u


problem = Problem(
    name="kuramoto_sivashinsky",
    title="Kuramoto–Sivashinsky equation",
    equation="u_t + 5 u u_x + u_xx / 2 + 0.005 u_xxxx = 0, u(x, 0) = -sin πx, periodic",
    domain=Box(x=(-1, 1), t=(0, 1)),
    residual=lambda u: u.t + 5 * u * u.x + 0.5 * u.xx + 0.005 * u.xxxx,
    conditions=[
        Condition("t_min", lambda u, x: u + (pi * x).sin()),
        Periodic("x"),
    ],
    solution=reference,
)
