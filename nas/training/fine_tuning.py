"""Fine-tuning: the survivors, gate and experts together, in float64.

Gauss–Newton, or L-BFGS, in chunks of iterations; after each the loss on held-out points tells
whether to go on. Where it stalls, what is left is the noise of the points: twice as many are drawn
from then on, until that helps no more. The best state is kept, since points drawn anew make the
last one no better than another.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import torch
from torch import Tensor

from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.gauss_newton import GaussNewton
from nas.training.loss import learn_mixture, mixture_loss
from nas.training.optimisers import lbfgs
from nas.training.points import HELD_OUT_DRAW, Sampler
from nas.training.resampling import Resampler, residual_sizes
from nas.training.systems import Together

PHASE = "fine-tuning"

Method = Literal["gauss_newton", "lbfgs"]

CHUNK = 10  # iterations between two looks at the held-out loss
PATIENCE = 6  # looks
PROGRESS = 0.8  # the share of the best loss that it must fall under within that many looks
DOUBLINGS = 3  # of the points, at most
MOMENTUM = 0.8
ROUND = 300  # iterations of L-BFGS on the same points
FIRST_DRAW = HELD_OUT_DRAW // 2  # its points are drawn from behind the search's


@dataclass(frozen=True)
class FineTuningSettings:
    """At most ``iterations`` of a method."""

    method: Method
    iterations: int


class FineTuning:
    """A mixture of survivors on its way to the minimum; `advance` does one chunk.

    Parameters
    ----------
    problem
        What its physics loss is of.
    mixture
        The survivors; turned into float64 and trained in place.
    sampler
        Where training and held-out points come from.
    settings
        By which method, and how long at most.
    """

    def __init__(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, settings: FineTuningSettings
    ) -> None:
        self.problem, self.mixture = problem, mixture.double()
        self.settings = settings
        self.iterations = 0  # done
        self.ended = ""  # why, once it has
        self.doublings = 0
        self._method = _METHODS[settings.method](problem, mixture, sampler)
        self._held_out_points = sampler.held_out(torch.float64, mixture.centre.device)
        self.held_out = self._measure()
        # Any loss is better than one that is not a number.
        self.best_loss = self.held_out if math.isfinite(self.held_out) else math.inf
        self.best = self._copy()
        self.best_losses: list[float] = []  # after each chunk with this many points

    @property
    def finished(self) -> bool:
        """Whether there is no more to be done."""
        return bool(self.ended) or self.iterations >= self.settings.iterations

    def advance(self) -> Tensor:
        """Do one chunk of iterations; return the physics loss () before its last one."""
        count = min(CHUNK, self.settings.iterations - self.iterations)
        loss = self._method.advance(self.iterations, count, 2**self.doublings)
        self.iterations += count
        self.held_out = self._measure()
        if self.held_out < self.best_loss:  # false where it is not a number
            self.best_loss, self.best = self.held_out, self._copy()
        self.best_losses.append(self.best_loss)
        if self._method.converged:
            self.ended = f"converged after {self.iterations} iterations: no step lowers the loss"
        elif self._stalled():
            self.doublings, self.best_losses = self.doublings + 1, []
            if self.doublings > DOUBLINGS:
                self.ended = (
                    f"stalled after {self.iterations} iterations: the held-out loss falls no "
                    f"more, nor with {2**DOUBLINGS} times the points"
                )
        return loss.detach()

    def take_best(self) -> None:
        """Put the best state into the mixture."""
        self.mixture.load_state_dict(self.best)

    def state(self) -> dict[str, Any]:
        """All that a continuation needs; the points are a function of the iteration."""
        return {
            "iterations": self.iterations,
            "ended": self.ended,
            "doublings": self.doublings,
            "mixture": self.mixture.state_dict(),
            "method": self._method.state(),
            "best_losses": [one if math.isfinite(one) else None for one in self.best_losses],
            "best_loss": self.best_loss if math.isfinite(self.best_loss) else None,
            "best": self.best,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``; the mixture must have been built with the survivors."""
        self.iterations, self.ended = state["iterations"], state["ended"]
        self.doublings = state["doublings"]
        self.mixture.load_state_dict(state["mixture"])
        self._method.restore(state["method"], self.iterations)
        self.best_losses = [math.inf if one is None else one for one in state["best_losses"]]
        self.best_loss = math.inf if state["best_loss"] is None else state["best_loss"]
        self.best = state["best"]

    def _stalled(self) -> bool:
        """Whether the best loss has hardly fallen for `PATIENCE` looks."""
        if len(self.best_losses) <= PATIENCE:
            return False
        return self.best_loss > PROGRESS * self.best_losses[-1 - PATIENCE]

    def _measure(self) -> float:
        """The mixture's physics loss on held-out points."""
        return float(mixture_loss(self.problem, self.mixture, self._held_out_points))

    def _copy(self) -> dict[str, Tensor]:
        return {name: value.clone() for name, value in self.mixture.state_dict().items()}


class _Iterations(Protocol):
    """Trains a mixture in place."""

    converged: bool

    def advance(self, iteration: int, count: int, times: int) -> Tensor:
        """Do ``count`` iterations on ``times`` the points; the loss () before the last one."""
        ...

    def state(self) -> dict[str, Any]: ...

    def restore(self, state: dict[str, Any], iteration: int) -> None: ...


class _ByGaussNewton:
    """Damped Gauss–Newton steps, each on points of its own."""

    def __init__(self, problem: Problem, mixture: Mixture, sampler: Sampler) -> None:
        self._problem, self._mixture = problem, mixture
        self._steps = GaussNewton(Together(problem, mixture), MOMENTUM)
        self._sampler, self._resampler = sampler, Resampler(sampler, self._sizes)
        self.converged = False

    def advance(self, iteration: int, count: int, times: int) -> Tensor:
        like = self._mixture.centre
        stayed = True
        self._resampler.sampler = _denser(self._sampler, times)
        for number in range(iteration, iteration + count):
            points = self._resampler.draw(FIRST_DRAW + number, like.dtype, like.device)
            (loss,) = self._steps.advance(points)
            stayed = stayed and not bool(self._steps.step.any())
        self.converged = stayed
        return loss

    def state(self) -> dict[str, Any]:
        return {"steps": self._steps.state(), "resampler": self._resampler.state()}

    def restore(self, state: dict[str, Any], iteration: int) -> None:
        self._steps.restore(state["steps"])
        self._resampler.restore(state["resampler"])

    def _sizes(self, candidates: Tensor) -> Tensor:
        jet = self._mixture(candidates, self._problem.streams)
        return residual_sizes(self._problem, jet[None], candidates)


class _ByLBFGS:
    """L-BFGS, in rounds of iterations on the same points."""

    converged = False

    def __init__(self, problem: Problem, mixture: Mixture, sampler: Sampler) -> None:
        self._problem, self._mixture, self._sampler = problem, mixture, sampler
        self._begin_round(0, 1)

    def advance(self, iteration: int, count: int, times: int) -> Tensor:
        if iteration % ROUND == 0 or times != self._times:
            self._begin_round(iteration // ROUND, times)
        for group in self._optimiser.param_groups:
            group["max_iter"], group["max_eval"] = count, 2 * count

        def closure() -> Tensor:
            self._optimiser.zero_grad()
            return learn_mixture(self._problem, self._mixture, self._points).loss

        loss: Tensor = self._optimiser.step(closure)  # type: ignore[no-untyped-call]
        return loss

    def state(self) -> dict[str, Any]:
        return {"optimiser": self._optimiser.state_dict(), "times": self._times}

    def restore(self, state: dict[str, Any], iteration: int) -> None:
        self._begin_round(iteration // ROUND, state["times"])
        self._optimiser.load_state_dict(state["optimiser"])

    def _begin_round(self, number: int, times: int) -> None:
        like, self._times = self._mixture.centre, times
        sampler = _denser(self._sampler, times)
        self._points = sampler.draw(FIRST_DRAW + number, like.dtype, like.device)
        self._optimiser = lbfgs(self._mixture.parameters(), CHUNK)


def _denser(sampler: Sampler, times: int) -> Sampler:
    return replace(sampler, interior=times * sampler.interior, boundary=times * sampler.boundary)


_METHODS: dict[Method, Any] = {"gauss_newton": _ByGaussNewton, "lbfgs": _ByLBFGS}
