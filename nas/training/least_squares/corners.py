"""What networks see of a problem's re-entrant corners."""

import numpy as np

from nas.calculus.derivatives import order_of
from nas.networks.corner import Corner
from nas.problems import Problem
from nas.problems.domains.corners import reentrant

DECIMALS = 6  # of degrees: an angle is measured to about so many


def encoding(problem: Problem) -> str:
    """The encoding of a candidate that sees them; empty where there are none.

    They matter where second derivatives do: an equation of first order has no such singularities.

    Examples
    --------
    >>> from nas.problems import load
    >>> encoding(load("poisson_l_shape")), encoding(load("poisson_disc"))
    ('corner x y 0 0 225 270 1', '')
    """
    if problem.periodic or max(map(order_of, problem.derivatives.keys)) < 2:
        return ""
    low, high = np.transpose(problem.domain.bounds)
    found = []
    for one in reentrant(problem.domain):
        axes = [problem.coordinates.index(name) for name in one.coordinates]
        centre, half = ((low + high) / 2)[axes], ((high - low) / 2)[axes]
        x, y = ((one.at - centre) / half).tolist()
        middle, angle = np.degrees([one.middle, one.angle]).round(DECIMALS).tolist()
        ratio = float(half[1] / half[0])
        found.append(Corner(one.coordinates, x, y, middle, angle, ratio).written())
    return " ".join(found)
