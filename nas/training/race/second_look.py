"""The second look: the other finalist learns on where the winner has stalled.

Small networks learn fast and stall soon; a larger one, or a team, may have lost to them in the
heats and be better in the end.
"""

from collections.abc import Iterable
from typing import Any

from nas.training.meter import Meter
from nas.training.race.contestant import Contestant


class SecondLook:
    """Who has it, until when, and whether anybody had it: there is one in a race.

    Parameters
    ----------
    after
        Stalls of the winner.

    Examples
    --------
    >>> from nas.training import example
    >>> tuning = example.settings().fine_tuning
    >>> winner, other = (
    ...     Contestant(example.PROBLEM, example.SAMPLER, tuning, name, example.mixture())
    ...     for name in ("winner", "other")
    ... )
    >>> look = SecondLook(after=3)
    >>> look.rival(winner, [winner, other]) is None
    True
    >>> winner.stalls = 3
    >>> look.rival(winner, [winner, other]).name
    'other'
    >>> look.offer(other, 0.1, 1.0, "rest 1", Meter(seconds=60.0))
    >>> look.holder, look.rival(winner, [winner, other])
    ('other', None)
    """

    def __init__(self, after: int) -> None:
        self._after = after
        self.holder: str | None = None  # who has it now
        self.until = 0.0  # the share of the budget at which it ends
        self._had = False  # whether somebody has it, had it, or came too late for it

    def rival(self, winner: Contestant, finalists: Iterable[Contestant]) -> Contestant | None:
        """Who is to have it, if it is time: the best other finalist that has stalled less often."""
        if self._had or winner.stalls < self._after:
            return None
        others = [one for one in finalists if one is not winner and one.can_learn]
        fresh = [one for one in others if one.stalls < self._after]
        return min(fresh, key=lambda one: one.loss, default=None)

    def offer(self, one: Contestant, began: float, until: float, stage: str, meter: Meter) -> None:
        """Give it to ``one`` for as long as the winner had, if there is room for that.

        The winner has had the time since the share ``began`` of the budget; what ``stage`` has of
        it ends at the share ``until``. Less would tell nothing, and cost the winner its end.
        """
        self._had = True
        now = meter.share()
        had = now - began
        if meter.goes_on(f"{stage}, second looks", until - had):
            self.holder, self.until = one.name, now + had

    def end(self) -> None:
        """Whoever has it, has had it."""
        self.holder = None

    def state(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"holder": self.holder, "until": self.until, "had": self._had}

    def restore(self, state: dict[str, Any], scale: float) -> None:
        """Go on from ``state``, whose share of the budget is ``scale`` times as large now."""
        self.holder, self._had = state["holder"], state["had"]
        self.until = scale * state["until"]
