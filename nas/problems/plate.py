"""A thin plate, simply supported on all sides, that bends under an even load (Kirchhoff).

Equation: w_xxxx + 2 w_xxyy + w_yyyy = 1000; on the boundary w = 0, and no bending moment: there
w_xx = 0 for x = 0, 1 and w_yy = 0 for y = 0, 1.
Domain: the unit square.
Units: lengths in the side a, deflections w in q a⁴ / 1000 D, with the load q per area and the
flexural rigidity D; the greatest is 4.06, in the middle.
Truth: Navier's double series, one of its sums in closed form (Lévy).
Source: Timoshenko & Woinowsky-Krieger 1959, Theory of Plates and Shells, § 30.
"""

from math import pi

import numpy as np

from nas.problems import Box, Condition, Problem
from nas.problems.domains import Array

load = 1000
m = np.arange(1, 200, 2)[:, None]  # half waves along x; what is left out is below 1e-9


def exact(x: Array, y: Array) -> Array:
    """The deflection w (N,) at the points x (N,), y (N,), to an absolute error of 1e-9.

    Examples
    --------
    >>> exact(np.array([0.5, 0.0]), np.array([0.5, 0.3])).round(4).tolist()
    [4.0624, 0.0]
    """
    # The series falls off like exp(-mπ d) at the distance d from the sides y = 0, 1: x and y, which
    # are alike, change places where the sides x = 0, 1 are further away.
    swapped = np.abs(y - 0.5) > np.abs(x - 0.5)
    x, y = np.where(swapped, y, x), np.where(swapped, x, y)
    # Along x the strip without supports at y = 0, 1 bends as a beam; each half wave of that,
    # 4 / (mπ)⁵ sin mπx, is taken away at these sides by a biharmonic function of y - 1/2.
    a, s = m * pi / 2, m * pi * np.abs(y - 0.5)
    near, far = np.exp(s - a), np.exp(-s - a)  # cosh s / cosh a, with no large numbers
    tail = 1 + np.exp(-2 * a)
    bent = (1 + a * np.tanh(a) / 2) * (near + far) / tail - s * (near - far) / (2 * tail)
    strip = (x**4 - 2 * x**3 + x) / 24
    w: Array = load * (strip - (4 / (m * pi) ** 5 * np.sin(m * pi * x) * bent).sum(axis=0))
    return w


problem = Problem(
    name="plate",
    title="Kirchhoff plate, simply supported",
    equation="ΔΔw = 1000, w = 0 and w_nn = 0 on the boundary of the unit square",
    domain=Box(x=(0, 1), y=(0, 1)),
    fields=("w",),
    residual=lambda w: w.xxxx + 2 * w.xxyy + w.yyyy - load,
    conditions=[
        Condition(("x_min", "x_max", "y_min", "y_max"), lambda w: w),
        Condition(("x_min", "x_max"), lambda w: w.xx),
        Condition(("y_min", "y_max"), lambda w: w.yy),
    ],
    solution=exact,
)
