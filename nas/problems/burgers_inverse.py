"""Burgers' equation backwards: what is the viscosity of a wave that was observed?

Equation: u_t + u u_x = ν u_xx with ν unknown; u(x, 0) = -sin πx, u(±1, t) = 0; 200 observations of
u at random points, with errors of standard deviation 0.01 (``data/make_burgers_inverse.py``).
Domain: -1 ≤ x ≤ 1, 0 ≤ t ≤ 1.
Units: none.
Truth: ν = 0.01/π; u is that of ``burgers.py``.
Source: Raissi, Perdikaris & Karniadakis 2019, Journal of Computational Physics 378, section 4.1.
"""

from math import pi
from pathlib import Path

from nas.problems import Box, Condition, Observations, Problem, Unknown
from nas.problems.burgers import exact

problem = Problem(
    name="burgers_inverse",
    title="Burgers' equation with unknown viscosity",
    equation="u_t + u u_x = ν u_xx with ν unknown, u(x, 0) = -sin πx, u(±1, t) = 0; "
    "200 noisy observations",
    domain=Box(x=(-1, 1), t=(0, 1)),
    residual=lambda u, nu: u.t + u * u.x - nu * u.xx,
    conditions=[
        Condition("t_min", lambda u, x: u + (pi * x).sin()),
        Condition(("x_min", "x_max"), lambda u: u),
        Observations(Path(__file__).parent / "data" / "burgers_inverse.csv", noise=0.01),
    ],
    unknown={"nu": Unknown(start=0.05, low=0, truth=0.01 / pi)},
    solution=exact,
)
