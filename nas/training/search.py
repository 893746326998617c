"""The search: the pool learns, then the gate, then the mixture chooses.

Axis legend: E experts alive.

Three phases, because what happens before the sparsity term acts decides between a choice and
noise: at uniform weights the term is stationary, and whatever breaks the tie wins.

1. *warm-up*: each expert learns the problem alone (see `warm_up`); the gate is untouched.
2. *gate*: the gate starts from the experts' own held-out losses and learns alone.
3. *selection*: all learn the mixture's residual together, and the sparsity term grows to the
   size of the physics loss; experts leave one at a time.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from nas.mixture.dropping import DropRule, judge, proposal
from nas.mixture.gate import sparsity
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.loss import (
    learn_importance,
    learn_mixture,
    mixture_loss,
    own_losses,
)
from nas.training.optimisers import adam, cosine, follow, set_learning_rates
from nas.training.points import Points, Sampler
from nas.training.warm_up import WarmUpSettings, begin

WARM_UP, GATE, SELECTION = "warm-up", "gate", "selection"

GATE_SHARE = 0.15  # of Adam's steps
REDRAW = 10  # steps for which the same points serve
EXPERTS_RATE = 0.15  # of the gate's learning rate: they have learnt already, it has not
SMOOTHING = 0.98  # of the importance, an exponential moving average


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
    refusals: int = 0
    refused_at: int | None = None


class Search:
    """A mixture on its way from the pool to the survivors; `advance` does one step.

    Parameters
    ----------
    problem
        What its physics loss is of.
    mixture
        The whole pool, untrained; it is trained and pruned in place, in its own dtype and on
        its own device.
    sampler
        Where training and held-out points come from.
    settings
        How long and how hard.
    """

    def __init__(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, settings: SearchSettings
    ) -> None:
        self.problem, self.mixture, self.sampler = problem, mixture, sampler
        self.settings = settings
        self.rule = DropRule(settings.threshold)
        self.warm_up = begin(problem, mixture, sampler, settings.warm_up)
        self.optimiser = adam(
            settings.learning_rate, mixture.gate.parameters(), mixture.stacks.parameters()
        )
        self.fates = {place: Fate() for place in mixture.alive}
        self.step = 0
        self.importance: Tensor | None = None  # (E,), smoothed
        self.sparsity: Tensor | None = None
        like = mixture.centre
        self._held_out = sampler.held_out(like.dtype, like.device)
        self._points: tuple[int, Points] | None = None

    @property
    def finished(self) -> bool:
        """Whether all steps are done, or there is nothing to choose from."""
        chosen = self.step >= self.settings.warm_up_ends and len(self.mixture.alive) == 1
        return chosen or self.step >= self.settings.ends

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
        if self.phase == WARM_UP:
            losses = self.warm_up.advance(self.step)
            self.step += 1
            if self.phase != WARM_UP:
                self._introduce()
            # One expert that diverges is no reason to end the others: it leaves after the warm-up.
            return losses.nan_to_num(nan=torch.inf, posinf=torch.inf).min()
        choosing = self.phase == SELECTION
        rate = self.learning_rate
        set_learning_rates(self.optimiser, [rate, EXPERTS_RATE * rate])
        self.optimiser.zero_grad()
        physics = self._mixture_step(self._current_points(), experts_learn=choosing)
        self.optimiser.step()
        self.step += 1
        if choosing:
            self._consider_drop()
        return physics

    def held_out_loss(self) -> float | None:
        """The mixture's physics loss on held-out points; None while the gate is untouched."""
        if self.phase == WARM_UP:
            return None
        return float(mixture_loss(self.problem, self.mixture, self._held_out))

    def own_held_out_losses(self) -> Tensor:
        """Each expert's own loss (E,) on held-out points."""
        return own_losses(self.problem, self.mixture, self._held_out)

    def close(self) -> None:
        """Write down the importance of those still alive."""
        if len(self.mixture.alive) == 1:
            self.fates[self.mixture.alive[0]].importance = 1.0
        elif self.importance is not None:
            for place, value in self._importances().items():
                self.fates[place].importance = value

    def state(self) -> dict[str, Any]:
        """All that a continuation needs; rates and Adam's points are functions of the step."""
        return {
            "step": self.step,
            "alive": self.mixture.alive,
            "mixture": self.mixture.state_dict(),
            "warm_up": self.warm_up.state() if self.phase == WARM_UP else None,
            "optimiser": self.optimiser.state_dict(),
            "importance": self.importance,
            "fates": {str(place): asdict(fate) for place, fate in self.fates.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``; the mixture must have been built with its ``alive``."""
        self.step = state["step"]
        self.mixture.load_state_dict(state["mixture"])
        if state["warm_up"] is not None:
            self.warm_up.restore(state["warm_up"])
        self.optimiser.load_state_dict(state["optimiser"])
        if state["importance"] is not None:
            self.importance = state["importance"].to(self.mixture.centre.device)
        self.fates = {int(place): Fate(**fate) for place, fate in state["fates"].items()}

    def _introduce(self) -> None:
        """Tell the gate how well each expert has learnt alone: λᵢ ∝ 1 / own lossᵢ."""
        own = self.own_held_out_losses()
        for place, value in zip(self.mixture.alive, own.tolist(), strict=True):
            self.fates[place].own_loss = value
            if not math.isfinite(value) and len(self.mixture.alive) > 1:
                fate = self.fates[place]
                fate.ended, fate.importance = self.step, 0.0
                fate.reason = f"own loss {value} after the warm-up"
                follow(self.optimiser, self.mixture.drop(place))
        kept = torch.tensor([self.fates[place].own_loss for place in self.mixture.alive])
        self.mixture.gate.prefer(-torch.log(kept.clamp_min(1e-30)))

    def _current_points(self) -> Points:
        number = self.step // REDRAW
        if self._points is None or self._points[0] != number:
            like = self.mixture.centre
            self._points = number, self.sampler.draw(number, like.dtype, like.device)
        return self._points[1]

    def _mixture_step(self, points: Points, experts_learn: bool) -> Tensor:
        """Gradients of physics loss and sparsity; returns the former."""
        seen = learn_mixture(self.problem, self.mixture, points, experts_learn)
        self._smooth(seen.importance)
        importance = seen.importance.clone().requires_grad_()
        price = sparsity(importance, self.settings.p)
        self.sparsity = price.detach()
        ramp = self._ramp()
        if ramp > 0:
            (slope,) = torch.autograd.grad(price, importance)
            learn_importance(self.mixture, points, ramp * seen.loss * slope)
        return seen.loss

    def _ramp(self) -> float:
        """Weight of the sparsity term in physics losses: 0 until the selection, then up to 1."""
        start, end = self.settings.gate_ends, self.settings.ends
        return min(max((self.step - start) / (0.5 * (end - start)), 0.0), 1.0)

    def _smooth(self, importance: Tensor) -> None:
        if self.importance is None:
            self.importance = importance.clone()
        self.importance = SMOOTHING * self.importance + (1 - SMOOTHING) * importance

    def _importances(self) -> dict[int, float]:
        assert self.importance is not None
        return dict(zip(self.mixture.alive, self.importance.tolist(), strict=True))

    def _consider_drop(self) -> None:
        if not self.rule.due(self.step):
            return
        importances = self._importances()
        refused = {
            place: fate.refused_at
            for place, fate in self.fates.items()
            if fate.refused_at is not None
        }
        place = proposal(self.rule, self.step, importances, refused)
        if place is None:
            return
        fate, alive = self.fates[place], len(importances)
        loss_with = float(mixture_loss(self.problem, self.mixture, self._held_out))
        loss_without = float(mixture_loss(self.problem, self.mixture, self._held_out, place))
        verdict = judge(self.rule, importances[place], alive, loss_with, loss_without)
        fate.reason = verdict.reason
        if verdict.dropped:
            fate.ended, fate.importance = self.step, importances[place]
            self._drop(place)
        else:
            fate.refusals += 1
            fate.refused_at = self.step

    def _drop(self, place: int) -> None:
        kept = [row for row, other in enumerate(self.mixture.alive) if other != place]
        follow(self.optimiser, self.mixture.drop(place))
        assert self.importance is not None
        self.importance = self.importance[kept] / self.importance[kept].sum()
