"""The flow in a square cavity below a sliding lid, at Reynolds number 100.

Equation: u u_x + v u_y = -p_x + Δu / 100, u v_x + v v_y = -p_y + Δv / 100, u_x + v_y = 0; on the
lid u = (1 - (2x - 1)^16)² and v = 0, u = v = 0 on the other walls; p = 0 in the corner (0, 0).
Domain: the unit square; the lid is y = 1.
Units: lengths in the side of the square, velocities in that of the lid U, pressures in ρ U².
Truth: polynomials of degree 51, to 1e-5, and 1e-6 away from the lid (``data/make_cavity.py``).
Source: Ghia, Ghia & Shin 1982, Journal of Computational Physics 48: velocities along the centre
lines, in ``data/ghia.csv``. Their lid has the velocity 1 up to its ends, where the pressure is
infinite and so is ∫p²: no relative error of p is defined. Here the velocity falls to 0 along the
outer twentieth. The table is met to 0.0104; it is off by 0.003 itself in the middle, where
Marchi, Suero & Araki 2009, Journal of the Brazilian Society of Mechanical Sciences 31, have
u = -0.20915 for the same lid.
"""

from torch import Tensor

from nas.problems import Box, Condition, Observations, Problem, laplacian
from nas.problems.data.series import Series
from nas.problems.domains import Array

nu = 1 / 100  # one over the Reynolds number
walls = ("x_min", "x_max", "y_min")


def lid(x: Tensor) -> Tensor:
    """The velocity of the lid (B,) at the points x (B,).

    Examples
    --------
    >>> import torch
    >>> lid(torch.tensor([0.0, 0.5, 1.0])).tolist()
    [0.0, 1.0, 0.0]
    """
    return (1 - (2 * x - 1) ** 16) ** 2


def reference(x: Array, y: Array) -> tuple[Array, Array, Array]:
    """The solution (u, v, p), each (N,), at the points x (N,), y (N,).

    Examples
    --------
    >>> import numpy as np
    >>> [field.round(4).tolist() for field in reference(np.full(1, 0.5), np.full(1, 0.5))]
    [[-0.2082], [0.0587], [-0.0373]]
    """
    u, v, p = Series.load("cavity")(x, y)
    return u, v, p


problem = Problem(
    name="cavity",
    title="Lid-driven cavity",
    equation="(u·∇)u = -∇p + Δu / 100, div u = 0; u = (1 - (2x - 1)^16)² on the lid y = 1, "
    "0 on the other walls; p(0, 0) = 0",
    domain=Box(x=(0, 1), y=(0, 1)),
    fields=("u", "v", "p"),
    residual=lambda u, v, p: (
        u * u.x + v * u.y + p.x - nu * laplacian(u),
        u * v.x + v * v.y + p.y - nu * laplacian(v),
        u.x + v.y,
    ),
    conditions=[
        Condition("y_max", lambda u, x: u - lid(x)),
        Condition(walls, lambda u: u),
        Condition((*walls, "y_max"), lambda v: v),
        Observations({"x": [0.0], "y": [0.0], "p": [0.0]}),  # else p is known up to a constant
    ],
    solution=reference,
)
