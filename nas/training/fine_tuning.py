"""Fine-tuning: the survivors, in float64, by L-BFGS.

Rounds of iterations on points redrawn between them; the best state by held-out loss is kept,
since the redrawing makes the last one no better than another.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.loss import learn_mixture, mixture_loss
from nas.training.optimisers import lbfgs
from nas.training.points import HELD_OUT_DRAW, Sampler

PHASE = "fine-tuning"

CHUNK = 20  # iterations between two looks at the held-out loss
FIRST_DRAW = HELD_OUT_DRAW // 2  # its rounds draw from behind the search's


@dataclass(frozen=True)
class FineTuningSettings:
    """``rounds`` of L-BFGS, each of ``iterations`` on points of its own."""

    rounds: int
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
        How many rounds, and how long each.
    """

    def __init__(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, settings: FineTuningSettings
    ) -> None:
        self.problem, self.mixture, self.sampler = problem, mixture.double(), sampler
        self.settings = settings
        self.round = 0
        self.iteration = 0  # within the round
        self._held_out_points = sampler.held_out(torch.float64, mixture.centre.device)
        self.held_out = self._measure()
        # Any loss is better than one that is not a number.
        self.best_loss = self.held_out if math.isfinite(self.held_out) else math.inf
        self.best = self._copy()
        self._begin_round()

    @property
    def finished(self) -> bool:
        """Whether all rounds are done."""
        return self.settings.iterations == 0 or self.round >= self.settings.rounds

    @property
    def iterations(self) -> int:
        """Done over all rounds."""
        return self.round * self.settings.iterations + self.iteration

    def advance(self) -> Tensor:
        """Do one chunk of iterations; return the physics loss () before it."""
        count = min(CHUNK, self.settings.iterations - self.iteration)
        for group in self.optimiser.param_groups:
            group["max_iter"], group["max_eval"] = count, 2 * count

        def closure() -> Tensor:
            self.optimiser.zero_grad()
            return learn_mixture(self.problem, self.mixture, self._points).loss

        loss: Tensor = self.optimiser.step(closure)  # type: ignore[no-untyped-call]
        self.iteration += count
        self.held_out = self._measure()
        if self.held_out < self.best_loss:  # false where it is not a number
            self.best_loss, self.best = self.held_out, self._copy()
        if self.iteration >= self.settings.iterations:
            self.round, self.iteration = self.round + 1, 0
            self._begin_round()
        return loss.detach()

    def take_best(self) -> None:
        """Put the best state into the mixture."""
        self.mixture.load_state_dict(self.best)

    def state(self) -> dict[str, Any]:
        """All that a continuation needs; the points are a function of the round."""
        return {
            "round": self.round,
            "iteration": self.iteration,
            "mixture": self.mixture.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "best_loss": self.best_loss if math.isfinite(self.best_loss) else None,
            "best": self.best,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``; the mixture must have been built with the survivors."""
        self.round, self.iteration = state["round"], state["iteration"]
        self.mixture.load_state_dict(state["mixture"])
        self._begin_round()
        self.optimiser.load_state_dict(state["optimiser"])
        self.best_loss = math.inf if state["best_loss"] is None else state["best_loss"]
        self.best = state["best"]

    def _measure(self) -> float:
        """The mixture's physics loss on held-out points."""
        return float(mixture_loss(self.problem, self.mixture, self._held_out_points))

    def _begin_round(self) -> None:
        like = self.mixture.centre
        self._points = self.sampler.draw(FIRST_DRAW + self.round, like.dtype, like.device)
        self.optimiser = lbfgs(self.mixture.parameters(), CHUNK)

    def _copy(self) -> dict[str, Tensor]:
        return {name: value.clone() for name, value in self.mixture.state_dict().items()}
