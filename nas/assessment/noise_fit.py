"""Whether an answer fits noisy observations as well as their noise allows.

What is left of the best possible fit is noise, which no error of the answer explains; so of the
best answers as of some bad ones no error can be estimated. Three things tell them apart. What is
left of the observations is no larger than chance makes of their noise alone (its squares follow
χ²). Hardly anything is left but in the observations. And another step of Gauss–Newton,

    δ = -(Jᵀ J)⁻¹ Jᵀ r,

would move the coefficients by no more than the noise does (Seber & Wild 1989, Nonlinear Regression,
section 2.1): the answer has settled at the minimum. A bad fit fails the first, and one that was
not trained long enough, or whose equations are not satisfied, one of the others.

An answer that leaves far less than the noise has followed it: it goes through the observations,
and so cannot be what the equations make of them (see `too_close`).

Axis legend: R rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2
from torch import Tensor

from nas.problems import Observations, Problem
from nas.training.collocation import Points
from nas.training.least_squares.features import Answer

CHANCE = 0.05  # of a best fit: to leave more of some observed quantity than is taken for noise
RARELY = 1e-3  # does chance make so little of noise
FOLLOWED = 0.1  # of the noise: less is left by what goes through it
OTHERS = 0.1  # of the loss: what may be left without noise, in equations and conditions


@dataclass(frozen=True)
class Fit:
    """How well observations are fitted, and how far the answer would still move.

    Parameters
    ----------
    misfit
        Mean square of what is left of observations over the largest that chance makes of their
        noise; of the quantity where that is most. Up to 1 it may be noise alone.
    others
        Share of the loss that is left without noise.
    moved
        How far another step of Gauss–Newton would move the fields together, relative to them.
    unknown
        And each unknown coefficient by its name, in its own unit.

    Examples
    --------
    >>> Fit(misfit=0.7, others=0.01, moved=1e-3, unknown={"k": 1e-4}).is_noise
    True
    >>> Fit(misfit=3.0, others=0.01, moved=1e-3, unknown={"k": 1e-4}).is_noise
    False
    """

    misfit: float
    others: float
    moved: float
    unknown: dict[str, float]

    @property
    def is_noise(self) -> bool:
        """Whether what is left may be the noise of the observations alone."""
        return self.misfit <= 1 and self.others <= OTHERS


def misfit(problem: Problem, points: Points, residuals: Tensor) -> float:
    """See `Fit`; of rows (R,) of the physics loss at ``points``.

    Examples
    --------
    >>> import torch
    >>> from nas.training import example
    >>> misfit(example.PROBLEM, example.points(), torch.ones(17))  # there are no observations
    0.0
    """
    found, begin = [], 0
    for group, sample in zip(problem.groups, points.samples, strict=True):
        for term in group.terms:
            count, noise = sample.count(term), problem.requirement_of(term).noise
            for weight in term.weights:
                if noise and weight:
                    # A row is a residual times √(weight / count).
                    left = residuals[begin : begin + count].square().sum() / weight
                    found.append((float(left) / noise**2, count))
                begin += count
    return max((left * n / most(n, len(found)) for left, n in found), default=0.0)


def too_close(problem: Problem, answer: Answer, points: Points) -> Iterator[str]:
    """A line for each noisy quantity that ``answer`` fits closer than chance would.

    That is to less than `FOLLOWED` of the noise, which may well be given twice as large as it is,
    and less than `least`. A quantity that is no larger than its noise tells nothing.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.least_squares.answer import of_mixture
    >>> answer = of_mixture(example.mixture())
    >>> list(too_close(example.PROBLEM, answer, example.points()))  # there are no observations
    []
    """
    for demanded, name, residual in _of_noisy(problem, answer, points):
        left, count = float(residual.square().mean()) ** 0.5 / demanded.noise, len(residual)
        followed = min(FOLLOWED, (least(count, len(problem.unknown)) / count) ** 0.5)
        if left < followed and float(np.std(demanded.table[name])) > demanded.noise:
            share = f"{left:.1g}" if left > 1e-3 else "next to nothing"
            yield (
                f"{demanded.describe()}: the answer leaves {share} of the noise of {name}, so it "
                "goes through them, noise and all, or the noise is smaller than given"
            )


def _of_noisy(
    problem: Problem, answer: Answer, points: Points
) -> Iterator[tuple[Observations, str, Tensor]]:
    """What ``answer`` leaves (R,) of each quantity that was observed with noise."""
    for group, sample in zip(problem.groups, points.samples, strict=True):
        for term in group.terms:
            demanded = problem.requirement_of(term)
            if isinstance(demanded, Observations) and demanded.noise:
                seen = sample.seen_by(term)
                jet = answer(seen.flat, group.derivatives).double()
                physical = problem.physical(jet, group.derivatives, seen.flat)
                observed = [name for name in demanded.table if name not in problem.coordinates]
                each = seen.residuals(physical, group.derivatives)
                for name, residual in zip(observed, each, strict=True):
                    yield demanded, name, residual


def least(count: int, found: int = 0) -> float:
    """The smallest sum of ``count`` squares of noise, over its variance, that is put to chance.

    What is found from n observations, be they so many coefficients or fields that nothing else
    tells, takes up some of the noise: at least ``found`` of them count for nothing, or half.

    Examples
    --------
    >>> round(least(30), 1), round(least(4), 3), least(4, found=4)
    (3.5, 0.002, 0.0)
    """
    free = min(count / 2, count - found)
    return float(chi2.ppf(RARELY, free)) if free > 0 else 0.0


def most(count: int, quantities: int = 1) -> float:
    """The largest sum of ``count`` squares of noise, over its variance, that is put to chance.

    Of several ``quantities`` each has its part of the chance that the best fit is taken for bad.

    Examples
    --------
    >>> round(most(30), 1), round(most(30, quantities=3), 1)
    (43.8, 48.7)
    """
    return float(chi2.ppf(1 - CHANCE / quantities, count))


def others(residuals: Tensor, noise: Tensor) -> float:
    """Share of the squares of rows (R,) that are without ``noise`` (R,).

    Examples
    --------
    >>> import torch
    >>> others(torch.tensor([1.0, 3.0]), noise=torch.tensor([0.0, 0.1]))
    0.1
    """
    squares = residuals.square()
    total = float(squares.sum())
    return float(squares[noise == 0].sum()) / total if total else 0.0
