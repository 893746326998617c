"""How far the noise of observations has moved an answer, and the coefficients found with it.

An answer that fits noisy observations fits some of their noise too, and no residual tells: other
observations of the same would have given another answer. To first order errors ε of the rows r of
a least-squares problem with the Jacobian J move the parameters at its minimum by

    δ = -(Jᵀ J)⁻¹ Jᵀ ε,

so independent errors with the standard deviations n (0 in rows without noise) move them with the
covariance M Mᵀ of M = (Jᵀ J)⁻¹ Jᵀ diag(n): the delta method (Seber & Wild 1989, Nonlinear
Regression, section 2.1). J is that of the network's own parameters, which have learnt to follow
the solution where it is steep.

Axis legend: R rows, P parameters, O noisy rows, B points.
"""

import copy
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.assessment.noise_fit import Fit, misfit, others
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.problems.sampling import interior_points
from nas.problems.terms.observations import ObservationTerm
from nas.training.collocation import HELD_OUT_DRAW, Points, Sampler
from nas.training.least_squares.answer import of_mixture, values
from nas.training.point_counts import point_counts
from nas.training.residuals import MixtureResiduals
from nas.training.sought import sought

CPU = torch.device("cpu")
MOST_PARAMETERS = 4000  # whose normal matrix takes some seconds
ROWS = 3  # for each parameter
# Of the mean of the normal matrix' diagonal, as of the fine-tuning's late steps: directions that
# change the rows less than that no training follows, and so none of their noise.
DAMPING = 1e-9
DRAWS = 24  # of noise, to see how far fields move
MEASURED = 1024  # points of the norms
SMALL = 1e-3  # of a standard deviation: so far the answer is linear in its parameters


@dataclass(frozen=True)
class Spread:
    """Standard deviations that the noise of the observations alone leaves.

    Parameters
    ----------
    relative
        Of the fields together, relative to them, in the L2 norm over the domain.
    unknown
        Of each unknown coefficient by its name, in its own unit.
    fit
        How well the observations are fitted, beside which these say anything at all.

    Examples
    --------
    >>> fit = Fit(misfit=0.8, others=0.01, moved=0.003, unknown={"nu": 2e-5})
    >>> found = Spread(relative=0.02, unknown={"nu": 1e-4}, fit=fit)
    >>> f"nu ± {found.unknown['nu']:.0e}", found.is_reached
    ('nu ± 1e-04', True)
    """

    relative: float
    unknown: dict[str, float]
    fit: Fit

    @property
    def is_reached(self) -> bool:
        """Whether the noise is all that keeps the answer from being better."""
        return (
            self.fit.is_noise
            and self.fit.moved <= self.relative
            and all(self.fit.unknown[name] <= error for name, error in self.unknown.items())
        )


def spread(problem: Problem, mixture: Mixture, seed: int = 0) -> Spread | None:
    """What noise alone leaves open of a trained ``mixture``; None where nothing is noisy.

    None too where the mixture has too many parameters to tell in seconds.

    Examples
    --------
    >>> from nas.training import example
    >>> spread(example.PROBLEM, example.mixture()) is None  # it observes nothing
    True
    """
    if not any(one.noise for one in problem.requirements):
        return None
    made = copy.deepcopy(mixture).to("cpu", torch.float64)
    if made.parameters_learning > MOST_PARAMETERS:
        return None
    points = _points(problem, ROWS * made.parameters_learning, seed)
    found = _moves(problem, made, points)
    if found is None:
        return None
    moves, step, residuals = found
    far = _Far(problem, made, seed)
    generator = torch.Generator().manual_seed(seed)
    drawn = [
        far.squares(moves @ torch.randn(moves.shape[1], generator=generator).double())
        for _ in range(DRAWS)
    ]
    noise = deviations(problem, points)
    fit = Fit(
        misfit(problem, points, residuals),
        others(residuals, noise),
        far.squares(step) ** 0.5,
        _of_unknown(problem, made, step[:, None]),
    )
    return Spread((sum(drawn) / DRAWS) ** 0.5, _of_unknown(problem, made, moves), fit)


class _Far:
    """How far fields move with the parameters of a mixture, to first order."""

    def __init__(self, problem: Problem, mixture: Mixture, seed: int) -> None:
        points = interior_points(problem.domain, MEASURED, seed=seed, draw=HELD_OUT_DRAW)
        self._problem, self._mixture, self._points = problem, mixture, torch.as_tensor(points)
        self._within = torch.from_numpy(sought(problem, points))
        self._systems = MixtureResiduals(problem, mixture)
        self._before = self._values()

    def squares(self, step: Tensor) -> float:
        """The square of the change of all fields by a ``step`` (P,), relative to them."""
        self._systems.move(SMALL * step[None])
        change = (self._values() - self._before) / SMALL
        self._systems.move(-SMALL * step[None])
        return float(change.square().sum() / self._before.square().sum())

    def _values(self) -> Tensor:
        fields = values(self._problem, of_mixture(self._mixture), self._points)
        return fields.where(self._within, 0.0)


def deviations(problem: Problem, points: Points) -> Tensor:
    """The standard deviation (R,) of each row of the physics loss at ``points``; 0 without noise.

    A row is a residual times √(weight / count). Of many observations a draw has a part, and all
    together move the answer the less: by the root of that part.

    Examples
    --------
    >>> from nas.training import example
    >>> deviations(example.PROBLEM, example.points()).sum().item()
    0.0
    """
    found = []
    for group, sample in zip(problem.groups, points.samples, strict=True):
        for term in group.terms:
            count, noise = sample.count(term), problem.requirement_of(term).noise
            part = count / len(term.source.points) if isinstance(term, ObservationTerm) else 1.0
            for weight in term.weights:
                size = noise * (weight * part / count) ** 0.5
                found.append(torch.full((count,), size, dtype=torch.float64))
    return torch.cat(found)


def _points(problem: Problem, rows: int, seed: int) -> Points:
    """At least so many rows, of which the equations have most."""
    return Sampler(problem, point_counts(problem, rows, share=1 / 4), "sobol", seed).draw(0, CPU)


def _moves(
    problem: Problem, mixture: Mixture, points: Points
) -> tuple[Tensor, Tensor, Tensor] | None:
    """By how much each parameter moves, and the rows (R,) that this follows from.

    M (P, O) is of a standard deviation of each noisy row, and δ (P,) of a step of Gauss–Newton.
    """
    (residuals,), jacobian = MixtureResiduals(problem, mixture).linearise(points)
    (rows,), noise = jacobian.dense(), deviations(problem, points)
    noisy = noise.nonzero().squeeze(1)
    matrix = rows.T @ rows
    matrix.diagonal().add_(DAMPING * matrix.diagonal().mean())
    factor, failed = torch.linalg.cholesky_ex(matrix)
    if failed or not bool(factor.isfinite().all()):
        return None
    moves = torch.cholesky_solve(rows[noisy].T * noise[noisy], factor)
    step = torch.cholesky_solve(-(rows.T @ residuals)[:, None], factor).squeeze(1)
    return moves, step, residuals


def _of_unknown(problem: Problem, mixture: Mixture, moves: Tensor) -> dict[str, float]:
    """Of each coefficient, whose raw value is among the last parameters."""
    found = {}
    last = moves[len(moves) - len(problem.unknown) :]
    for (name, unknown), raw, row in zip(
        problem.unknown.items(), mixture.raw.clone(), last, strict=True
    ):
        raw.requires_grad_()
        (slope,) = torch.autograd.grad(unknown.value(raw), raw)
        found[name] = abs(float(slope)) * float(row.norm())
    return found
