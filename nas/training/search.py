"""The search: the pool learns, then the gate, then the mixture chooses.

Axis legend: E experts alive.

Three phases, because what happens before the sparsity term acts decides between a choice and
noise: at uniform weights the term is stationary, and whatever breaks the tie wins.

1. *warm-up*: each expert learns the problem alone (see `warm_up`); the gate is untouched.
2. *gate*: the gate starts from the experts' own held-out losses and sizes, and learns alone.
3. *selection*: all learn the mixture's residual together, and the sparsity term grows for as long
   as nobody can be dropped; experts leave one at a time, and one that is missed comes back.
"""

import copy
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from nas.mixture.dropping import DropRule, judge, proposal, recovery
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.loss import mixture_loss, own_losses
from nas.training.optimisers import cosine
from nas.training.points import Points, Sampler
from nas.training.selection import Selection
from nas.training.warm_up import WarmUpSettings, begin

WARM_UP, GATE, SELECTION = "warm-up", "gate", "selection"

GATE_SHARE = 0.15  # of Adam's steps

# Weight of the sparsity term in physics losses, and what it grows by where nobody can be dropped.
FIRST_PRICE, DEARER, MOST_PRICE = 0.1, 2.0, 1e4
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


@dataclass
class Fate:
    """What became of an expert; ``ended`` is None while it lives."""

    ended: int | None = None
    reason: str = ""
    importance: float | None = None
    own_loss: float | None = None
    leave_one_out: float | None = None
    refusals: int = 0
    refused_at: int | None = None


@dataclass(frozen=True)
class Drop:
    """The latest drop, and the `Selection` before it, to come back to."""

    place: int
    step: int
    held_out_loss: float
    selection: dict[str, Any]


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
        self.rule = DropRule(settings.threshold)
        self.price = FIRST_PRICE
        self.warm_up = begin(problem, mixture, sampler, settings.warm_up)
        self.selection = Selection(problem, mixture, settings.p)
        self.fates = {place: Fate() for place in mixture.alive}
        self.on_trial: Drop | None = None
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
    def finished(self) -> bool:
        """Whether all steps are done, or there is nothing to choose from."""
        decided = len(self.mixture.alive) == 1 and self.on_trial is None
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

    def own_held_out_losses(self) -> Tensor:
        """Each expert's own loss (E,) on held-out points."""
        return own_losses(self.problem, self.mixture, self._held_out)

    def close(self) -> None:
        """Write down the importance of those still alive."""
        if len(self.mixture.alive) == 1:
            self.fates[self.mixture.alive[0]].importance = 1.0
        else:
            for place, value in self.selection.importances.items():
                self.fates[place].importance = value

    def state(self) -> dict[str, Any]:
        """All that a continuation needs; rates and Adam's points are functions of the step."""
        return {
            "step": self.step,
            "evaluations": self.evaluations,
            "price": self.price,
            "selection": self.selection.state(),
            "warm_up": self.warm_up.state() if self.phase == WARM_UP else None,
            "on_trial": None if self.on_trial is None else vars(self.on_trial),
            "fates": {str(place): asdict(fate) for place, fate in self.fates.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``."""
        self.step, self.evaluations = state["step"], state["evaluations"]
        self.price = state["price"]
        self.selection.take_up(state["selection"])
        if state["warm_up"] is not None:
            self.warm_up.restore(state["warm_up"])
        self.on_trial = None if state["on_trial"] is None else Drop(**state["on_trial"])
        self.fates = {int(place): Fate(**fate) for place, fate in state["fates"].items()}

    def take_back(self, reason: str) -> bool:
        """Undo the drop that is on trial; false if none is."""
        drop, self.on_trial = self.on_trial, None
        if drop is None:
            return False
        self.selection.take_up(drop.selection)
        self.fates[drop.place].ended = self.fates[drop.place].importance = None
        self._refuse(drop.place, reason)
        return True

    def keep(self, places: Sequence[int]) -> None:
        """After the warm-up: let all experts go but those at ``places``.

        Raises
        ------
        ValueError
            If none of these is alive.
        """
        if not set(places) & set(self.mixture.alive):
            raise ValueError(
                f"expected one of the experts at {list(places)} to be alive after the warm-up, "
                f"got {self.mixture.alive}"
            )
        share = len(places) / len(self.mixture.pool)
        for place in set(self.mixture.alive) - set(places):
            self.selection.drop(place)
        self.fates = {place: self.fates[place] for place in places}
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
        # Where nobody can leave any more, a price would but favour one of those that stay.
        competing = choosing and len(self.mixture.alive) > self.rule.fewest
        price = self.price if competing else 0.0
        physics = self.selection.advance(points, self.learning_rate, price, choosing)
        self.evaluations += (len(points.interior) + len(points.boundary)) * len(self.mixture.alive)
        self.step += 1
        if choosing and self.rule.due(self.step):
            self._consider_recovery()
            self._consider_drop()
        elif self.step == self.settings.gate_ends:
            self._leave_one_out()
        return physics

    def _introduce(self) -> None:
        """Let go of experts that diverged, and tell the gate about the others."""
        own = self.own_held_out_losses()
        for place, value in zip(self.mixture.alive, own.tolist(), strict=True):
            self.fates[place].own_loss = value
            if not math.isfinite(value) and len(self.mixture.alive) > 1:
                fate = self.fates[place]
                fate.ended, fate.importance = self.step, 0.0
                fate.reason = f"own loss {value} after the warm-up"
                self.selection.drop(place)
        self._prefer()

    def _prefer(self) -> None:
        """Tell the gate how well each expert has learnt alone, and how cheaply.

        λᵢ ∝ 1 / (own lossᵢ · parametersᵢ): of two that have learnt as much, the smaller one gains
        more in the fine-tuning, whose steps can hardly be longer for the larger one.
        """
        mixture = self.mixture
        own = torch.tensor([self.fates[place].own_loss for place in mixture.alive])
        sizes = torch.tensor([mixture.expert_parameters(place) for place in mixture.alive])
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
        for place in self.mixture.alive:
            self.fates[place].leave_one_out = self._held_out_loss(place) / whole if whole else None

    def _consider_drop(self) -> None:
        if not self.rule.threshold or self.step + self.rule.every > self.settings.ends:
            return  # it could not be seen whether the others make up for it
        importances = self.selection.importances
        refused = {
            place: fate.refused_at
            for place, fate in self.fates.items()
            if fate.refused_at is not None
        }
        place = proposal(self.rule, self.step, importances, refused)
        if place is None:
            self.price = min(DEARER * self.price, MOST_PRICE)
            return
        loss_with, loss_without = self._held_out_loss(), self._held_out_loss(place)
        verdict = judge(self.rule, importances[place], len(importances), loss_with, loss_without)
        if not verdict.dropped:
            self._refuse(place, verdict.reason)
            return
        before = copy.deepcopy(self.selection.state())
        self.on_trial = Drop(place, self.step, loss_with, before)
        fate = self.fates[place]
        fate.ended, fate.importance, fate.reason = self.step, importances[place], verdict.reason
        self.selection.drop(place)

    def _consider_recovery(self) -> None:
        """Take the latest drop back if the others have not made up for it."""
        if self.on_trial is None:
            return
        drop = self.on_trial
        steps = self.step - drop.step
        verdict = recovery(self.rule, steps, drop.held_out_loss, self._held_out_loss())
        if verdict.dropped:
            self.on_trial = None
        else:
            self.take_back(verdict.reason)

    def _refuse(self, place: int, reason: str) -> None:
        fate = self.fates[place]
        fate.reason, fate.refused_at = reason, self.step
        fate.refusals += 1

    def _held_out_loss(self, without: int | None = None) -> float:
        return float(mixture_loss(self.problem, self.mixture, self._held_out, without))
