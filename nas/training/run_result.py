"""What a run says of itself: under way, and at its end."""

from dataclasses import dataclass
from typing import Any, Literal

from nas.mixture.mixture import Mixture
from nas.training.selection import ExpertOutcome
from nas.training.trail import Trail

Status = Literal["completed", "diverged", "interrupted"]


@dataclass(frozen=True)
class Progress:
    """What a watcher is called with.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.training_run import TrainingRun
    >>> seen = []
    >>> _ = TrainingRun(example.PROBLEM, example.settings()).run(watch=seen.append)
    >>> [(one.phase, one.step, one.experts) for one in seen[-2:]]
    [('selection', 26, 2), ('fine-tuning', 31, 2)]
    """

    phase: str
    done: float  # of the run, in [0, 1]
    step: int
    loss: float
    experts: int


@dataclass(frozen=True)
class RunResult:
    """How a run ended, and what it left.

    ``held_out_loss`` is None unless completed. ``steps`` are those of warm-up and selection,
    ``iterations`` those of the fine-tuning; ``evaluations`` is the number of points, times the
    experts that learnt from them. ``unknown`` has the estimates of the problem's unknown
    coefficients, and ``unknowns`` their rows, a row for each of them and of the history's.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.training_run import TrainingRun
    >>> result = TrainingRun(example.PROBLEM, example.settings()).run()
    >>> result.status, result.steps, result.iterations, sorted(result.mixture.alive)
    ('completed', 26, 5, [0, 1])
    >>> result.outcomes[2].reason  # doctest: +ELLIPSIS
    'importance ... under 3.00e-01'
    """

    status: Status
    reason: str
    mixture: Mixture
    outcomes: dict[int, ExpertOutcome]
    history: list[dict[str, Any]]
    trail: Trail
    held_out_loss: float | None
    steps: int
    iterations: int
    evaluations: int
    parameters_before: int
    unknown: dict[str, float]
    unknowns: list[dict[str, Any]]
