"""The stages of a campaign within a budget, each as what research will exchange: its settings.

A user says none of them: a budget is divided by what pays, and these are what was measured. An
experiment, or a test, gives others to `nas.campaign.campaign.search`.
"""

from dataclasses import dataclass

from nas.checks import check
from nas.problems.terms import PointCounts
from nas.training.pool import PoolSettings
from nas.training.race import RaceSettings
from nas.training.selection import FROZEN, SelectionSettings


@dataclass(frozen=True)
class Stages:
    """How pools learn, how many trials choose among their leaders and how, and how the best race.

    Parameters
    ----------
    pool
        Of the pool's learning.
    gate
        Of a trial's choice; p and threshold are those of the proposal.
    gate_points
        At which it is made: the gate has some hundreds of parameters.
    trial_every
        Seconds of a budget for each trial, of which it takes some three.
    fewest_trials
        However short the time, where there is something to choose.
    trials_until
        The share of a short budget after which no trial is begun, but the first (of a longer one
        less, see `nas.training.meter.exploring`).
    teams
        Whether what the gates have chosen races beside the pool's single networks.
    race
        Of the race.

    Examples
    --------
    >>> Stages().race.heats[0].keep > 1
    True
    >>> Stages(trial_every=0.0)
    Traceback (most recent call last):
    ValueError: Stages: expected trial_every above 0, got 0.0
    """

    pool: PoolSettings = PoolSettings()
    gate: SelectionSettings = FROZEN
    gate_points: PointCounts = PointCounts(interior=400, boundary=120)
    trial_every: float = 40.0
    fewest_trials: int = 1
    trials_until: float = 0.4
    teams: bool = True
    race: RaceSettings = RaceSettings()

    def __post_init__(self) -> None:
        check(
            self,
            trial_every=(self.trial_every > 0, "above 0"),
            fewest_trials=(self.fewest_trials >= 0, "at least 0"),
            trials_until=(0 < self.trials_until <= 1, "in (0, 1]"),
        )
