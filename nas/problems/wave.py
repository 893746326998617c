"""The wave equation on a string that swings in two modes at once.

Equation: u_tt = 4 u_xx; u(0, t) = u(1, t) = 0, u(x, 0) = sin πx + ½ sin 4πx, u_t(x, 0) = 0.
Domain: 0 ≤ x ≤ 1 and 0 ≤ t ≤ 1: one period of the slow mode, four of the fast one.
Units: none; the string's length is 1 and the speed of waves 2.
Truth: u = sin πx cos 2πt + ½ sin 4πx cos 8πt.
Source: Wang, Yu & Perdikaris 2022, Journal of Computational Physics 449.
"""

from math import pi

import numpy as np

from nas.problems import Box, Condition, Problem

speed = 2

problem = Problem(
    name="wave",
    title="Wave equation, two modes",
    equation="u_tt = 4 u_xx, u(0, t) = u(1, t) = 0, u(x, 0) = sin πx + ½ sin 4πx, u_t(x, 0) = 0",
    domain=Box(x=(0, 1), t=(0, 1)),
    residual=lambda u: u.tt - speed**2 * u.xx,
    conditions=[
        Condition("t_min", lambda u, x: u - (pi * x).sin() - (4 * pi * x).sin() / 2),
        Condition("t_min", lambda u: u.t),
        Condition(("x_min", "x_max"), lambda u: u),
    ],
    solution=lambda x, t: (
        np.sin(pi * x) * np.cos(speed * pi * t)
        + np.sin(4 * pi * x) * np.cos(4 * speed * pi * t) / 2
    ),
)
