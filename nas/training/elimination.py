"""Who leaves while the mixture chooses: drops go on trial, are refused or undone, and recorded.

`nas.mixture.dropping` has the rules; here they are applied to a selection under way.
"""

import copy
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from nas.mixture.dropping import DropRule, judge, proposal, recovery
from nas.training.selection import Selection

# Weight of the sparsity term in physics losses, and what it grows by where nobody can be dropped.
FIRST_PRICE, DEARER, MOST_PRICE = 0.1, 2.0, 1e4


@dataclass
class ExpertOutcome:
    """What became of an expert; ``ended`` is None while it lives."""

    ended: int | None = None
    reason: str = ""
    importance: float | None = None
    individual_loss: float | None = None
    leave_one_out: float | None = None
    refusals: int = 0
    refused_at: int | None = None


@dataclass(frozen=True)
class Drop:
    """The latest drop, and the `Selection` before it, to come back to."""

    index: int
    step: int
    held_out_loss: float
    selection: dict[str, Any]


class Elimination:
    """The outcomes of all experts of a selection; `look` judges the latest drop and the next.

    Parameters
    ----------
    selection
        Loses experts, and gets them back.
    rule
        When, and at what cost to the held-out loss.
    held_out_loss
        Of the mixture without the expert at a index, or (None) of all that are alive.
    """

    def __init__(
        self,
        selection: Selection,
        rule: DropRule,
        held_out_loss: Callable[[int | None], float],
    ) -> None:
        self.selection, self.rule = selection, rule
        self.outcomes = {index: ExpertOutcome() for index in selection.mixture.alive}
        self.on_trial: Drop | None = None
        self.penalty_weight = FIRST_PRICE  # of sparsity
        self._held_out_loss = held_out_loss

    @property
    def open(self) -> bool:
        """Whether anybody may leave."""
        return len(self.selection.mixture.alive) > self.rule.fewest

    def look(self, step: int, ends: int) -> None:
        """Undo the latest drop or let it stand, and propose another, if that is due at ``step``.

        The last before the end at step ``ends`` would be none whose recovery could be seen.
        """
        if not self.rule.due(step):
            return
        self._consider_recovery(step)
        if self.rule.threshold and step + self.rule.every <= ends:
            self._consider_drop(step)

    def let_go(self, index: int, step: int, importance: float, reason: str) -> None:
        """Drop an expert, and write down why."""
        outcome = self.outcomes[index]
        outcome.ended, outcome.importance, outcome.reason = step, importance, reason
        self.selection.drop(index)

    def take_back(self, step: int, reason: str) -> bool:
        """Undo the drop that is on trial; false if none is."""
        drop, self.on_trial = self.on_trial, None
        if drop is None:
            return False
        self.selection.restore(drop.selection)
        self.outcomes[drop.index].ended = self.outcomes[drop.index].importance = None
        self._refuse(drop.index, step, reason)
        return True

    def close(self) -> None:
        """Write down the importance of those still alive."""
        alive = self.selection.mixture.alive
        if len(alive) == 1:
            self.outcomes[alive[0]].importance = 1.0
        else:
            for index, value in self.selection.importances.items():
                self.outcomes[index].importance = value

    def state(self) -> dict[str, Any]:
        """All that `restore` needs, beside the selection."""
        return {
            "penalty_weight": self.penalty_weight,
            "on_trial": None if self.on_trial is None else vars(self.on_trial),
            "outcomes": {str(index): asdict(outcome) for index, outcome in self.outcomes.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``."""
        self.penalty_weight = state["penalty_weight"]
        self.on_trial = None if state["on_trial"] is None else Drop(**state["on_trial"])
        self.outcomes = {
            int(index): ExpertOutcome(**outcome) for index, outcome in state["outcomes"].items()
        }

    def _consider_recovery(self, step: int) -> None:
        drop = self.on_trial
        if drop is None:
            return
        now = self._held_out_loss(None)
        verdict = recovery(self.rule, step - drop.step, drop.held_out_loss, now)
        if verdict.dropped:
            self.on_trial = None
        else:
            self.take_back(step, verdict.reason)

    def _consider_drop(self, step: int) -> None:
        importances = self.selection.importances
        refused = {
            index: outcome.refused_at
            for index, outcome in self.outcomes.items()
            if outcome.refused_at is not None
        }
        index = proposal(self.rule, step, importances, refused)
        if index is None:
            self.penalty_weight = min(DEARER * self.penalty_weight, MOST_PRICE)
            return
        loss_with, loss_without = self._held_out_loss(None), self._held_out_loss(index)
        importance, alive = importances[index], len(importances)
        verdict = judge(self.rule, importance, alive, loss_with, loss_without)
        if not verdict.dropped:
            self._refuse(index, step, verdict.reason)
            return
        before = copy.deepcopy(self.selection.state())
        self.on_trial = Drop(index, step, loss_with, before)
        self.let_go(index, step, importance, verdict.reason)

    def _refuse(self, index: int, step: int, reason: str) -> None:
        outcome = self.outcomes[index]
        outcome.reason, outcome.refused_at = reason, step
        outcome.refusals += 1
