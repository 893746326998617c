"""How the pool learns: the rounds, and in what way an iteration is done."""

from dataclasses import dataclass

from nas.checks import check
from nas.problems.terms import PointCounts
from nas.training import warm_up


@dataclass(frozen=True)
class Round:
    """One round of the pool's learning.

    Parameters
    ----------
    keep
        How many candidates take part, at most: the leaders of the round before.
    counts
        Points of an iteration: few at first, since a step solves for all of them at once.
    until
        The share of the budget at which the round ends, of a short one (see
        `nas.training.meter.exploring`).

    Examples
    --------
    >>> Round(keep=8, counts=PointCounts(800, 240), until=0.27).keep
    8
    """

    keep: int
    counts: PointCounts
    until: float

    def __post_init__(self) -> None:
        check(
            self,
            keep=(self.keep >= 1, "at least 1"),
            until=(0 < self.until <= 1, "in (0, 1]"),
        )


BY_GAUSS_NEWTON = warm_up.method("gauss_newton")


@dataclass(frozen=True)
class PoolSettings:
    """The rounds, and the method of an iteration.

    Parameters
    ----------
    rounds
        In their order.
    outputs_until
        The share of the budget at which those are done that learn their output layer alone; they
        come first.
    method
        Of the others.

    Examples
    --------
    >>> [one.until for one in PoolSettings().rounds]
    [0.12, 0.17, 0.21, 0.25]
    """

    rounds: tuple[Round, ...] = (
        Round(keep=64, counts=PointCounts(150, 50), until=0.12),
        Round(keep=16, counts=PointCounts(250, 80), until=0.17),
        Round(keep=8, counts=PointCounts(500, 150), until=0.21),
        Round(keep=4, counts=PointCounts(800, 240), until=0.25),
    )
    outputs_until: float = 0.06
    method: warm_up.Method = BY_GAUSS_NEWTON
