"""Kovasznay flow: the steady flow behind a grid, at Reynolds number 40.

Equation: u u_x + v u_y = -p_x + Δu / 40, u v_x + v v_y = -p_y + Δv / 40, u_x + v_y = 0; u and v are
given on the boundary, p at the outflow x = 1.
Domain: -1/2 ≤ x ≤ 1 and -1/2 ≤ y ≤ 3/2.
Units: lengths in the distance between the bars, velocities in the mean one U, pressures in ρ U².
Truth: u = 1 - e^(λx) cos 2πy, v = (λ/2π) e^(λx) sin 2πy, p = (1 - e^(2λx)) / 2, with
λ = 20 - √(400 + 4π²).
Source: Kovasznay 1948, Mathematical Proceedings of the Cambridge Philosophical Society 44.
"""

from math import pi, sqrt

import numpy as np
from torch import Tensor

from nas.problems import Box, Condition, Problem, laplacian
from nas.problems.domains import Array

nu = 1 / 40  # one over the Reynolds number
decay = 20 - sqrt(400 + 4 * pi**2)
edges = ("x_min", "x_max", "y_min", "y_max")


def wake(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The velocities u and v (B,) at the points x (B,), y (B,).

    Examples
    --------
    >>> import torch
    >>> [component.item() for component in wake(torch.tensor([0.0]), torch.tensor([0.0]))]
    [0.0, -0.0]
    """
    growth = (decay * x).exp()
    u = 1 - growth * (2 * pi * y).cos()
    return u, decay / (2 * pi) * growth * (2 * pi * y).sin()


def exact(x: Array, y: Array) -> tuple[Array, Array, Array]:
    """The solution (u, v, p), each (N,), at the points x (N,), y (N,).

    Examples
    --------
    >>> [component.tolist() for component in exact(np.zeros(1), np.zeros(1))]
    [[0.0], [-0.0], [0.0]]
    """
    growth = np.exp(decay * x)
    u, v = 1 - growth * np.cos(2 * pi * y), decay / (2 * pi) * growth * np.sin(2 * pi * y)
    return u, v, (1 - growth**2) / 2


problem = Problem(
    name="kovasznay",
    title="Kovasznay flow",
    equation="(u·∇)u = -∇p + Δu / 40, div u = 0; u given on the boundary, p at the outflow",
    domain=Box(x=(-0.5, 1), y=(-0.5, 1.5)),
    fields=("u", "v", "p"),
    residual=lambda u, v, p: (
        u * u.x + v * u.y + p.x - nu * laplacian(u),
        u * v.x + v * v.y + p.y - nu * laplacian(v),
        u.x + v.y,
    ),
    conditions=[
        Condition(edges, lambda u, x, y: u - wake(x, y)[0]),
        Condition(edges, lambda v, x, y: v - wake(x, y)[1]),
        Condition("x_max", lambda p, x: p - (1 - (2 * decay * x).exp()) / 2),
    ],
    solution=exact,
)
