"""Who is dropped, who is refused, and why: pure rules on numbers.

An expert leaves when its smoothed importance has fallen under ``threshold / alive`` and the
held-out loss without it is not out of reach. One leaves at a time, so that the others can take
over its part before the next is judged; where they have not, it comes back.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from nas.checks import check


@dataclass(frozen=True)
class DropRule:
    """When an expert may be proposed, and how much its going may cost.

    Parameters
    ----------
    threshold
        In [0, 1): proposed below this share of the mean importance 1 / alive; 0: nobody is.
    every
        Steps between two proposals, which are as many for the others to make up for a drop.
    tolerance
        Largest relative rise of the held-out loss at which the expert goes on trial.
    max_rise_after
        Largest rise that may remain ``every`` steps later; beyond, the drop is undone.
    cooldown
        Steps for which a refused expert is not proposed again.
    min_experts
        Experts that always stay: only fine-tuning shows what the second one is worth.

    Examples
    --------
    >>> rule = DropRule(threshold=0.2, every=15)
    >>> [step for step in range(1, 50) if rule.due(step)]
    [15, 30, 45]
    """

    threshold: float
    every: int = 15
    tolerance: float = 10.0
    max_rise_after: float = 1.0
    cooldown: int = 100
    min_experts: int = 2

    def __post_init__(self) -> None:
        check(
            self,
            threshold=(0 <= self.threshold < 1, "in [0, 1)"),
            every=(self.every >= 1, "at least 1"),
            tolerance=(not math.isnan(self.tolerance), "a number"),
            max_rise_after=(not math.isnan(self.max_rise_after), "a number"),
            cooldown=(self.cooldown >= 0, "at least 0"),
            min_experts=(self.min_experts >= 1, "at least 1"),
        )

    def due(self, step: int) -> bool:
        """Whether a proposal is to be made at ``step``."""
        return step % self.every == 0


@dataclass(frozen=True)
class Verdict:
    """What became of a proposal, in words for the record.

    Examples
    --------
    >>> verdict = recovery(DropRule(threshold=0.2), steps=15, before=1.0, now=1.5)
    >>> verdict.dropped  # half as much again is left of the rise: less than the whole
    True
    """

    dropped: bool
    reason: str


def proposal(
    rule: DropRule, step: int, importance: Mapping[int, float], refused: Mapping[int, int]
) -> int | None:
    """The expert to judge at ``step``, or None: the least important below the bar.

    Parameters
    ----------
    importance
        Smoothed importance of each expert alive.
    refused
        The step at which each expert was last refused.

    Examples
    --------
    Of three experts, each would have 1/3, and the bar is at 0.3 times that:

    >>> rule = DropRule(threshold=0.3, cooldown=100)
    >>> importance = {4: 0.85, 7: 0.09, 8: 0.06}
    >>> proposal(rule, 30, importance, refused={})
    8
    >>> proposal(rule, 45, importance, refused={8: 30})
    7
    >>> proposal(rule, 45, {4: 0.95, 7: 0.05}, refused={}) is None  # two always stay
    True
    """
    if len(importance) <= rule.min_experts:
        return None
    bar = rule.threshold / len(importance)
    below = [
        index
        for index, value in importance.items()
        if value < bar and step - refused.get(index, step - rule.cooldown) >= rule.cooldown
    ]
    return min(below, key=lambda index: (importance[index], index), default=None)


def judge(
    rule: DropRule, importance: float, alive: int, loss_with: float, loss_without: float
) -> Verdict:
    """Drop or refuse, from the held-out losses with and without the expert.

    A loss without it that is not a number is a refusal.

    Examples
    --------
    >>> rule = DropRule(threshold=0.3, tolerance=10.0)
    >>> judge(rule, importance=0.06, alive=3, loss_with=0.01, loss_without=0.05)
    Verdict(dropped=True, reason='importance 6.00e-02 under 1.00e-01')
    >>> judge(rule, importance=0.06, alive=3, loss_with=0.01, loss_without=0.21).reason
    'held-out loss would rise by 2000%, more than 1000%'
    """
    bar = rule.threshold / alive
    rise = _rise(loss_with, loss_without)
    if rise <= rule.tolerance:
        return Verdict(True, f"importance {importance:.2e} under {bar:.2e}")
    return Verdict(
        False,
        f"held-out loss would rise by {rise:.0%}, more than {rule.tolerance:.0%}",
    )


def recovery(rule: DropRule, steps: int, before: float, now: float) -> Verdict:
    """Let a drop stand or undo it, from the held-out losses before it and ``steps`` later.

    Examples
    --------
    >>> rule = DropRule(threshold=0.3, max_rise_after=1.0)
    >>> recovery(rule, 15, before=0.01, now=0.02).dropped
    True
    >>> recovery(rule, 15, before=0.01, now=0.03).reason
    'dropped and taken back: 15 steps later the held-out loss was 200.0% higher, more than 100%'
    """
    rise = _rise(before, now)
    if rise <= rule.max_rise_after:
        return Verdict(True, "")
    return Verdict(
        False,
        f"dropped and taken back: {steps} steps later the held-out loss was {rise:.1%} higher, "
        f"more than {rule.max_rise_after:.0%}",
    )


def _rise(before: float, after: float) -> float:
    return (after - before) / before if before > 0 else float("inf")
