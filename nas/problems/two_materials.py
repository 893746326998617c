"""Heat through a plate of glass with one of copper on top: the temperature has a bend.

Equation: -k ΔT = 0 with k = 1.38 in the glass, 400 in the copper; where they meet T and the flux
k T_n are the same on both sides. T = 293.15 at the bottom, k T_n = 200 + 10⁴ cos πx at the top,
T_n = 0 at the sides.
Domain: 0 ≤ x ≤ 1; glass for 0 ≤ y ≤ 1/2, copper for 1/2 ≤ y ≤ 1.
Units: metres, kelvins, W/m², W/(m K). The fields are u in the glass, v in the copper.
Truth: in each material a straight line in y, plus cos πx times a sum of hyperbolic functions.
Source: a question that users ask again and again; the numbers are made up.
"""

from math import cosh, pi, sinh

import numpy as np
from torch import Tensor

from nas.problems import Box, Condition, Pieces, Problem, laplacian
from nas.problems.domains import Array

glass, copper = 1.38, 400.0  # conductivities
bottom = 293.15

# The part with cos πx: a sinh πy in the glass, a (s cosh πh + c glass/copper sinh πh) in the copper
# at the height h above the interface, so that both agree there.
s, c, ratio = sinh(pi / 2), cosh(pi / 2), glass / copper
a = 1e4 / (pi * copper * (s * s + c * ratio * c))


def flux(x: Tensor) -> Tensor:
    """What enters at the top (B,), at the points x (B,).

    Examples
    --------
    >>> import torch
    >>> flux(torch.tensor([0.0, 1.0])).tolist()
    [10200.0, -9800.0]
    """
    return 200 + 1e4 * (pi * x).cos()


def exact(x: Array, y: Array) -> tuple[Array, Array]:
    """The solution (u, v), each (N,), at the points x (N,), y (N,).

    Examples
    --------
    >>> [temperature.round(2).tolist() for temperature in exact(np.full(1, 0.5), np.full(1, 0.5))]
    [[365.61], [365.61]]
    """
    h = pi * (y - 0.5)
    u = bottom + 200 / glass * y + a * np.cos(pi * x) * np.sinh(pi * y)
    v = bottom + 100 / glass + 200 / copper * (y - 0.5)
    return u, v + a * np.cos(pi * x) * (s * np.cosh(h) + c * ratio * np.sinh(h))


problem = Problem(
    name="two_materials",
    title="Heat through two materials",
    equation="-k ΔT = 0, k = 1.38 below and 400 above y = 1/2; T = 293.15 at the bottom, "
    "k T_n = 200 + 10⁴ cos πx at the top, T_n = 0 at the sides",
    domain=Pieces(
        glass=Box(x=(0, 1), y=(0, 0.5)),
        copper=Box(x=(0, 1), y=(0.5, 1)),
    ),
    fields={"u": "glass", "v": "copper"},
    residual={
        "glass": lambda u: glass * laplacian(u),
        "copper": lambda v: copper * laplacian(v),
    },
    conditions=[
        Condition("y_min", lambda u: u - bottom),
        Condition("y_max", lambda v, x: copper * v.n - flux(x)),
        Condition(("glass.x_min", "glass.x_max"), lambda u: u.n),
        Condition(("copper.x_min", "copper.x_max"), lambda v: v.n),
        Condition("glass|copper", lambda u, v: u - v),
        Condition("glass|copper", lambda u, v: glass * u.n - copper * v.n),
    ],
    solution=exact,
)
