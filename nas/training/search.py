"""The search: the pool learns, then the gate, then the mixture chooses.

Axis legend: E experts alive.

Three phases, because what happens before the sparsity term acts decides between a choice and
noise: at uniform weights the term is stationary, and whatever breaks the tie wins.

1. *warm-up*: each expert learns the problem alone (see `warm_up`); the gate is untouched.
2. *gate*: the gate starts from the experts' own held-out losses and sizes, and learns alone.
3. *selection*: all learn the mixture's residual together, and the sparsity term grows for as long
   as nobody can be dropped; experts leave one at a time, and one that is missed comes back.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nas.mixture.dropping import DropRule
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.elimination import Elimination, ExpertOutcome
from nas.training.loss import individual_losses, mixture_loss
from nas.training.optimisers import cosine
from nas.training.points import Points, Sampler
from nas.training.selection import Selection
from nas.training.warm_up import WarmUpSettings, begin

WARM_UP, GATE, SELECTION = "warm-up", "gate", "selection"

GATE_SHARE = 0.15  # of Adam's steps
REDRAW = 10  # steps for which the same points serve


@dataclass(frozen=True)
class SearchSettings:
    """How long and how hard to search.

    Parameters
    ----------
    warm_up
        How the experts learn before.
    steps
        Of Adam, for gate and selection.
    learning_rate
        At the start of each phase.
    p
        Exponent of the sparsity term.
    threshold
        An expert may leave under ``threshold / alive``.
    """

    warm_up: WarmUpSettings
    steps: int
    learning_rate: float
    p: float
    threshold: float

    @property
    def warm_up_ends(self) -> int:
        """First step of the gate phase."""
        return self.warm_up.iterations

    @property
    def gate_ends(self) -> int:
        """First step of the selection."""
        return self.warm_up_ends + int(GATE_SHARE * self.steps)

    @property
    def ends(self) -> int:
        """Steps of all phases."""
        return self.warm_up_ends + self.steps


class Search:
    """A mixture on its way from the pool to the survivors; `advance` does one step.

    Parameters
    ----------
    problem
        What its physics loss is of.
    mixture
        The whole pool, untrained; it is trained and pruned, in its own dtype and on its own
        device.
    sampler
        Where training and held-out points come from.
    settings
        How long and how hard.
    """

    def __init__(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, settings: SearchSettings
    ) -> None:
        self.problem, self.sampler, self.settings = problem, sampler, settings
        self.warm_up = begin(problem, mixture, sampler, settings.warm_up)
        self.selection = Selection(problem, mixture, settings.p)
        rule = DropRule(settings.threshold)
        self.elimination = Elimination(self.selection, rule, self._held_out_loss)
        self.step = 0
        self.evaluations = 0  # points, times the experts that learnt from them
        like = mixture.centre
        self._held_out = sampler.held_out(like.dtype, like.device)
        self._points: tuple[int, Points] | None = None

    @property
    def mixture(self) -> Mixture:
        """As it is now."""
        return self.selection.mixture

    @property
    def outcomes(self) -> dict[int, ExpertOutcome]:
        """What became of each expert, by its index in the pool."""
        return self.elimination.outcomes

    @property
    def finished(self) -> bool:
        """Whether all steps are done, or there is nothing to choose from."""
        decided = len(self.mixture.alive) == 1 and self.elimination.on_trial is None
        return (decided and self.phase != WARM_UP) or self.step >= self.settings.ends

    @property
    def phase(self) -> str:
        """The phase of the coming step."""
        if self.step < self.settings.warm_up_ends:
            return WARM_UP
        return GATE if self.step < self.settings.gate_ends else SELECTION

    @property
    def learning_rate(self) -> float:
        """The gate's rate in the coming step of Adam: a cosine in the selection."""
        start, end = self.settings.gate_ends, self.settings.ends
        return self.settings.learning_rate * cosine((self.step - start) / max(end - start, 1))

    def advance(self) -> Tensor:
        """Do one step; return the physics loss () it saw (in the warm-up, the best expert's)."""
        return self._learn_alone() if self.phase == WARM_UP else self._learn_together()

    def held_out_loss(self) -> float | None:
        """The mixture's physics loss on held-out points; None while the gate is untouched."""
        return None if self.phase == WARM_UP else self._held_out_loss()

    def individual_held_out_losses(self) -> Tensor:
        """Each expert's individual loss (E,) on held-out points."""
        return individual_losses(self.problem, self.mixture, self._held_out)

    def state(self) -> dict[str, Any]:
        """All that a continuation needs; rates and Adam's points are functions of the step."""
        return {
            "step": self.step,
            "evaluations": self.evaluations,
            "selection": self.selection.state(),
            "elimination": self.elimination.state(),
            "warm_up": self.warm_up.state() if self.phase == WARM_UP else None,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``."""
        self.step, self.evaluations = state["step"], state["evaluations"]
        self.selection.restore(state["selection"])
        self.elimination.restore(state["elimination"])
        if state["warm_up"] is not None:
            self.warm_up.restore(state["warm_up"])

    def keep(self, indices: Sequence[int]) -> None:
        """After the warm-up: let all experts go but those at ``indices``.

        Raises
        ------
        ValueError
            If none of these is alive.
        """
        if not set(indices) & set(self.mixture.alive):
            raise ValueError(
                f"expected one of the experts at {list(indices)} to be alive after the warm-up, "
                f"got {self.mixture.alive}"
            )
        share = len(indices) / len(self.mixture.pool)
        for index in set(self.mixture.alive) - set(indices):
            self.selection.drop(index)
        self.elimination.outcomes = {index: self.outcomes[index] for index in indices}
        self.evaluations = round(share * self.evaluations)
        self._prefer()

    def _learn_alone(self) -> Tensor:
        settings = self.settings.warm_up
        losses = self.warm_up.advance(self.step)
        self.evaluations += (settings.interior + settings.boundary) * len(losses)
        self.step += 1
        if self.phase != WARM_UP:
            self._introduce()
        # One expert that diverges is no reason to end the others: it leaves after the warm-up.
        return losses.nan_to_num(nan=torch.inf, posinf=torch.inf).min()

    def _learn_together(self) -> Tensor:
        choosing, points = self.phase == SELECTION, self._current_points()
        # Where nobody can leave any more, a penalty_weight would but favour one of those that stay.
        penalty_weight = (
            self.elimination.penalty_weight if choosing and self.elimination.open else 0.0
        )
        physics = self.selection.advance(points, self.learning_rate, penalty_weight, choosing)
        self.evaluations += (len(points.interior) + len(points.boundary)) * len(self.mixture.alive)
        self.step += 1
        if choosing:
            self.elimination.look(self.step, self.settings.ends)
        elif self.step == self.settings.gate_ends:
            self._leave_one_out()
        return physics

    def _introduce(self) -> None:
        """Let go of experts that diverged, and tell the gate about the others."""
        own = self.individual_held_out_losses()
        for index, value in zip(self.mixture.alive, own.tolist(), strict=True):
            self.outcomes[index].individual_loss = value
            if not math.isfinite(value) and len(self.mixture.alive) > 1:
                reason = f"individual loss {value} after the warm-up"
                self.elimination.let_go(index, self.step, 0.0, reason)
        self._prefer()

    def _prefer(self) -> None:
        """Tell the gate how well each expert has learnt alone, and how cheaply.

        λᵢ ∝ 1 / (own lossᵢ · parametersᵢ): of two that have learnt as much, the smaller one gains
        more in the fine-tuning, whose steps can hardly be longer for the larger one.
        """
        mixture = self.mixture
        own = torch.tensor([self.outcomes[index].individual_loss for index in mixture.alive])
        sizes = torch.tensor([mixture.expert_parameters(index) for index in mixture.alive])
        mixture.gate.prefer(-torch.log(own.clamp_min(1e-30) * sizes))

    def _current_points(self) -> Points:
        number = self.step // REDRAW
        if self._points is None or self._points[0] != number:
            like = self.mixture.centre
            self._points = number, self.sampler.draw(number, like.dtype, like.device)
        return self._points[1]

    def _leave_one_out(self) -> None:
        """Write down what the mixture of all, before any left, would be without each expert."""
        if len(self.mixture.alive) == 1:
            return
        whole = self._held_out_loss()
        for index in self.mixture.alive:
            self.outcomes[index].leave_one_out = (
                self._held_out_loss(index) / whole if whole else None
            )

    def _held_out_loss(self, without: int | None = None) -> float:
        return float(mixture_loss(self.problem, self.mixture, self._held_out, without))
