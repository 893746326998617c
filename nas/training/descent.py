"""The steps of the fine-tuning: Gauss–Newton on gate and experts together."""

import math
from dataclasses import replace
from typing import Any

from torch import Tensor

from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.gauss_newton import GaussNewton
from nas.training.least_squares import MixtureResiduals, count_rows
from nas.training.points import HELD_OUT_DRAW, Sampler
from nas.training.resampling import Resampler, residual_sizes

MOMENTUM = 0.8
FIRST_LEAST, LEASTS = 1e-8, (1e-10, 0.1)  # of the dampings that a step may have
FAR = 3.0  # times the best held-out loss
STILL = 10  # iterations without a step that are a convergence
MOST_ENTRIES = 2**25  # of a step's largest matrix: 256 MiB, of which it needs a few
MOST_PRODUCTS = 2**38  # of a step's normal matrix: some ten seconds of one core
ROWS_EACH = 2.0  # parameter, at first: with few a step fits its points rather than the equation
FIRST_PRODUCTS = 2**32  # of the first steps' normal matrix: a tenth of a second of one core
FIRST_DRAW = HELD_OUT_DRAW // 2  # points are drawn from behind the search's


class Descent:
    """Trains a mixture in place by damped steps, each on points of its own."""

    def __init__(self, problem: Problem, mixture: Mixture, sampler: Sampler) -> None:
        self._problem, self._mixture = problem, mixture
        self._steps = GaussNewton(MixtureResiduals(problem, mixture), MOMENTUM, FIRST_LEAST)
        self._sampler, self._resampler = sampler, Resampler(sampler, self._sizes)
        self._still = 0  # iterations without a step
        self.points_seen = 0

    @property
    def converged(self) -> bool:
        """Whether no step has lowered the loss for some time, on whatever points."""
        return self._still >= STILL

    def advance(self, iteration: int, times: float) -> Tensor:
        """Do a step on ``times`` the points; return the loss () before it."""
        like = self._mixture.centre
        self._resampler.sampler = _denser(self._sampler, min(times, self.most_times))
        points = self._resampler.draw(FIRST_DRAW + iteration, like.dtype, like.device)
        self.points_seen += len(points.interior) + len(points.boundary)
        loss = self._steps.advance(points)[0]
        self._still = 0 if self._steps.moved else self._still + 1
        return loss

    def heed(self, ratio: float) -> None:
        """Be told the held-out loss, over the best before it.

        Damp less where the steps bring the best, and more where they lead far from it.
        """
        factor = 0.1 if ratio < 1 else 10.0 if ratio > FAR else 1.0
        least, most = LEASTS
        self._steps.least = min(max(factor * self._steps.least, least), most)

    def state(self) -> dict[str, Any]:
        """What a continuation needs beside the mixture."""
        return self._steps.state() | {"still": self._still, "points_seen": self.points_seen}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``."""
        self._steps.restore(state)
        self._still, self.points_seen = state["still"], state["points_seen"]

    @property
    def most_times(self) -> float:
        """How many times the points `MOST_ENTRIES` and `MOST_PRODUCTS` allow."""
        return self._rows(MOST_PRODUCTS) / count_rows(self._problem, self._sampler)

    @property
    def first_times(self) -> float:
        """How many times the points make `ROWS_EACH` rows a parameter, or `FIRST_PRODUCTS`."""
        wanted = ROWS_EACH * self._mixture.parameters_learning
        rows = min(wanted, self._rows(FIRST_PRODUCTS))
        return rows / count_rows(self._problem, self._sampler)

    def _rows(self, products: int) -> int:
        """How many rows a step may have whose normal matrix takes so many ``products``."""
        parameters = self._mixture.parameters_learning
        # By parameters a step takes J and Jᵀ J, by rows J Jᵀ; whichever is smaller.
        long = min(MOST_ENTRIES // parameters, products // parameters**2)
        wide = min(math.isqrt(MOST_ENTRIES), math.isqrt(products // parameters))
        return max(long, wide)

    def _sizes(self, candidates: Tensor) -> Tensor:
        jet = self._mixture(candidates, self._problem.derivatives)
        return residual_sizes(self._problem, jet[None], candidates)


def _denser(sampler: Sampler, times: float) -> Sampler:
    """``times`` the points, and at least one for each part of the boundary."""
    return replace(
        sampler,
        interior=max(1, int(times * sampler.interior)),
        boundary=max(len(sampler.problem.parts), int(times * sampler.boundary)),
    )
