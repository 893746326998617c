"""Van der Pol's oscillator, which settles on a limit cycle whose ups and downs are sudden.

Equation: u'' - (1 - u²) u' + u = 0; u(0) = 1/2, u'(0) = 0.
Domain: 0 ≤ t ≤ 10, one and a half cycles.
Units: none; the time is such that small oscillations without damping have the period 2π.
Truth: integrated with DOP853 to a relative error of 1e-10.
Source: van der Pol 1926, Philosophical Magazine 2.
"""

from collections.abc import Callable
from functools import cache

from scipy.integrate import solve_ivp

from nas.problems import Box, Condition, Problem
from nas.problems.domains import Array


@cache
def _trajectory() -> Callable[[Array], Array]:
    def slopes(t: float, state: Array) -> list[float]:
        u, v = state
        return [v, (1 - u**2) * v - u]

    solved = solve_ivp(
        slopes, (0, 10), [0.5, 0], "DOP853", rtol=1e-13, atol=1e-13, dense_output=True
    )
    assert solved.sol is not None  # it was asked for
    return solved.sol


def exact(t: Array) -> Array:
    """The solution u (N,) at the times t (N,).

    Examples
    --------
    >>> import numpy as np
    >>> exact(np.zeros(1)).tolist()
    [0.5]
    """
    u: Array = _trajectory()(t)[0]
    return u


problem = Problem(
    name="van_der_pol",
    title="Van der Pol's oscillator",
    equation="u'' - (1 - u²) u' + u = 0, u(0) = 1/2, u'(0) = 0",
    domain=Box(t=(0, 10)),
    residual=lambda u: u.tt - (1 - u**2) * u.t + u,
    conditions=[
        Condition("t_min", lambda u: u - 0.5),
        Condition("t_min", lambda u: u.t),
    ],
    solution=exact,
)
