"""The heat equation in two dimensions, with waves and conductivities of two scales.

Equation: u_t = u_xx / (500π)² + u_yy / π²; u = 0 on the sides, u(x, y, 0) = sin 20πx sin πy.
Domain: the unit square, 0 ≤ t ≤ 5.
Units: none.
Truth: u = sin 20πx sin πy exp(-1.0016 t).
Source: PINNacle (Hao et al. 2024, NeurIPS Datasets and Benchmarks), its "Heat2D-Multiscale".
"""

from math import pi

import numpy as np

from nas.problems import Box, Condition, Problem

along, across = 1 / (500 * pi) ** 2, 1 / pi**2  # conductivities
fast, slow = 20 * pi, pi  # wave numbers along x and y
decay = along * fast**2 + across * slow**2

problem = Problem(
    name="heat_multiscale",
    title="Heat equation, two scales",
    equation="u_t = u_xx / (500π)² + u_yy / π², u(x, y, 0) = sin 20πx sin πy, u = 0 on the sides",
    domain=Box(x=(0, 1), y=(0, 1), t=(0, 5)),
    residual=lambda u: u.t - along * u.xx - across * u.yy,
    conditions=[
        Condition("t_min", lambda u, x, y: u - (fast * x).sin() * (slow * y).sin()),
        Condition(("x_min", "x_max", "y_min", "y_max"), lambda u: u),
    ],
    solution=lambda x, y, t: np.sin(fast * x) * np.sin(slow * y) * np.exp(-decay * t),
)
