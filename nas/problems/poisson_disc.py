"""Poisson's equation on a disc: a membrane under even pressure, its rim bent up and down.

Equation: -Δu = 4; u = cos 4θ on the rim.
Domain: the unit disc.
Units: none.
Truth: u = 1 - r² + r⁴ cos 4θ.
Source: any textbook; a harmonic polynomial is added to the membrane's parabola.
"""

from nas.problems import Condition, Disc, Problem, laplacian
from nas.problems.domains import Array


def exact(x: Array, y: Array) -> Array:
    """The solution u (N,) at the points x (N,), y (N,).

    Examples
    --------
    >>> import numpy as np
    >>> exact(np.array([0.0, 1.0]), np.array([0.0, 0.0])).tolist()
    [1.0, 1.0]
    """
    return 1 - x**2 - y**2 + x**4 - 6 * x**2 * y**2 + y**4


problem = Problem(
    name="poisson_disc",
    title="Poisson's equation on a disc",
    equation="-Δu = 4, u = cos 4θ on the rim",
    domain=Disc((0, 0), 1),
    residual=lambda u: laplacian(u) + 4,
    conditions=[Condition("rim", lambda u, x, y: u - (x**4 - 6 * x**2 * y**2 + y**4))],
    solution=exact,
)
