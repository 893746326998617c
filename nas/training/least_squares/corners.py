"""What networks see of a problem's corners, and the same as features.

Axis legend: K features, B points, D coordinates, S derivatives.
"""

import numpy as np
import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.derivatives import DerivativeSet
from nas.networks import resolve_encoding
from nas.networks.corner import CornerPowers
from nas.problems import Problem

DECIMALS = 6  # of degrees, and of numbers about a cut: what is more is rounding


def encoding(problem: Problem) -> str:
    """The encoding of a candidate that sees them; empty where there are none.

    Empty, too, where something repeats itself, and of equations of first order: what these have at
    corners is not looked for.

    Examples
    --------
    >>> from nas.problems import load
    >>> encoding(load("poisson_l_shape")), encoding(load("poisson_disc"))
    ('corner x y 0 0 270 45 0 1', '')
    """
    if problem.periodic or problem.derivatives.order < 2:
        return ""
    low, high = np.transpose(problem.domain.bounds)
    found = []
    for one in problem.corners:
        axes = [problem.coordinates.index(name) for name in one.coordinates]
        centre, half = ((low + high) / 2)[axes], ((high - low) / 2)[axes]
        x, y = ((one.at - centre) / half).tolist()
        angle, cut = np.degrees([one.angle, one.cut]).round(DECIMALS).tolist()
        ratio = one.stretch * float(half[1] / half[0])
        # A cut that comes to the domain again ends half-way there.
        ending = float(half[0]) * max(1.0, ratio) / (0.5 * one.length)
        seen = CornerPowers(one.coordinates, x, y, angle, cut, round(ending, DECIMALS), ratio)
        found.append(seen.written())
    return " ".join(found)


class CornerFunctions:
    """The functions that solutions are made of at a problem's corners.

    Parameters
    ----------
    problem
        Whose `encoding` is not empty.

    Examples
    --------
    >>> from nas.problems import load
    >>> functions = CornerFunctions(load("poisson_l_shape"))
    >>> functions.jet(torch.rand(7, 2).double(), DerivativeSet([(1, 0)], 2)).shape
    torch.Size([2, 7, 12])
    """

    def __init__(self, problem: Problem) -> None:
        self._seen = resolve_encoding(encoding(problem), problem.coordinates)
        low, high = torch.tensor(problem.domain.bounds, dtype=torch.float64).unbind(-1)
        self._centre, self._half = (low + high) / 2, (high - low) / 2

    def __len__(self) -> int:
        return sum(corner.features for corner, _ in self._seen.corners)

    def jet(self, points: Tensor, derivatives: DerivativeSet) -> Tensor:
        """Their jets (S, B, K) at points (B, D), in float64."""
        scaled = jets.coordinates(points.double(), derivatives, self._centre, self._half)
        return self._seen.jet(derivatives, scaled)[..., points.shape[-1] :]
