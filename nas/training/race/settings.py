"""How a race is run: the heats, and what is kept for the end."""

from dataclasses import dataclass

from nas.checks import check
from nas.training import fine_tuning
from nas.training.fine_tuning import FineTuningSettings


@dataclass(frozen=True)
class Heat:
    """One heat of a race.

    Parameters
    ----------
    keep
        How many contestants take part, at most: the best of the heat before.
    share
        Of the budget, of a short one (see `nas.training.meter.exploring`); each contestant has an
        equal part of it.

    Examples
    --------
    >>> Heat(keep=4, share=0.1).keep
    4
    """

    keep: int
    share: float

    def __post_init__(self) -> None:
        check(
            self,
            keep=(self.keep >= 1, "at least 1"),
            share=(0 < self.share <= 1, "in (0, 1]"),
        )


# A step costs the square of its rows as long as these are fewer than the parameters, and by the
# clock many short steps get further than few long ones. Where they stall, twice as many rows
# follow, and they stall sooner than steps of many rows do.
UNENDING = FineTuningSettings(
    iterations=2**62,
    method=fine_tuning.method("gauss_newton", rows_per_parameter=0.4),
    patience=3,
)


@dataclass(frozen=True)
class RaceSettings:
    """The heats, how contestants learn, and when the corrections begin.

    Parameters
    ----------
    heats
        In their order.
    tuning
        Of each contestant; its number of iterations plays no part.
    second_look_after
        Stalls of the winner, after each of which it has twice as many points: where it has enough
        of them, what it lacks is size, and the other finalist has as long as it had.
    correct_at
        The shares of the budget at which the best is corrected, in rising order.
    restart_for
        The share of the budget that has to be left, of that until the next correction, for a
        network to begin anew.
    most_restarts
        Networks that begin anew.
    most_columns
        Of a correction: memory is its square, and time its cube.

    Examples
    --------
    >>> [one.keep for one in RaceSettings().heats]
    [4, 2]
    """

    heats: tuple[Heat, ...] = (Heat(keep=4, share=0.08), Heat(keep=2, share=0.05))
    tuning: FineTuningSettings = UNENDING
    second_look_after: int = 3
    correct_at: tuple[float, ...] = (0.75, 0.95)
    restart_for: float = 0.1
    most_restarts: int = 12
    most_columns: int = 1600

    def __post_init__(self) -> None:
        check(
            self,
            heats=(len(self.heats) >= 1, "at least one"),
            second_look_after=(self.second_look_after >= 1, "at least 1"),
            restart_for=(0 <= self.restart_for <= 1, "in [0, 1]"),
            most_restarts=(self.most_restarts >= 0, "at least 0"),
            correct_at=(
                all(0 < one <= 1 for one in self.correct_at)
                and list(self.correct_at) == sorted(set(self.correct_at)) != [],
                "one or more in (0, 1], in rising order",
            ),
        )
