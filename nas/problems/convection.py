"""Convection: a sine wave that travels round and round, fast.

Equation: u_t + 30 u_x = 0; u(x, 0) = sin x; periodic along x.
Domain: 0 ≤ x ≤ 2π, 0 ≤ t ≤ 1.
Units: none; the speed is 30, so the wave goes round 4.8 times.
Truth: u = sin(x - 30 t).
Source: Krishnapriyan et al. 2021, Advances in Neural Information Processing Systems 34.
"""

from math import pi

import numpy as np

from nas.problems import Box, Condition, Periodic, Problem

speed = 30

problem = Problem(
    name="convection",
    title="Convection, speed 30",
    equation="u_t + 30 u_x = 0, u(x, 0) = sin x, periodic",
    domain=Box(x=(0, 2 * pi), t=(0, 1)),
    residual=lambda u: u.t + speed * u.x,
    conditions=[
        Condition("t_min", lambda u, x: u - x.sin()),
        Periodic("x"),
    ],
    solution=lambda x, t: np.sin(x - speed * t),
)
