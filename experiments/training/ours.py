"""This toolkit's own runs: a pool that is searched, or one network alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from experiments.training import settings
from experiments.training.recorder import Recorder
from experiments.training.runs import TIME_IS_UP, Point, Run, Task, WarmUp
from experiments.training.truth import Truth
from nas import problems
from nas.calculus import compilation
from nas.campaign import config
from nas.campaign.maps import evaluate
from nas.campaign.run_settings import run_settings
from nas.mixture.mixture import Mixture
from nas.training.search import WARM_UP
from nas.training.trainer import RunResult, Trainer


def campaign(task: Task) -> config.Campaign:
    """The campaign that a task is a run of: the toolkit's defaults, but for time and method."""
    if task.method == settings.ONE:
        # As long as it likes: it is so small that the usual number of iterations is a minute.
        space, changes = settings.ONE_SPACE, {"fine_tuning": {"iterations": 10_000}}
        gate: dict[str, Any] = {"depth": 0}
    else:
        space, changes = settings.SPACE, dict(settings.SEARCHES[task.method])
        gate = {}
    return config.build(
        problem=task.problem,
        space=dict(space),
        gate=gate,
        training={"device": "cpu", **settings.LONG, **changes},
    )


def run(task: Task, budget: float) -> Run:
    """Train until the end or until the budget is used up; the kernel is compiled before."""
    problem = problems.load(task.problem)
    alone, chosen = task.method == settings.ONE, campaign(task)
    m = 1 if alone else settings.EXPERTS
    watcher = Watcher(Truth(problem), warming=not alone)
    compilation.library()
    recorder = Recorder(budget)
    trainer = Trainer(
        problem,
        run_settings(
            problem,
            chosen,
            chosen.search_space().pool(m, task.seed),
            settings.P,
            settings.THRESHOLD,
            task.seed,
            task.seed,
        ),
    )

    def measured(seconds: float) -> Point:
        with at_its_best(trainer):
            return watcher.measured(trainer.mixture, seconds)

    def should_stop() -> bool:  # asked before every step, so that is where to look
        if watcher.warming and trainer.search.phase != WARM_UP:
            recorder.record(measured)
            watcher.warming = False
        recorder.look(measured)
        return recorder.over

    result = trainer.run(should_stop)
    watcher.warming = watcher.warming and trainer.search.phase == WARM_UP
    recorder.record(measured)  # the best state is in the mixture, or comes into it
    curve, warm_up = tuple(recorder.curve), tuple(watcher.warm_up)
    return Run(task, budget, curve, warm_up, reason(result))


@contextmanager
def at_its_best(trainer: Trainer) -> Iterator[None]:
    """With the state in the mixture that would be kept if the run ended now."""
    tuning = trainer.fine_tuning
    if tuning is None:
        yield
        return
    now = {name: value.clone() for name, value in tuning.mixture.state_dict().items()}
    tuning.take_best()
    try:
        yield
    finally:
        tuning.mixture.load_state_dict(now)


def reason(result: RunResult) -> str:
    """Why a run ended."""
    if result.status == "interrupted":
        return TIME_IS_UP
    return f"{result.status}: {result.reason}" if result.reason else result.status


class Watcher:
    """Measures a mixture: as a whole, or expert by expert while they learn alone.

    Parameters
    ----------
    truth
        What it is measured against.
    warming
        Whether the experts of a pool learn alone, so that there is no mixture yet.
    """

    def __init__(self, truth: Truth, warming: bool) -> None:
        self.truth, self.warming = truth, warming
        self.warm_up: list[WarmUp] = []

    def measured(self, mixture: Mixture, seconds: float) -> Point:
        """The point of the curve; in a warm-up the error of the median expert."""
        mixed, _, experts = evaluate(mixture, self.truth.points)
        error, count = self.truth.error(mixed), len(mixture.alive)
        if self.warming:
            errors = self.truth.errors(experts)
            error = median(errors)
            under = sum(one < settings.LEARNED for one in errors)
            self.warm_up.append(WarmUp(seconds, count, under, error))
        return Point(seconds, error, mixture.parameters_alive, count)
