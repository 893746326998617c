"""Fine-tuning: the survivors, gate and experts together, in float64.

Gauss–Newton in chunks of iterations; after each the loss on held-out points tells whether to go
on. It begins with as many points as the parameters need, so that a step cannot fit the points
rather than the equation, or as a short step allows. Where it stalls, what is left is the noise of
the points: twice as many are drawn from then on, until that helps no more. The best state is kept,
since points drawn anew make the last one no better than another.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.descent import Descent
from nas.training.loss import mixture_loss
from nas.training.points import Sampler

PHASE = "fine-tuning"

CHUNK = 10  # iterations from one look at the held-out loss to the next
PATIENCE = 4  # looks
PROGRESS = 0.8  # the share of the best loss that it must fall under within that many looks
LEAST_TIMES, MOST_TIMES = 0.25, 8.0  # the points of the sampler


class FineTuning:
    """A mixture of survivors on its way to the minimum; `advance` goes on to the next look.

    Parameters
    ----------
    problem
        What its physics loss is of.
    mixture
        The survivors; turned into float64 and trained in place.
    sampler
        Where training and held-out points come from.
    most
        Iterations.
    """

    def __init__(self, problem: Problem, mixture: Mixture, sampler: Sampler, most: int) -> None:
        self.problem, self.mixture = problem, mixture.double()
        self.most = most
        self.iterations = 0  # done
        self.ended = ""  # why, once it has
        self._descent = Descent(problem, mixture, sampler)
        # The points of `sampler`.
        self.times = min(max(LEAST_TIMES, self._descent.first_times), MOST_TIMES)
        self._held_out_points = sampler.held_out(torch.float64, mixture.centre.device)
        self.held_out = self._measure()
        # Any loss is better than one that is not a number.
        self.best_loss = self.held_out if math.isfinite(self.held_out) else math.inf
        self.best = self._copy()
        self.best_losses: list[float] = []  # after each chunk with this many points

    @property
    def finished(self) -> bool:
        """Whether there is no more to be done."""
        return bool(self.ended) or self.iterations >= self.most

    @property
    def evaluations(self) -> int:
        """Points, times the experts that learnt from them, so far."""
        return self._descent.points_seen * len(self.mixture.alive)

    def advance(self, should_stop: Callable[[], bool] = lambda: False) -> Tensor | None:
        """Go on to the next look at the held-out loss, unless `finished`.

        Returns the physics loss () before the last iteration, or None if ``should_stop()`` came
        between: the next call goes on from there.
        """
        goal = min((self.iterations // CHUNK + 1) * CHUNK, self.most)
        while True:
            loss = self._descent.advance(self.iterations, self.times)
            self.iterations += 1
            if self.iterations >= goal:
                break
            if should_stop():
                return None
        self.held_out = self._measure()
        self._descent.heed(self.held_out / self.best_loss if self.best_loss else math.nan)
        if self.held_out < self.best_loss:  # false where it is not a number
            self.best_loss, self.best = self.held_out, self._copy()
        self.best_losses.append(self.best_loss)
        if not math.isfinite(loss):
            self.ended = f"stopped after {self.iterations} iterations: loss {float(loss)}"
        elif self._descent.converged:
            self.ended = f"converged after {self.iterations} iterations: no step lowers the loss"
        elif self._stalled():
            most = min(MOST_TIMES, self._descent.most_times)
            if self.times >= most:
                self.ended = (
                    f"stalled after {self.iterations} iterations: the held-out loss falls no "
                    f"more, nor with {most:.2g} times the points"
                )
            self.times, self.best_losses = 2 * self.times, []
        return loss.detach()

    def take_best(self) -> None:
        """Put the best state into the mixture."""
        self.mixture.load_state_dict(self.best)

    def state(self) -> dict[str, Any]:
        """All that a continuation needs, beside problem and sampler."""
        return {
            "iterations": self.iterations,
            "ended": self.ended,
            "times": self.times,
            "mixture": self.mixture.state_dict(),
            "method": self._descent.state(),
            "best_losses": [one if math.isfinite(one) else None for one in self.best_losses],
            "best_loss": self.best_loss if math.isfinite(self.best_loss) else None,
            "best": self.best,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``; the mixture must have been built with the survivors."""
        self.iterations, self.ended = state["iterations"], state["ended"]
        self.times = state["times"]
        self.mixture.load_state_dict(state["mixture"])
        self._descent.restore(state["method"])
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
