"""Poisson's equation in a cube with four spherical holes, insulated outside.

Equation: -Δu = 3π² u* with u* = cos πx cos πy cos πz; u = u* on the spheres, and no flux through
the cube's sides.
Domain: the unit cube without four balls of different sizes.
Units: none.
Truth: u = u*.
Source: the geometry is after PINNacle (Hao et al. 2024, NeurIPS Datasets and Benchmarks), its
"Poisson3D-CG"; the solution is made up.
"""

from math import pi

import numpy as np
from torch import Tensor

from nas.problems import Ball, Box, Condition, Problem, laplacian

holes = {
    "first": ((0.4, 0.3, 0.6), 0.2),
    "second": ((0.6, 0.7, 0.6), 0.2),
    "third": ((0.2, 0.8, 0.7), 0.1),
    "fourth": ((0.6, 0.2, 0.3), 0.1),
}
cube = Box(x=(0, 1), y=(0, 1), z=(0, 1))
first, second, third, fourth = (Ball(*hole, name=name) for name, hole in holes.items())


def given(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """The solution u* (B,) at the points x (B,), y (B,), z (B,).

    Examples
    --------
    >>> import torch
    >>> given(*torch.zeros(3, 1)).tolist()
    [1.0]
    """
    return (pi * x).cos() * (pi * y).cos() * (pi * z).cos()


problem = Problem(
    name="poisson_spheres",
    title="Poisson's equation, spherical holes",
    equation="-Δu = 3π² u*, u* = cos πx cos πy cos πz; u = u* on the spheres, u_n = 0 outside",
    domain=cube - first - second - third - fourth,
    residual=lambda u, x, y, z: laplacian(u) + 3 * pi**2 * given(x, y, z),
    conditions=[
        Condition(tuple(holes), lambda u, x, y, z: u - given(x, y, z)),
        Condition(("x_min", "x_max"), lambda u: u.x),
        Condition(("y_min", "y_max"), lambda u: u.y),
        Condition(("z_min", "z_max"), lambda u: u.z),
    ],
    solution=lambda x, y, z: np.cos(pi * x) * np.cos(pi * y) * np.cos(pi * z),
)
