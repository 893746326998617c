"""How the pool learns: the rounds, and in what way an iteration is done."""

from dataclasses import dataclass

from nas.checks import check
from nas.problems.problem import Problem
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
        Points of an iteration, for one field; of several there are fewer, since each point has an
        equation for each. Few make many iterations, but a step for few does little elsewhere.
    until
        The share of the budget at which the round ends, of a short one (see
        `nas.training.meter.exploring`), and of what random waves have left of it.

    Examples
    --------
    >>> Round(keep=8, counts=PointCounts(800, 240), until=0.27).keep
    8
    """

    keep: int
    counts: PointCounts
    until: float

    def counts_of(self, problem: Problem) -> PointCounts:
        """The points for a problem: of several fields fewer.

        >>> from nas.problems import load
        >>> Round(keep=8, counts=PointCounts(400, 120), until=0.15).counts_of(load("kovasznay"))
        PointCounts(interior=134, boundary=40)
        """
        fields = len(problem.fields)
        return PointCounts(-(-self.counts.interior // fields), -(-self.counts.boundary // fields))

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
    waves_until
        The share of the budget at which random waves have to be found, of a short one; they come
        first, where the pool has candidates that learn their output layer alone. Where they are of
        little use they end far earlier by themselves; where they are nearly exact, the last
        doubling is worth the time.
    waves_patience
        The share of it at which they have to promise something, for more than some hundred.
    most_columns
        Of random waves: memory is its square, and time its cube.
    method
        Of the others.

    Examples
    --------
    >>> [one.until for one in PoolSettings().rounds]
    [0.09, 0.15, 0.21]
    """

    rounds: tuple[Round, ...] = (
        Round(keep=64, counts=PointCounts(300, 100), until=0.09),
        Round(keep=8, counts=PointCounts(400, 120), until=0.15),
        Round(keep=4, counts=PointCounts(600, 180), until=0.21),
    )
    waves_until: float = 0.4
    waves_patience: float = 0.06
    most_columns: int = 1600
    method: warm_up.Method = BY_GAUSS_NEWTON
