"""Helmholtz' equation with a solution that oscillates faster along one axis than the other.

Equation: Δu + u = q with q of the solution u = sin πx sin 4πy; u = 0 on the boundary.
Domain: the square [-1, 1]².
Units: none; lengths are such that the wave number is 1.
Truth: the formula for u.
Source: a standard test of how networks balance equation and boundary (Wang, Teng & Perdikaris 2021,
SIAM Journal on Scientific Computing 43).
"""

from math import pi

import numpy as np
import torch
from torch import Tensor

from nas.problems import Box, Condition, Problem, laplacian
from nas.problems.domains import Array

a1, a2 = 1, 4  # half waves from the centre to the side, along x and y
amplitude = (a1**2 + a2**2) * pi**2 - 1  # of q: 166.8


def exact(x: Array, y: Array) -> Array:
    """The solution u (N,) at the points x (N,), y (N,).

    Examples
    --------
    >>> exact(np.array([0.5]), np.array([0.125])).round(12).tolist()
    [1.0]
    """
    u: Array = np.sin(a1 * pi * x) * np.sin(a2 * pi * y)
    return u


def q(x: Tensor, y: Tensor) -> Tensor:
    """The source (B,): Δu + u of the exact solution.

    Examples
    --------
    >>> x, y = torch.tensor([0.5]), torch.tensor([0.125])
    >>> bool(torch.isclose(q(x, y), torch.tensor(-amplitude)))
    True
    """
    return -amplitude * torch.sin(a1 * pi * x) * torch.sin(a2 * pi * y)


problem = Problem(
    name="helmholtz",
    title="Helmholtz' equation",
    equation="Δu + u = q on [-1, 1]², u = 0 on the boundary, u = sin πx sin 4πy",
    domain=Box(x=(-1, 1), y=(-1, 1)),
    residual=lambda u, x, y: laplacian(u) + u - q(x, y),
    conditions=[Condition(("x_min", "x_max", "y_min", "y_max"), lambda u: u)],
    solution=exact,
)
