"""Gauss–Newton on gate and experts together, each step on points of its own.

It begins with as many points as the parameters need, so that a step cannot fit the points rather
than the equation, or as a short step allows. Where the held-out loss stalls, what is left is the
noise of the points: twice as many are drawn from then on.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from nas.checks import check
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.collocation import HELD_OUT_DRAW, Sampler
from nas.training.gauss_newton import GaussNewton, GaussNewtonSettings
from nas.training.resampling import Resampler, ResamplingSettings, residual_sizes
from nas.training.residuals import MixtureResiduals

FIRST_DRAW = HELD_OUT_DRAW // 2  # points are drawn from behind the search's
MOST_ENTRIES = 2**25  # of a step's largest matrix: 256 MiB, of which it needs a few


@dataclass(frozen=True)
class Settings:
    """A `Method`.

    Parameters
    ----------
    steps
        The steps' parts and numbers. The momentum is large: with few points changing each time,
        steps average over the draws.
    resampling
        How points follow the residuals.
    first_least
        The least damping at first.
    leasts
        Between which it is moved, by ``least_change`` at each look at the held-out loss: less
        where the steps bring the best, more where they lead ``far`` from it.
    far
        Held-out loss over the best so far.
    still
        Iterations without a step that are a convergence, on whatever points.
    rows_each
        Residuals for each parameter at first.
    factors
        Between which the number of points may lie, in those of the sampler.
    first_products, most_products
        Multiplications for the normal matrix of a first step, and of any: a tenth of a second and
        some ten seconds of one core.
    """

    title: ClassVar[str] = "Gauss–Newton"

    steps: GaussNewtonSettings = GaussNewtonSettings(momentum=0.8)
    resampling: ResamplingSettings = ResamplingSettings()
    first_least: float = 1e-8
    leasts: tuple[float, float] = (1e-10, 0.1)
    least_change: float = 10.0
    far: float = 3.0
    still: int = 10
    rows_each: float = 2.0
    factors: tuple[float, float] = (0.25, 8.0)
    first_products: int = 2**32
    most_products: int = 2**38

    def __post_init__(self) -> None:
        check(
            self,
            leasts=(0 < self.leasts[0] <= self.leasts[1], "above 0, in ascending order"),
            first_least=(self.leasts[0] <= self.first_least <= self.leasts[1], "within leasts"),
            least_change=(self.least_change >= 1, "at least 1"),
            rows_each=(self.rows_each >= 0, "at least 0"),
            factors=(0 < self.factors[0] <= self.factors[1], "above 0, in ascending order"),
        )

    def begin(self, problem: Problem, mixture: Mixture, sampler: Sampler) -> "ByGaussNewton":
        """See `Method`."""
        return ByGaussNewton(problem, mixture, sampler, self)


class ByGaussNewton:
    """See `Optimiser`."""

    def __init__(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, settings: Settings
    ) -> None:
        self._problem, self._mixture, self._settings = problem, mixture, settings
        systems = MixtureResiduals(problem, mixture)
        self._steps = GaussNewton(systems, settings.steps, settings.first_least)
        self._sampler = sampler
        self._resampler = Resampler(sampler, self._sizes, settings.resampling)
        self._still = 0  # iterations without a step
        least, most = settings.factors
        self._factor = min(max(least, self._first_factor()), most)  # of the sampler's points
        self.points_seen = 0

    @property
    def converged(self) -> bool:
        """See `Optimiser`."""
        return self._still >= self._settings.still

    def advance(self, iteration: int) -> Tensor:
        """See `Optimiser`."""
        like = self._mixture.centre
        self._resampler.sampler = self._sampler.scaled(min(self._factor, self._most_factor()))
        points = self._resampler.draw(FIRST_DRAW + iteration, like.dtype, like.device)
        self.points_seen += points.evaluations
        loss = self._steps.advance(points)[0]
        self._still = 0 if self._steps.moved else self._still + 1
        return loss

    def update(self, ratio: float) -> None:
        """See `Optimiser`: the damping follows how far the steps lead from the best."""
        settings, factor = self._settings, 1.0
        if ratio < 1:
            factor = 1 / settings.least_change
        elif ratio > settings.far:
            factor = settings.least_change
        least, most = settings.leasts
        self._steps.least = min(max(factor * self._steps.least, least), most)

    def refine(self) -> str:
        """See `Optimiser`: twice as many points."""
        most = min(self._settings.factors[1], self._most_factor())
        exhausted = f"with {most:.2g} times as many points" if self._factor >= most else ""
        self._factor *= 2
        return exhausted

    def state(self) -> dict[str, Any]:
        """See `Optimiser`."""
        own = {"still": self._still, "factor": self._factor, "points_seen": self.points_seen}
        return self._steps.state() | own

    def restore(self, state: dict[str, Any]) -> None:
        """See `Optimiser`."""
        self._steps.restore(state)
        self._still, self._factor = state["still"], state["factor"]
        self.points_seen = state["points_seen"]

    def _most_factor(self) -> float:
        """How many times the points memory and time allow."""
        return self._rows(self._settings.most_products) / self._sampler.rows()

    def _first_factor(self) -> float:
        """How many times the points make `rows_each` residuals a parameter, or a short step."""
        wanted = self._settings.rows_each * self._mixture.parameters_learning
        return min(wanted, self._rows(self._settings.first_products)) / self._sampler.rows()

    def _rows(self, products: int) -> int:
        """How many rows R a step may have whose normal matrix takes so many ``products``.

        With P parameters JᵀJ takes R P² products and J has R P entries; J Jᵀ takes P R² and has
        R² entries. A step takes whichever is smaller, so the larger R of the two is allowed.
        """
        parameters = self._mixture.parameters_learning
        long = min(MOST_ENTRIES // parameters, products // parameters**2)
        wide = min(math.isqrt(MOST_ENTRIES), math.isqrt(products // parameters))
        return max(long, wide)

    def _sizes(self, candidates: Tensor) -> Tensor:
        jet = self._mixture(candidates, self._problem.derivatives)
        return residual_sizes(self._problem, jet[None], candidates)
