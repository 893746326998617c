"""Poisson's equation with two scales on one square: the small waves are ten times as fast.

Equation: -Δu = f with f of the solution u = sin 2πx sin 2πy + 0.1 sin 20πx sin 20πy; u = 0 on the
boundary.
Domain: the unit square.
Units: none.
Truth: the formula for u; without its small waves the relative error is 0.1.
Source: after the one-dimensional case sin 2πx + 0.1 sin 50πx of Wang, Wang & Perdikaris 2021,
Computer Methods in Applied Mechanics and Engineering 384.
"""

from math import pi

import numpy as np

from nas.problems import Box, Condition, Problem, laplacian

large, small = 2 * pi, 20 * pi  # wave numbers

problem = Problem(
    name="poisson_multiscale",
    title="Poisson's equation, two scales",
    equation="-Δu = f, u = 0 on the boundary, u = sin 2πx sin 2πy + 0.1 sin 20πx sin 20πy",
    domain=Box(x=(0, 1), y=(0, 1)),
    residual=lambda u, x, y: (
        laplacian(u)
        + 2 * large**2 * (large * x).sin() * (large * y).sin()
        + 0.2 * small**2 * (small * x).sin() * (small * y).sin()
    ),
    conditions=[Condition(("x_min", "x_max", "y_min", "y_max"), lambda u: u)],
    solution=lambda x, y: (
        np.sin(large * x) * np.sin(large * y) + 0.1 * np.sin(small * x) * np.sin(small * y)
    ),
)
