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


class Elimination:
    """The fates of all experts of a selection; `look` judges the latest drop and the next.

    Parameters
    ----------
    selection
        Loses experts, and gets them back.
    rule
        When, and at what cost to the held-out loss.
    held_out_loss
        Of the mixture without the expert at a place, or (None) of all that are alive.
    """

    def __init__(
        self,
        selection: Selection,
        rule: DropRule,
        held_out_loss: Callable[[int | None], float],
    ) -> None:
        self.selection, self.rule = selection, rule
        self.fates = {place: Fate() for place in selection.mixture.alive}
        self.on_trial: Drop | None = None
        self.price = FIRST_PRICE  # of sparsity
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

    def let_go(self, place: int, step: int, importance: float, reason: str) -> None:
        """Drop an expert, and write down why."""
        fate = self.fates[place]
        fate.ended, fate.importance, fate.reason = step, importance, reason
        self.selection.drop(place)

    def take_back(self, step: int, reason: str) -> bool:
        """Undo the drop that is on trial; false if none is."""
        drop, self.on_trial = self.on_trial, None
        if drop is None:
            return False
        self.selection.take_up(drop.selection)
        self.fates[drop.place].ended = self.fates[drop.place].importance = None
        self._refuse(drop.place, step, reason)
        return True

    def close(self) -> None:
        """Write down the importance of those still alive."""
        alive = self.selection.mixture.alive
        if len(alive) == 1:
            self.fates[alive[0]].importance = 1.0
        else:
            for place, value in self.selection.importances.items():
                self.fates[place].importance = value

    def state(self) -> dict[str, Any]:
        """All that `restore` needs, beside the selection."""
        return {
            "price": self.price,
            "on_trial": None if self.on_trial is None else vars(self.on_trial),
            "fates": {str(place): asdict(fate) for place, fate in self.fates.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``."""
        self.price = state["price"]
        self.on_trial = None if state["on_trial"] is None else Drop(**state["on_trial"])
        self.fates = {int(place): Fate(**fate) for place, fate in state["fates"].items()}

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
            place: fate.refused_at
            for place, fate in self.fates.items()
            if fate.refused_at is not None
        }
        place = proposal(self.rule, step, importances, refused)
        if place is None:
            self.price = min(DEARER * self.price, MOST_PRICE)
            return
        loss_with, loss_without = self._held_out_loss(None), self._held_out_loss(place)
        importance, alive = importances[place], len(importances)
        verdict = judge(self.rule, importance, alive, loss_with, loss_without)
        if not verdict.dropped:
            self._refuse(place, step, verdict.reason)
            return
        before = copy.deepcopy(self.selection.state())
        self.on_trial = Drop(place, step, loss_with, before)
        self.let_go(place, step, importance, verdict.reason)

    def _refuse(self, place: int, step: int, reason: str) -> None:
        fate = self.fates[place]
        fate.reason, fate.refused_at = reason, step
        fate.refusals += 1
