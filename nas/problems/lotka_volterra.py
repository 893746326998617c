"""Predators and prey (Lotka–Volterra), in numbers of animals, through two and a half cycles.

Equation: r' = 2 r - 0.04 r p, p' = 0.02 r p - 1.06 p; r(0) = 100, p(0) = 15.
Domain: 0 ≤ t ≤ 10.
Units: r prey and p predators in animals; the time in that in which prey alone grows e²-fold.
Truth: integrated with DOP853 to a relative error of 1e-10.
Source: Volterra 1926, Nature 118; the numbers are made up.
"""

from collections.abc import Callable
from functools import cache

from scipy.integrate import solve_ivp

from nas.problems import Box, Condition, Problem
from nas.problems.domains import Array


@cache
def _trajectory() -> Callable[[Array], Array]:
    def slopes(t: float, state: Array) -> list[float]:
        r, p = state
        return [2 * r - 0.04 * r * p, 0.02 * r * p - 1.06 * p]

    solved = solve_ivp(
        slopes, (0, 10), [100, 15], "DOP853", rtol=1e-13, atol=1e-10, dense_output=True
    )
    assert solved.sol is not None  # it was asked for
    return solved.sol


def exact(t: Array) -> tuple[Array, Array]:
    """Prey r and predators p, each (N,), at the times t (N,).

    Examples
    --------
    >>> import numpy as np
    >>> [number.tolist() for number in exact(np.zeros(1))]
    [[100.0], [15.0]]
    """
    r, p = _trajectory()(t)
    return r, p


problem = Problem(
    name="lotka_volterra",
    title="Predators and prey",
    equation="r' = 2 r - 0.04 r p, p' = 0.02 r p - 1.06 p, r(0) = 100, p(0) = 15",
    domain=Box(t=(0, 10)),
    fields=("r", "p"),
    residual=lambda r, p: (
        r.t - (2 * r - 0.04 * r * p),
        p.t - (0.02 * r * p - 1.06 * p),
    ),
    conditions=[
        Condition("t_min", lambda r: r - 100),
        Condition("t_min", lambda p: p - 15),
    ],
    solution=exact,
)
