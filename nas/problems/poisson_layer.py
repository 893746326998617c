"""Poisson's equation with a sharp layer inside: a circular wave front, 1/50 wide.

Equation: Δu = f with f of the solution u = arctan 50 (r - 0.7), r the distance from the point
(-0.05, -0.05); u is given on the boundary.
Domain: the unit square.
Units: none.
Truth: the formula for u.
Source: the "arctangent wave front" of Mitchell 2013, Applied Mathematics and Computation 220, where
the slope is 20 (mild) or 1000 (steep).
"""

import numpy as np
import torch
from torch import Tensor

from nas.problems import Box, Condition, Problem, laplacian
from nas.problems.domains import Array

slope, radius, centre = 50, 0.7, -0.05


def exact(x: Array, y: Array) -> Array:
    """The solution u (N,) at the points x (N,), y (N,).

    Examples
    --------
    >>> exact(np.array([0.65]), np.array([centre])).round(12).tolist()
    [0.0]
    """
    u: Array = np.arctan(slope * (np.hypot(x - centre, y - centre) - radius))
    return u


def front(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The solution u and the source f = Δu at the points x (B,), y (B,).

    Examples
    --------
    >>> u, f = front(torch.tensor([0.65]), torch.tensor([centre]))
    >>> bool(u.abs() < 1e-5), bool((f - slope / radius).abs() < 1e-2)
    (True, True)
    """
    r = torch.hypot(x - centre, y - centre)
    s = slope * (r - radius)
    bump = slope / (1 + s**2)  # u_r; and Δu = u_rr + u_r / r
    return torch.atan(s), bump * (1 / r - 2 * s * bump)


problem = Problem(
    name="poisson_layer",
    title="Poisson's equation, sharp layer",
    equation="Δu = f on the unit square, u = arctan 50 (r - 0.7)",
    domain=Box(x=(0, 1), y=(0, 1)),
    residual=lambda u, x, y: laplacian(u) - front(x, y)[1],
    conditions=[
        Condition(("x_min", "x_max", "y_min", "y_max"), lambda u, x, y: u - front(x, y)[0])
    ],
    solution=exact,
)
