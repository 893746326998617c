"""Plane elasticity: a square plate under a load inside, held and pulled at its sides.

Equation: 2 u_xx + ½ u_yy + 3/2 v_xy + f = 0 and 2 v_yy + ½ v_xx + 3/2 u_xy + g = 0, Lamé's with
λ = 1 and μ = ½; u = v = 0 at the bottom, v = 0 and no stress σ_xx at the left and right, u = 0 and
σ_yy = 8 sin πx at the top.
Domain: the unit square, in plane strain.
Units: none; stresses are in Lamé's first constant λ.
Truth: u = cos 2πx sin πy, v = y⁴ sin πx, of which the body forces f and g are made.
Source: Haghighat et al. 2021, Computer Methods in Applied Mechanics and Engineering 379.
"""

from math import pi

import numpy as np
from torch import Tensor

from nas.problems import Box, Condition, Problem

lam, mu = 1.0, 0.5
stiff, shear = lam + 2 * mu, lam + mu


def forces(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The body forces f and g (B,) at the points x (B,), y (B,).

    Examples
    --------
    >>> import torch
    >>> f, g = forces(torch.tensor([0.25]), torch.tensor([1.0]))
    >>> round(f.item(), 2), round(g.item(), 2)
    (-13.33, -43.09)
    """
    c, s = (2 * pi * x).cos(), (pi * x).sin()
    f = pi**2 * (4 * stiff + mu) * c * (pi * y).sin() - 4 * pi * shear * (pi * x).cos() * y**3
    pulled = s * (mu * pi**2 * y**4 - 12 * stiff * y**2)
    g = pulled + 2 * pi**2 * shear * (2 * pi * x).sin() * (pi * y).cos()
    return f, g


problem = Problem(
    name="elasticity",
    title="Plane elasticity",
    equation="(λ + μ) grad div u + μ Δu + f = 0 with λ = 1, μ = ½; held and pulled at the sides",
    domain=Box(x=(0, 1), y=(0, 1)),
    fields=("u", "v"),
    residual=lambda u, v, x, y: (
        stiff * u.xx + mu * u.yy + shear * v.xy + forces(x, y)[0],
        stiff * v.yy + mu * v.xx + shear * u.xy + forces(x, y)[1],
    ),
    conditions=[
        Condition(("y_min", "y_max"), lambda u: u),
        Condition(("x_min", "x_max", "y_min"), lambda v: v),
        Condition(("x_min", "x_max"), lambda u, v: stiff * u.x + lam * v.y),
        Condition("y_max", lambda u, v, x: lam * u.x + stiff * v.y - 4 * stiff * (pi * x).sin()),
    ],
    solution=lambda x, y: (np.cos(2 * pi * x) * np.sin(pi * y), y**4 * np.sin(pi * x)),
)
