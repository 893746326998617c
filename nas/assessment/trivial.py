"""Trivial answers: what needs no training, and so has to be beaten.

An answer whose physics loss is about that of zero, of the best constants or of the best affine
function has learnt nothing, however small the loss looks. Where a trivial answer is the solution,
its own loss vanishes beside that of others, and nothing is held against an answer that agrees.

Axis legend: S derivatives, B points, D coordinates, C fields, U unknown coefficients; P numbers of
an affine answer, C·(1 + D) + U.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.problems import Problem
from nas.training.collocation import Points
from nas.training.least_squares.answer import values
from nas.training.least_squares.features import Affine, Answer, with_added
from nas.training.least_squares.linearised import linearise
from nas.training.least_squares.outputs import zero
from nas.training.physics_loss import physics_loss
from nas.training.sought import sought

STEPS = 3  # of Gauss–Newton for the best affine function: one is exact for a linear problem
BEATEN = 0.5  # of the best trivial loss: an answer should be below
SOLVED = 1e-6  # of the loss of affine functions of the fields' size: a trivial answer that solves
FLAT = 1e-3  # of its size: so far an answer may be from affine to be called that


@dataclass(frozen=True)
class Trivial:
    """The best trivial answer.

    Parameters
    ----------
    name
        What it is.
    loss
        Its physics loss.
    typical
        The largest loss of trivial answers of the fields' size, to compare with.

    Examples
    --------
    >>> Trivial("the best constant", loss=1e-9, typical=2.0).solves
    True
    """

    name: str
    loss: float
    typical: float

    @property
    def solves(self) -> bool:
        """Whether it solves the problem, as far as such numbers can tell."""
        return self.solved_by(self.loss)

    def solved_by(self, loss: float) -> bool:
        """Whether an answer of this loss does, be it trivial or not."""
        return loss <= SOLVED * self.typical


def best_trivial(problem: Problem, points: Points) -> Trivial:
    """The trivial answer of the least physics loss at ``points``.

    Examples
    --------
    Of u' + u = 0 and u(0) = 1; an affine function comes near, and does not solve it:

    >>> from nas.training import example
    >>> best = best_trivial(example.PROBLEM, example.points())
    >>> best.name, best.loss < 0.1, best.solves
    ('the best affine function', True, False)
    """
    affine = Affine(problem.domain.bounds)
    size = len(problem.fields) * len(affine) + len(problem.unknown)
    start = torch.zeros(size, dtype=torch.float64)
    units = [start, *torch.eye(size, dtype=torch.float64)[: size - len(problem.unknown)]]
    typical = max(_loss(problem, _affine(problem, one), points) for one in units)
    # What is periodic by construction has no slope.
    slopes = [name not in problem.periodic for name in problem.coordinates]
    constant = _free(problem, [True, *(False for _ in slopes)])
    found = [
        ("the best constant", _fitted(problem, points, constant)),
        ("the best affine function", _fitted(problem, points, _free(problem, [True, *slopes]))),
    ]
    name, loss = min(found, key=lambda one: one[1])
    return Trivial(name, loss, typical)


def _free(problem: Problem, of_field: Sequence[bool]) -> Tensor:
    """Which numbers (P,) of an affine answer may move, given which of each field; no unknown."""
    return torch.tensor([*of_field] * len(problem.fields) + [False] * len(problem.unknown))


def _fitted(problem: Problem, points: Points, free: Tensor) -> float:
    """The least loss that some steps find, from zero on; ``free`` (P,) coefficients may move."""
    affine = Affine(problem.domain.bounds)
    coefficients = torch.zeros(len(free), dtype=torch.float64)
    loss = _loss(problem, _affine(problem, coefficients), points)
    for _ in range(STEPS):
        rows = linearise(problem, _affine(problem, coefficients), affine, points)
        if not (rows.matrix.isfinite().all() and rows.residuals.isfinite().all()):
            break
        step = torch.zeros_like(coefficients)
        matrix = rows.matrix[:, free]
        step[free] = torch.linalg.lstsq(matrix, -rows.residuals[:, None]).solution[:, 0]
        after = _loss(problem, _affine(problem, coefficients + step), points)
        if not after < loss:
            break
        coefficients, loss = coefficients + step, after
    return loss


def _affine(problem: Problem, coefficients: Tensor) -> Answer:
    """The answer with these ``coefficients`` (P,); unknown coefficients begin at their start."""
    return with_added(zero(problem), Affine(problem.domain.bounds), coefficients)


def _loss(problem: Problem, answer: Answer, points: Points) -> float:
    loss = float(physics_loss(problem, points, answer))
    return loss if math.isfinite(loss) else math.inf


def is_affine(problem: Problem, answer: Answer, points: Tensor) -> bool:
    """Whether all fields are affine functions at ``points`` (B, D), or zero, to a thousandth.

    Examples
    --------
    >>> from nas.training import example
    >>> points = torch.linspace(0, 1, 9).double()[:, None]
    >>> is_affine(example.PROBLEM, lambda x, _: 3 * x.double()[None], points)
    True
    >>> is_affine(example.PROBLEM, lambda x, _: torch.exp(x.double())[None], points)
    False
    """
    fields = values(problem, answer, points)
    affine = Affine(problem.domain.bounds).jet(points, DerivativeSet([], points.shape[-1]))[0]
    within = torch.from_numpy(sought(problem, points.numpy()))
    scales = [row["scale"] for row in problem.describe_fields()]
    return all(
        _is_affine(affine[rows], field[rows], scale)
        for rows, field, scale in zip(within.T, fields.T, scales, strict=True)
    )


def _is_affine(affine: Tensor, field: Tensor, scale: float) -> bool:
    """Whether a ``field`` (B,) is a sum of the columns of ``affine`` (B, 1 + D), or zero.

    Beside its ``scale``, where an offset is far larger: 300 K that vary by 0.5 K are no constant.
    """
    rest = field - affine @ torch.linalg.lstsq(affine, field[:, None]).solution[:, 0]
    size = min(float(field.norm()), scale * len(field) ** 0.5)
    return bool(rest.norm() <= FLAT * size)
