"""Who is dropped while the mixture chooses: drops go on trial, are refused or undone, and recorded.

`nas.mixture.dropping` has the rules; here they are applied to a selection under way.
"""

import copy
from dataclasses import asdict, dataclass
from typing import Any

from nas.checks import check
from nas.mixture.dropping import DropRule, judge, proposal, recovery
from nas.training.physics_loss import HeldOutLoss
from nas.training.selection.competition import Competition
from nas.training.selection.frozen import FrozenCompetition


@dataclass(frozen=True)
class PenaltySchedule:
    """The weight of the sparsity term, in physics losses.

    Parameters
    ----------
    first
        Where it begins: too little to rule who is preferred.
    growth
        Its factor at each proposal at which nobody can be dropped, so that it needs no tuning.
    most
        Beyond it the gate sees nothing but the term.

    Examples
    --------
    >>> PenaltySchedule(first=0.1, growth=2.0, most=1.0).growth
    2.0
    """

    first: float = 0.1
    growth: float = 2.0
    most: float = 1e4

    def __post_init__(self) -> None:
        check(
            self,
            first=(0 <= self.first <= self.most, "in [0, most]"),
            growth=(self.growth >= 1, "at least 1"),
        )


@dataclass
class ExpertOutcome:
    """What became of an expert; ``ended`` is None while it lives.

    Examples
    --------
    >>> outcome = ExpertOutcome(ended=120, reason="importance 6.0e-02 under 1.0e-01")
    >>> outcome.ended is None, outcome.refusals
    (False, 0)
    """

    ended: int | None = None
    reason: str = ""
    importance: float | None = None
    individual_loss: float | None = None
    leave_one_out: float | None = None
    refusals: int = 0
    refused_at: int | None = None


@dataclass(frozen=True)
class Drop:
    """The latest drop, and the `Competition` before it, to come back to.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.mixture.dropping import DropRule
    >>> competition = Competition(example.PROBLEM, example.mixture(), p=0.5)
    >>> pruning = Pruning(competition, DropRule(0.9), lambda mixture, without=None: 1.0)
    >>> pruning.on_trial = Drop(2, 15, 1.0, competition.state())
    >>> pruning.drop(2, 15, 0.2, "on trial")
    >>> pruning.take_back(30, "missed"), sorted(competition.mixture.alive)
    (True, [0, 1, 2])
    """

    index: int
    step: int
    held_out_loss: float
    competition: dict[str, Any]


class Pruning:
    """The outcomes of all experts; `evaluate` judges the latest drop and proposes the next.

    Parameters
    ----------
    competition
        Loses experts, and gets them back.
    rule
        When, and at what cost to the held-out loss.
    held_out_loss
        Of mixtures.
    schedule
        Of the penalty weight.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.mixture.dropping import DropRule
    >>> competition = Competition(example.PROBLEM, example.mixture(), p=0.5)
    >>> pruning = Pruning(competition, DropRule(0.9), lambda mixture, without=None: 1.0)
    >>> pruning.drop(2, step=15, importance=0.2, reason="importance 0.2 under 0.3")
    >>> pruning.outcomes[2].ended, pruning.open, competition.mixture.alive
    (15, False, [0, 1])
    """

    def __init__(
        self,
        competition: Competition | FrozenCompetition,
        rule: DropRule,
        held_out_loss: HeldOutLoss,
        schedule: PenaltySchedule = PenaltySchedule(),
    ) -> None:
        self.competition, self.rule, self.schedule = competition, rule, schedule
        self.outcomes = {index: ExpertOutcome() for index in competition.mixture.alive}
        self.on_trial: Drop | None = None
        self.penalty_weight = schedule.first
        self._measure = held_out_loss

    @property
    def open(self) -> bool:
        """Whether anybody may leave."""
        return len(self.competition.mixture.alive) > self.rule.min_experts

    def evaluate(self, step: int, ends: int) -> None:
        """Undo the latest drop or let it stand, and propose another, if that is due at ``step``.

        No drop is proposed at the last check before ``ends``: its recovery could not be observed.
        """
        if not self.rule.due(step):
            return
        self._consider_recovery(step)
        if self.rule.threshold and step + self.rule.every <= ends:
            self._consider_drop(step)

    def drop(self, index: int, step: int, importance: float, reason: str) -> None:
        """Drop an expert, and write down why."""
        outcome = self.outcomes[index]
        outcome.ended, outcome.importance, outcome.reason = step, importance, reason
        self.competition.drop(index)

    def take_back(self, step: int, reason: str) -> bool:
        """Undo the drop that is on trial; false if none is."""
        drop, self.on_trial = self.on_trial, None
        if drop is None:
            return False
        self.competition.restore(drop.competition)
        self.outcomes[drop.index].ended = self.outcomes[drop.index].importance = None
        self._refuse(drop.index, step, reason)
        return True

    def close(self) -> None:
        """Write down the importance of those still alive; a drop on trial stands."""
        self.on_trial = None
        alive = self.competition.mixture.alive
        if len(alive) == 1:
            self.outcomes[alive[0]].importance = 1.0
        else:
            for index, value in self.competition.importances.items():
                self.outcomes[index].importance = value

    def state(self) -> dict[str, Any]:
        """All that `restore` needs, beside the competition."""
        return {
            "penalty_weight": self.penalty_weight,
            "on_trial": None if self.on_trial is None else vars(self.on_trial),
            "outcomes": {str(index): asdict(outcome) for index, outcome in self.outcomes.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.penalty_weight = state["penalty_weight"]
        self.on_trial = None if state["on_trial"] is None else Drop(**state["on_trial"])
        self.outcomes = {
            int(index): ExpertOutcome(**outcome) for index, outcome in state["outcomes"].items()
        }

    def _consider_recovery(self, step: int) -> None:
        drop = self.on_trial
        if drop is None:
            return
        now = self._measure(self.competition.mixture)
        verdict = recovery(self.rule, step - drop.step, drop.held_out_loss, now)
        if verdict.dropped:
            self.on_trial = None
        else:
            self.take_back(step, verdict.reason)

    def _consider_drop(self, step: int) -> None:
        importances = self.competition.importances
        refused = {
            index: outcome.refused_at
            for index, outcome in self.outcomes.items()
            if outcome.refused_at is not None
        }
        index = proposal(self.rule, step, importances, refused)
        if index is None:
            self.penalty_weight = min(
                self.schedule.growth * self.penalty_weight, self.schedule.most
            )
            return
        mixture = self.competition.mixture
        loss_with, loss_without = self._measure(mixture), self._measure(mixture, index)
        importance, alive = importances[index], len(importances)
        verdict = judge(self.rule, importance, alive, loss_with, loss_without)
        if not verdict.dropped:
            self._refuse(index, step, verdict.reason)
            return
        before = copy.deepcopy(self.competition.state())
        self.on_trial = Drop(index, step, loss_with, before)
        self.drop(index, step, importance, verdict.reason)

    def _refuse(self, index: int, step: int, reason: str) -> None:
        outcome = self.outcomes[index]
        outcome.reason, outcome.refused_at = reason, step
        outcome.refusals += 1
