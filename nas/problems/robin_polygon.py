"""Heat in a slab with one slanted side that is cooled by the air.

Equation: -Δu = f; u_n + 2 u = g on the slope (Robin), u_n = 0 at the left, u = 0 at bottom and top.
f and g are such that u is the formula below.
Domain: the trapezium with the corners (0, 0), (2, 0), (1, 1), (0, 1); the slope leads from (2, 0)
to (1, 1), u_n is the derivative along the outward normal (1, 1) / √2.
Units: none; u is a temperature above that of bottom and top.
Truth: u = cos(πx/2) sin πy.
Source: none; made up for this collection.
"""

from math import pi, sqrt

import numpy as np
from torch import Tensor

from nas.problems import Condition, Polygon, Problem, laplacian
from nas.problems.domains import Array


def heating(x: Tensor, y: Tensor) -> Tensor:
    """f (B,) at the points x (B,), y (B,).

    Examples
    --------
    >>> import torch
    >>> heating(torch.tensor([0.0]), torch.tensor([0.0])).tolist()
    [0.0]
    """
    return 1.25 * pi**2 * (pi / 2 * x).cos() * (pi * y).sin()


def cooling(x: Tensor, y: Tensor) -> Tensor:
    """g (B,) at the points x (B,), y (B,) of the slope.

    Examples
    --------
    >>> import torch
    >>> cooling(torch.tensor([1.0]), torch.tensor([1.0])).round(decimals=4).abs().tolist()
    [0.0]
    """
    by_x = -pi / 2 * (pi / 2 * x).sin() * (pi * y).sin()
    by_y = pi * (pi / 2 * x).cos() * (pi * y).cos()
    return (by_x + by_y) / sqrt(2) + 2 * (pi / 2 * x).cos() * (pi * y).sin()


def exact(x: Array, y: Array) -> Array:
    """The solution u (N,) at the points x (N,), y (N,).

    Examples
    --------
    >>> exact(np.array([0.0, 1.0]), np.array([0.5, 0.5])).round(9).tolist()
    [1.0, 0.0]
    """
    u: Array = np.cos(pi / 2 * x) * np.sin(pi * y)
    return u


problem = Problem(
    name="robin_polygon",
    title="Robin's condition on a slope",
    equation="-Δu = f, u_n + 2 u = g on the slope, u_n = 0 at the left, u = 0 at bottom and top",
    domain=Polygon([(0, 0), (2, 0), (1, 1), (0, 1)], names=["bottom", "slope", "top", "left"]),
    residual=lambda u, x, y: laplacian(u) + heating(x, y),
    conditions=[
        Condition("slope", lambda u, x, y: u.n + 2 * u - cooling(x, y)),
        Condition("left", lambda u: u.n),
        Condition(("bottom", "top"), lambda u: u),
    ],
    solution=exact,
)
