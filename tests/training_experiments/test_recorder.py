"""The clock of a run, and its curve read at a time."""

import pytest

from experiments.training import settings
from experiments.training.recorder import Recorder
from experiments.training.runs import Point, Run, median_error, tasks
from tests.training_experiments.made_up import burgers, run


class Clock:
    """Time as the test makes it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_measuring_takes_no_time() -> None:
    clock = Clock()
    recorder = Recorder(10.0, clock)

    def measure(seconds: float) -> Point:
        clock.now += 1000.0
        return Point(seconds, 0.5, 1, 1)

    clock.now += 3.0
    recorder.record(measure)
    assert (recorder.seconds, recorder.over) == (3.0, False)
    clock.now += 7.0
    recorder.record(measure)
    assert recorder.over
    assert [point.seconds for point in recorder.curve] == [3.0, 10.0]


def test_looks_are_spread_over_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "LOOKS", 5)
    clock = Clock()
    recorder = Recorder(10.0, clock)
    while not recorder.over:
        recorder.look(lambda seconds: Point(seconds, 0.5, 1, 1))
        clock.now += 0.5
    assert [point.seconds for point in recorder.curve] == [0.0, 2.0, 4.0, 6.0, 8.0]


def test_the_error_at_a_time_is_the_last_that_was_known() -> None:
    curve = (Point(10, 0.5, 1, 1), Point(50, 0.25, 1, 1), Point(901, 0.125, 1, 1))
    one = Run(burgers(), 900.0, curve, (), "")
    times = (5.0, 10.0, 49.0, 60.0, 900.0)
    assert [one.error_after(time) for time in times] == [float("inf"), 0.5, 0.5, 0.25, 0.125]


def test_a_run_that_ended_early_keeps_its_error() -> None:
    early = Run(burgers(), 900.0, (Point(10, 0.5, 1, 1),), (), "completed")
    assert early.error_after(300.0) == early.error_after(900.0) == 0.5


def test_medians_are_over_the_seeds() -> None:
    found = [run(burgers(seed=seed), [1.0, error]) for seed, error in enumerate((3.0, 1.0, 2.0))]
    assert median_error(found, 900.0) == 2.0
    assert median_error(found[:2], 900.0) == 2.0


def test_all_methods_have_the_first_seed_and_the_defaults_the_others_too() -> None:
    order = [(task.method, task.seed) for task in tasks("burgers", [settings.POOL, "another"])]
    first, *others = settings.SEEDS
    assert (first,) == settings.ONE_SEED
    assert order == [
        (settings.POOL, first),
        ("another", first),
        *((settings.POOL, seed) for seed in others),
    ]
