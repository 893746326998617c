"""Burgers' equation with a shock: a sine wave steepens until a thin layer stands at x = 0.

Equation: u_t + u u_x = ν u_xx with ν = 0.01/π; u(x, 0) = -sin πx, u(±1, t) = 0.
Domain: -1 ≤ x ≤ 1 and 0 ≤ t ≤ 1.
Units: none.
Truth: the Cole–Hopf integral, by quadrature.
Source: Basdevant et al. 1986, Computers & Fluids 14.
"""

from math import pi

import numpy as np

from nas.problems import Box, Condition, Problem
from nas.problems.domains import Array

nu = 0.01 / pi  # viscosity


def exact(x: Array, t: Array) -> Array:
    """The solution u (N,) at the points x (N,), t (N,), to an absolute error of 1e-12.

    With f(y) = exp(-cos(πy) / 2πν), s = √(4νt) and an average over z weighted by
    exp(-z²) f(x - sz), u is the average of -sin π(x - sz). The trapezoidal rule converges
    exponentially for such integrands; in logarithms, since f spans 43 powers of ten.

    Examples
    --------
    >>> exact(np.array([-0.5, 0.5]), np.array([0.0, 0.0])).round(6).tolist()
    [1.0, -1.0]
    """
    # f outweighs a point by at most e¹⁰⁰: beyond |z| = 12 nothing of the Gaussian is left. The
    # narrowest peak of the weight, exp(-4z²), is resolved to rounding by a step of 1/8.
    z = np.linspace(-12, 12, 193)
    u = np.empty(len(x))
    for chunk in range(0, len(x), 1024):  # keeps memory at a few megabytes
        part = slice(chunk, chunk + 1024)
        angle = pi * (x[part, None] - np.sqrt(4 * nu * t[part, None]) * z)
        logarithm = -(z**2) - np.cos(angle) / (2 * pi * nu)
        weight = np.exp(logarithm - logarithm.max(axis=1, keepdims=True))
        u[part] = -(weight * np.sin(angle)).sum(axis=1) / weight.sum(axis=1)
    return u


problem = Problem(
    name="burgers",
    title="Burgers' equation",
    equation="u_t + u u_x = ν u_xx with ν = 0.01/π, u(x, 0) = -sin πx, u(±1, t) = 0",
    domain=Box(x=(-1, 1), t=(0, 1)),
    residual=lambda u: u.t + u * u.x - nu * u.xx,
    conditions=[
        Condition("t_min", lambda u, x: u + (pi * x).sin()),
        Condition(("x_min", "x_max"), lambda u: u),
    ],
    solution=exact,
)
