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
from nas.training.collocation import HELD_OUT_DRAW, Sample, Sampler
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
    initial_minimum
        The minimum damping at first.
    minimum_bounds
        Bounds of the minimum damping.
    minimum_change
        The factor by which it changes at each held-out check: down where the steps bring the best
        loss, up where they lead far from it.
    worse_ratio
        Held-out loss over the best so far that counts as far.
    still
        Iterations without a step that are a convergence, on whatever points.
    rows_per_parameter
        Residuals for each parameter at first.
    point_factors
        Bounds of the number of points, in those of the sampler.
    initial_max_products, max_products
        Multiplications for the normal matrix of a first step, and of any: a tenth of a second and
        some ten seconds of one core.

    Examples
    --------
    >>> Settings(minimum_bounds=(1e-2, 1e-4))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: ...
    """

    title: ClassVar[str] = "Gauss–Newton"

    steps: GaussNewtonSettings = GaussNewtonSettings(momentum=0.8)
    resampling: ResamplingSettings = ResamplingSettings()
    initial_minimum: float = 1e-8
    minimum_bounds: tuple[float, float] = (1e-10, 0.1)
    minimum_change: float = 10.0
    worse_ratio: float = 3.0
    still: int = 10
    rows_per_parameter: float = 2.0
    point_factors: tuple[float, float] = (0.25, 8.0)
    initial_max_products: int = 2**32
    max_products: int = 2**38

    def __post_init__(self) -> None:
        check(
            self,
            minimum_bounds=(
                0 < self.minimum_bounds[0] <= self.minimum_bounds[1],
                "above 0, in ascending order",
            ),
            initial_minimum=(
                self.minimum_bounds[0] <= self.initial_minimum <= self.minimum_bounds[1],
                "within minimum_bounds",
            ),
            minimum_change=(self.minimum_change >= 1, "at least 1"),
            rows_per_parameter=(self.rows_per_parameter >= 0, "at least 0"),
            point_factors=(
                0 < self.point_factors[0] <= self.point_factors[1],
                "above 0, in ascending order",
            ),
        )

    def begin(self, problem: Problem, mixture: Mixture, sampler: Sampler) -> "ByGaussNewton":
        """See `Method`."""
        return ByGaussNewton(problem, mixture, sampler, self)


class ByGaussNewton:
    """See `Optimiser`.

    Examples
    --------
    >>> from nas.training import example
    >>> tuning = ByGaussNewton(example.PROBLEM, example.mixture(), example.SAMPLER, Settings())
    >>> first, *_, last = [tuning.advance(iteration) for iteration in range(6)]
    >>> bool(last < 0.1 * first), tuning.points_seen  # 106 a step, for 56 parameters
    (True, 636)
    >>> tuning.refine()  # twice as many from now on
    ''
    """

    def __init__(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, settings: Settings
    ) -> None:
        self._problem, self._mixture, self._settings = problem, mixture, settings
        systems = MixtureResiduals(problem, mixture)
        self._steps = GaussNewton(systems, settings.steps, settings.initial_minimum)
        self._sampler = sampler
        self._resampler = Resampler(sampler, self._sizes, settings.resampling)
        self._still = 0  # iterations without a step
        least, most = settings.point_factors
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
        points = self._resampler.draw(FIRST_DRAW + iteration, like.device)
        self.points_seen += points.evaluations
        loss = self._steps.advance(points)[0]
        self._still = 0 if self._steps.moved else self._still + 1
        return loss

    def update(self, ratio: float) -> None:
        """See `Optimiser`: the damping follows how far the steps lead from the best."""
        settings, factor = self._settings, 1.0
        if ratio < 1:
            factor = 1 / settings.minimum_change
        elif ratio > settings.worse_ratio:
            factor = settings.minimum_change
        least, most = settings.minimum_bounds
        self._steps.minimum = min(max(factor * self._steps.minimum, least), most)

    def refine(self) -> str:
        """See `Optimiser`: twice as many points."""
        most = min(self._settings.point_factors[1], self._most_factor())
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
        """The largest factor that memory and time allow."""
        return self._rows(self._settings.max_products) / self._sampler.rows()

    def _first_factor(self) -> float:
        """The factor that makes `rows_per_parameter` residuals a parameter, or a short step."""
        wanted = self._settings.rows_per_parameter * self._mixture.parameters_learning
        return min(wanted, self._rows(self._settings.initial_max_products)) / self._sampler.rows()

    def _rows(self, products: int) -> int:
        """How many rows R a step may have whose normal matrix takes so many ``products``.

        With P parameters JᵀJ takes R P² products and J has R P entries; J Jᵀ takes P R² and has
        R² entries. A step takes whichever is smaller, so the larger R of the two is allowed.
        """
        parameters = self._mixture.parameters_learning
        long = min(MOST_ENTRIES // parameters, products // parameters**2)
        wide = min(math.isqrt(MOST_ENTRIES), math.isqrt(products // parameters))
        return max(long, wide)

    def _sizes(self, candidates: Sample) -> Tensor:
        jet = self._mixture(candidates.points, self._problem.derivatives)
        return residual_sizes(self._problem, jet[None], candidates)
