"""Lorenz' equations backwards: which coefficients has a system that was observed?

Equation: x' = σ (y - x), y' = x (ρ - z) - y, z' = x y - β z with σ, ρ and β unknown; x, y and z are
observed at 61 times, a twentieth apart, without errors.
Domain: 0 ≤ t ≤ 3.
Units: none; x is the strength of convection, y and z are differences of temperature.
Truth: σ = 10, ρ = 15, β = 8/3; from (-8, 7, 27) integrated with DOP853 to 1e-10. With this ρ it
spirals into a point at rest.
Source: Lorenz 1963, Journal of the Atmospheric Sciences 20; as an inverse problem Lu, Meng, Mao &
Karniadakis 2021, SIAM Review 63 (DeepXDE).
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.integrate import solve_ivp

from nas.problems import Box, Observations, Problem, Unknown
from nas.problems.domains import Array


@cache
def _trajectory() -> Callable[[Array], Array]:
    def slopes(t: float, state: Array) -> list[float]:
        x, y, z = state
        return [10 * (y - x), x * (15 - z) - y, x * y - 8 / 3 * z]

    solved = solve_ivp(
        slopes, (0, 3), [-8, 7, 27], "DOP853", rtol=1e-13, atol=1e-12, dense_output=True
    )
    assert solved.sol is not None  # it was asked for
    return solved.sol


def exact(t: Array) -> tuple[Array, Array, Array]:
    """The solution (x, y, z), each (N,), at the times t (N,).

    Examples
    --------
    >>> [number.tolist() for number in exact(np.zeros(1))]
    [[-8.0], [7.0], [27.0]]
    """
    x, y, z = _trajectory()(t)
    return x, y, z


times = np.linspace(0, 3, 61)
problem = Problem(
    name="lorenz_inverse",
    title="Lorenz' equations with unknown coefficients",
    equation="x' = σ (y - x), y' = x (ρ - z) - y, z' = x y - β z with σ, ρ, β unknown; "
    "61 observations",
    domain=Box(t=(0, 3)),
    fields=("x", "y", "z"),
    residual=lambda x, y, z, sigma, rho, beta: (
        x.t - sigma * (y - x),
        y.t - (x * (rho - z) - y),
        z.t - (x * y - beta * z),
    ),
    conditions=[Observations({"t": times} | dict(zip("xyz", exact(times), strict=True)))],
    unknown={
        "sigma": Unknown(start=5.0, low=0, truth=10.0),
        "rho": Unknown(start=5.0, low=0, truth=15.0),
        "beta": Unknown(start=5.0, low=0, truth=8 / 3),
    },
    solution=exact,
)
