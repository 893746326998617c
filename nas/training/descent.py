"""The ways to fine-tune: Gauss–Newton and L-BFGS on gate and experts together."""

import math
from dataclasses import replace
from typing import Any, Literal, Protocol

from torch import Tensor

from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.gauss_newton import GaussNewton
from nas.training.loss import learn_mixture
from nas.training.optimisers import lbfgs
from nas.training.points import HELD_OUT_DRAW, Sampler
from nas.training.resampling import Resampler, residual_sizes
from nas.training.systems import Together, count_rows

Method = Literal["gauss_newton", "lbfgs"]

MOMENTUM = 0.8
FIRST_LEAST, LEASTS = 1e-8, (1e-10, 0.1)  # of the dampings that a step may have
FAR = 3.0  # times the best held-out loss
STILL = 10  # iterations without a step that are a convergence
MOST_ENTRIES = 2**25  # of a step's largest matrix: 256 MiB, of which it needs a few
ROUND = 300  # iterations of L-BFGS on the same points
FIRST_DRAW = HELD_OUT_DRAW // 2  # points are drawn from behind the search's


class Descent(Protocol):
    """Trains a mixture in place.

    ``first`` is how many times the points do to begin with.
    """

    first: float

    @property
    def converged(self) -> bool:
        """Whether no step lowers the loss any more."""
        ...

    def advance(self, iteration: int, most: int, times: float) -> tuple[Tensor, int]:
        """Do some iterations, ``most`` or fewer, on ``times`` the points.

        Returns the loss () before the first of them, and how many they were.
        """
        ...

    def heed(self, ratio: float) -> None:
        """Be told the held-out loss, over the best before it."""
        ...

    def state(self) -> dict[str, Any]:
        """What a continuation needs beside the mixture."""
        ...

    def restore(self, state: dict[str, Any], iteration: int) -> None:
        """Take up ``state`` before iteration number ``iteration``."""
        ...


def begin(method: Method, problem: Problem, mixture: Mixture, sampler: Sampler) -> Descent:
    """The way that ``method`` names."""
    if method == "lbfgs":
        return ByLBFGS(problem, mixture, sampler)
    return ByGaussNewton(problem, mixture, sampler)


class ByGaussNewton:
    """Damped Gauss–Newton steps, each on points of its own.

    While there is far to go, many cheap steps on few points are worth more than few exact ones.
    """

    first = 0.25

    def __init__(self, problem: Problem, mixture: Mixture, sampler: Sampler) -> None:
        self._problem, self._mixture = problem, mixture
        self._steps = GaussNewton(Together(problem, mixture), MOMENTUM, FIRST_LEAST)
        self._sampler, self._resampler = sampler, Resampler(sampler, self._sizes)
        self._still = 0  # iterations without a step

    @property
    def converged(self) -> bool:
        """Whether no step has lowered the loss for some time, on whatever points."""
        return self._still >= STILL

    def advance(self, iteration: int, most: int, times: float) -> tuple[Tensor, int]:
        """See `Descent`: one, since each may be long."""
        like = self._mixture.centre
        self._resampler.sampler = self._affordable(times)
        points = self._resampler.draw(FIRST_DRAW + iteration, like.dtype, like.device)
        loss = self._steps.advance(points)[0]
        self._still = 0 if self._steps.moved else self._still + 1
        return loss, 1

    def heed(self, ratio: float) -> None:
        """Damp less where the steps bring the best, and more where they lead far from it."""
        factor = 0.1 if ratio < 1 else 10.0 if ratio > FAR else 1.0
        least, most = LEASTS
        self._steps.least = min(max(factor * self._steps.least, least), most)

    def state(self) -> dict[str, Any]:
        """See `Descent`."""
        return self._steps.state() | {"still": self._still}

    def restore(self, state: dict[str, Any], iteration: int) -> None:
        """See `Descent`."""
        self._steps.restore(state)
        self._still = state["still"]

    def _affordable(self, times: float) -> Sampler:
        """``times`` the points, or as many as `MOST_ENTRIES` allow."""
        sampler, parameters = self._sampler, self._mixture.parameters_alive
        rows = count_rows(self._problem, sampler)
        # Of J's entries where there are fewer parameters than rows, else of J Jᵀ's.
        most = max(MOST_ENTRIES // parameters, math.isqrt(MOST_ENTRIES))
        return _denser(sampler, min(times, most / rows))

    def _sizes(self, candidates: Tensor) -> Tensor:
        jet = self._mixture(candidates, self._problem.streams)
        return residual_sizes(self._problem, jet[None], candidates)


class ByLBFGS:
    """L-BFGS, in rounds of iterations on the same points."""

    first = 1.0
    converged = False

    def __init__(self, problem: Problem, mixture: Mixture, sampler: Sampler) -> None:
        self._problem, self._mixture, self._sampler = problem, mixture, sampler
        self._begin_round(0, self.first)

    def advance(self, iteration: int, most: int, times: float) -> tuple[Tensor, int]:
        """See `Descent`."""
        if iteration % ROUND == 0 or times != self._times:
            self._begin_round(iteration // ROUND, times)
        for group in self._optimiser.param_groups:
            group["max_iter"], group["max_eval"] = most, 2 * most

        def closure() -> Tensor:
            self._optimiser.zero_grad()
            return learn_mixture(self._problem, self._mixture, self._points).loss

        loss: Tensor = self._optimiser.step(closure)  # type: ignore[no-untyped-call]
        return loss, most

    def heed(self, ratio: float) -> None:
        """See `Descent`: the points of a round stay, and so does what has been learnt of them."""

    def state(self) -> dict[str, Any]:
        """See `Descent`."""
        return {"optimiser": self._optimiser.state_dict(), "times": self._times}

    def restore(self, state: dict[str, Any], iteration: int) -> None:
        """See `Descent`."""
        self._begin_round(iteration // ROUND, state["times"])
        self._optimiser.load_state_dict(state["optimiser"])

    def _begin_round(self, number: int, times: float) -> None:
        like, self._times = self._mixture.centre, times
        sampler = _denser(self._sampler, times)
        self._points = sampler.draw(FIRST_DRAW + number, like.dtype, like.device)
        self._optimiser = lbfgs(self._mixture.parameters(), ROUND)


def _denser(sampler: Sampler, times: float) -> Sampler:
    """``times`` the points, and at least one for each part of the boundary."""
    return replace(
        sampler,
        interior=max(1, int(times * sampler.interior)),
        boundary=max(len(sampler.problem.parts), int(times * sampler.boundary)),
    )
