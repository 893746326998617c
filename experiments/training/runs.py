"""A run: one problem, one method, one seed, and its error in the course of time."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from statistics import median

from experiments.training import settings

TIME_IS_UP = "time is up"


@dataclass(frozen=True)
class Task:
    """What names a run."""

    problem: str
    method: str
    seed: int

    def __str__(self) -> str:
        return f"{self.problem}, {self.method}, seed {self.seed}"

    @property
    def budget(self) -> float:
        """Seconds that the run may take."""
        return (
            settings.ONE_BUDGET if self.method == settings.ONE else settings.BUDGETS[self.problem]
        )


@dataclass(frozen=True)
class Point:
    """Where a run stands after ``seconds``.

    Parameters
    ----------
    error
        The relative L2 error against the exact solution; infinite for what is not a number.
        While a pool's experts learn alone, that of the median expert.
    parameters, experts
        What is still alive.
    """

    seconds: float
    error: float
    parameters: int
    experts: int


@dataclass(frozen=True)
class WarmUp:
    """What the experts of a pool know, each alone, after ``seconds``.

    Parameters
    ----------
    experts, under
        How many there are, and how many have an error of less than `settings.LEARNED`.
    median
        Of their errors.
    """

    seconds: float
    experts: int
    under: int
    median: float


@dataclass(frozen=True)
class Run:
    """A run that is over: what it was allowed, its curve, and why it ended."""

    task: Task
    budget: float
    curve: tuple[Point, ...]
    warm_up: tuple[WarmUp, ...]
    reason: str

    @property
    def last(self) -> Point:
        """Where it ended."""
        return self.curve[-1]

    def error_after(self, seconds: float) -> float:
        """The last error that was measured by then; infinite before the first."""
        known = [point.error for point in self.curve if point.seconds <= seconds]
        # A run looks at the clock between its steps, so the last point lies behind the budget.
        return self.last.error if seconds >= self.budget else [float("inf"), *known][-1]

    def to_json(self) -> str:
        """One line, for another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Run":
        """What `to_json` wrote."""
        found = json.loads(text)
        return cls(
            task=Task(**found["task"]),
            budget=found["budget"],
            curve=tuple(Point(**point) for point in found["curve"]),
            warm_up=tuple(WarmUp(**row) for row in found["warm_up"]),
            reason=found["reason"],
        )


Runs = Mapping[Task, Run]


def tasks(problem: str, methods: Collection[str]) -> tuple[Task, ...]:
    """All methods with the first seed; the defaults with the others too."""
    return tuple(
        Task(problem, method, seed)
        for seed in settings.SEEDS
        for method in methods
        if seed in settings.ONE_SEED or method in settings.THOROUGH
    )


def of(runs: Runs, problem: str, method: str) -> list[Run]:
    """The runs of one method that there are, one a seed."""
    return [runs[task] for task in tasks(problem, [method]) if task in runs]


def median_error(found: Collection[Run], seconds: float) -> float:
    """The median over the seeds of the error after ``seconds``."""
    return median(run.error_after(seconds) for run in found)
