"""What is measured: two pools, the gate, and the equations, without conditions.

Conditions are left out for all: each library has its own way with them, and the residual is where
the time goes.
"""

from collections.abc import Sequence
from math import pi

import torch

from nas import search_spaces
from nas.calculus.expression import Residual
from nas.calculus.fields import laplacian
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Box, Condition, Problem
from nas.search_spaces import Candidate, SearchSpace

POINTS = 2048
GATE = GateSettings(depth=2, width=32, activation="tanh")
LEARNING_RATE = 1e-3
NU = 0.01 / pi
ACTIVATIONS = ("sine", "tanh", "swish", "softplus")
DEPTHS, WIDTHS = (2, 3), (16, 32, 64)  # of the pool whose Gauss–Newton steps are measured


class EquationAlone(Problem):
    """A problem that is measured without the condition that each must have, and as written."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "terms", self.terms[:1])  # the dataclass is frozen


def _equation(name: str, domain: Box, residual: Residual) -> EquationAlone:
    anchor = Condition("x_min", lambda u: u)
    return EquationAlone(name, domain, residual, [anchor], balanced=False)


BURGERS = _equation(
    "burgers_residual", Box(x=(-1, 1), t=(0, 1)), lambda u: u.t + u * u.x - NU * u.xx
)
POISSON = _equation(
    "poisson_residual",
    Box(x=(0, 1), y=(0, 1)),
    lambda u, x, y: laplacian(u) + torch.sin(pi * x) * torch.sin(pi * y),
)
PLATE = _equation(
    "plate_residual",
    Box(x=(0, 1), y=(0, 1)),
    lambda u, x, y: u.xxxx + 2 * u.xxyy + u.yyyy - torch.sin(pi * x) * torch.sin(pi * y),
)


def standard_pool() -> Sequence[Candidate]:
    """All 36 candidates: four activations with depths 2 to 4 and widths 16, 32, 64."""
    return search_spaces.load("full_grid").candidates


def default_pool(problem: Problem, dtype: torch.dtype) -> Mixture:
    """The 24 candidates of the default space, untrained, with the default gate."""
    return mixture(problem, None, dtype)


def mixture(
    problem: Problem, candidates: Sequence[Candidate] | None, dtype: torch.dtype
) -> Mixture:
    """Untrained ``candidates``, or those of the default space, with the default gate."""
    space = SearchSpace.grid(activations=ACTIVATIONS, depths=DEPTHS, widths=WIDTHS)
    pool = space.pool(len(space), 0) if candidates is None else candidates
    bounds, outputs = problem.domain.bounds, len(problem.fields)
    return Mixture(pool, GateSettings(), bounds, outputs, 0).to(dtype)
