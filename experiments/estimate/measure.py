"""The estimated error beside the true one, at several lengths of training of the same run."""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import Any

from nas import problems
from nas.assessment import assess
from nas.campaign.config import build
from nas.campaign.run_settings import run_settings
from nas.campaign.true_errors import measure
from nas.training.physics_loss import HeldOutLoss
from nas.training.run_result import RunResult
from nas.training.training_run import TrainingRun

# Steps of a run at which it is looked at: in the warm-up, the selection, and the fine-tuning.
LENGTHS = (8, 30, 95, 110, 140, 190)
SPACE = {"activations": ["sine", "tanh", "swish"], "depths": [2], "widths": [16, 24]}
TRAINING: dict[str, Any] = {
    "warm_up": {"iterations": 30},
    "steps": 60,
    "fine_tuning": {"iterations": 150},
}
EXPERTS = 3
RIGHT = 3.0  # an estimate within this factor is right
LONGEST = 120.0  # seconds of a run
SMALLEST = 1e-10  # errors below it are rounding


@dataclass(frozen=True)
class Compared:
    """A length of training of a problem, and what was said of it.

    Parameters
    ----------
    error
        The true relative L2 error.
    estimate
        What was estimated; None where nothing was.
    seconds
        That the assessment took.
    """

    case: str
    seed: int
    step: int
    held_out_loss: float
    error: float
    estimate: float | None
    seconds: float
    warnings: str

    @property
    def right(self) -> bool:
        """Whether the true error is within a factor of 3 of the estimate.

        Examples
        --------
        >>> one = Compared("heat", 0, 8, 1e-3, 0.01, 0.025, 0.5, "")
        >>> one.right, replace(one, estimate=0.035).right, replace(one, estimate=None).right
        (True, False, False)
        """
        if self.estimate is None or not math.isfinite(self.error):
            return False
        ratio = max(self.estimate, SMALLEST) / max(self.error, SMALLEST)
        return 1 / RIGHT <= ratio <= RIGHT


def compare(name: str, seed: int) -> Iterator[Compared]:
    """Train a small pool on a problem, and compare at each of the `LENGTHS` and at the end."""
    problem = problems.load(name)
    interior = 200 if len(problem.coordinates) == 1 else 500
    points = {"interior": interior, "boundary": 120}
    training = TRAINING | {
        "warm_up": TRAINING["warm_up"] | {"points": points},
        "points": points,
    }
    campaign = build(problem=problem.name, space=SPACE, training=training)
    pool = campaign.search_space().pool(EXPERTS, seed)
    settings = run_settings(problem, campaign, pool, 0.5, 0.3, seed, seed)
    run, started = TrainingRun(problem, settings), monotonic()
    loss = HeldOutLoss(problem, settings.sampler, run.mixture.centre)
    seen = -1
    for length in (*LENGTHS, math.inf):
        ended = run.run(partial(_is_over, run, length, started))
        if ended.status == "diverged" or run.step == seen:
            return
        yield _compared(run, ended, name, seed, loss(ended.mixture))
        seen = run.step


def _is_over(run: TrainingRun, length: float, started: float) -> bool:
    return run.step >= length or monotonic() - started > LONGEST


def _compared(run: TrainingRun, result: RunResult, name: str, seed: int, loss: float) -> Compared:
    result = replace(result, mixture=copy.deepcopy(result.mixture), held_out_loss=loss)
    error = measure(run.problem, result.mixture).together
    begun = monotonic()
    found = assess(run.problem, run.settings.sampler, result)
    return Compared(
        name,
        seed,
        run.step,
        loss,
        math.nan if error is None else error,
        found.error_estimate,
        monotonic() - begun,
        "; ".join(found.warnings),
    )
