"""Helmholtz' equation with more waves along both axes than `helmholtz` has.

Equation: Δu + u = q with q of the solution u = sin 4πx sin 6πy; u = 0 on the boundary.
Domain: the square [-1, 1]².
Units: none; lengths are such that the wave number is 1.
Truth: the formula for u.
Source: the family of Wang, Teng & Perdikaris 2021, SIAM Journal on Scientific Computing 43, whose
own case is (1, 4).
"""

from math import pi

import numpy as np

from nas.problems import Box, Condition, Problem, laplacian

a1, a2 = 4 * pi, 6 * pi  # wave numbers of the solution, along x and y
amplitude = a1**2 + a2**2 - 1  # of q: 512

problem = Problem(
    name="helmholtz_high",
    title="Helmholtz' equation, many waves",
    equation="Δu + u = q on [-1, 1]², u = 0 on the boundary, u = sin 4πx sin 6πy",
    domain=Box(x=(-1, 1), y=(-1, 1)),
    residual=lambda u, x, y: laplacian(u) + u + amplitude * (a1 * x).sin() * (a2 * y).sin(),
    conditions=[Condition(("x_min", "x_max", "y_min", "y_max"), lambda u: u)],
    solution=lambda x, y: np.sin(a1 * x) * np.sin(a2 * y),
)
