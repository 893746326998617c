"""A campaign within a budget in this process, by a clock that moves on whenever it is looked at."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.campaign import campaign, config, pool_job, race_job, records
from nas.campaign.stages import Stages
from nas.problems import Box, Condition, Problem
from nas.problems.terms import PointCounts
from nas.runner.dispatcher import Interrupted
from nas.runner.job_context import Context
from nas.training.fine_tuning import FineTuningSettings, gauss_newton
from nas.training.meter import Meter
from nas.training.pool import PoolSettings, Round
from nas.training.race import Heat, RaceSettings
from nas.training.resampling import ResamplingSettings
from nas.training.warm_up import method

PROBLEM = Problem(
    name="bend",
    domain=Box(x=(0, 1)),
    residual=lambda u, x: u.xx + torch.tanh(40 * (x - 0.4)),  # too steep for few waves to be exact
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
)
BUDGET = 20.0  # of seconds that pass as the clock is looked at
TICK = 1 / 3
FEW = ResamplingSettings(candidates=64)
POOL = PoolSettings(
    (Round(64, PointCounts(16, 2), 0.2), Round(3, PointCounts(24, 2), 0.3)),
    waves_until=0.1,
    waves_patience=0.1,
    most_columns=100,
    method=method("gauss_newton", resampling=FEW),
)
RACE = RaceSettings(
    heats=(Heat(3, 0.1), Heat(2, 0.1)),
    tuning=FineTuningSettings(2**62, gauss_newton.Settings(resampling=FEW), check_every=2),
    most_columns=100,
)
# Few points and few columns; three trials.
STAGES = Stages(
    pool=POOL, gate_points=PointCounts(24, 2), fewest_trials=3, trials_until=1.0, race=RACE
)


class Ticks:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += TICK
        return self.now


def ticking(seconds: float, counts: Mapping[str, int] | None = None, spent: float = 0.0) -> Meter:
    return Meter(seconds, counts, spent, Ticks())


def campaign_of(budget: float | None = BUDGET, **sections: Any) -> config.Campaign:
    """Four candidates; three trials."""
    return config.build(
        **{
            "problem": "bend",
            "space": {"activations": ["tanh", "sine"], "depths": [1], "widths": [4, 6]},
            "gate": {"depth": 1, "width": 4},
            "tune": {"m": [2, 3], "p": [0.2, 0.9], "threshold": [0.3, 0.9]},
            "training": {"points": {"interior": 32, "boundary": 2}},
            "parallel": {"engine": "serial", "workers": 1},
            "budget": budget,
        }
        | sections
    )


@contextmanager
def quick() -> Iterator[pytest.MonkeyPatch]:
    """That clock; pools and trials have taken a third of the time."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (pool_job, race_job):
            patch.setattr(module, "Meter", ticking)
        patch.setattr(race_job.RaceJob, "spent", 0.35 * BUDGET)
        yield patch


def search(
    folder: Path,
    budget: float | None = BUDGET,
    problem: Problem = PROBLEM,
    stages: Stages = STAGES,
    **sections: Any,
) -> records.Records:
    """All of it, or what is left of it."""
    with quick():
        return campaign.search(campaign_of(budget, **sections), folder, problem, stages=stages)


def interrupted(folder: Path, when: Callable[[str, int], bool]) -> None:
    """Begin, and press Ctrl-C once ``when(job's folder, times it asked whether to stop)``."""
    asked: dict[str, int] = {}
    pressed = False
    with quick() as patch:
        begin, should_stop = Context.__init__, Context.should_stop

        def begun(context: Context, own: Path, *rest: Any) -> None:
            begin(context, own, *rest)
            context.where = own.relative_to(folder).as_posix()  # type: ignore[attr-defined]

        def pressing(context: Context) -> bool:
            nonlocal pressed
            where: str = context.where  # type: ignore[attr-defined]
            asked[where] = asked.get(where, 0) + 1
            if not pressed and when(where, asked[where]):
                pressed = True
                raise KeyboardInterrupt
            return should_stop(context)

        patch.setattr(Context, "__init__", begun)
        patch.setattr(Context, "should_stop", pressing)
        with pytest.raises(Interrupted, match="run the same again"):
            campaign.search(campaign_of(), folder, PROBLEM, stages=STAGES)
    assert pressed
