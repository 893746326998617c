"""What the picture shows: medians over the seeds, and each seed."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas

from experiments.training import picture, settings
from experiments.training.runs import Point, Run, Runs, tasks
from tests.training_experiments.made_up import burgers, run


def seeds(method: str) -> Runs:
    return {
        task: run(task, [1.0, error, error / 10])
        for task, error in zip(tasks("burgers", [method]), (0.3, 0.1, 0.2), strict=False)
    }


RUNS = {**seeds(settings.POOL), **seeds(settings.DEEPXDE)}


def test_the_median_is_taken_at_equal_times() -> None:
    slow = Run(burgers(), 900.0, (Point(2, 1.0, 1, 1), Point(8, 0.5, 1, 1)), (), "")
    fast = Run(burgers(seed=1), 900.0, (Point(0, 1.0, 1, 1), Point(4, 0.1, 1, 1)), (), "")
    line = picture.line([slow, fast])
    assert (line.seconds[0], line.seconds[-1]) == (2, 8)  # from where both are known
    at = dict(zip(line.seconds.tolist(), line.median.tolist(), strict=True))
    assert at[2.0] == 1.0
    assert line.median[np.searchsorted(line.seconds, 5.0)] == pytest.approx(0.55)
    assert at[8.0] == pytest.approx(0.3)  # the fast one has ended and keeps its error


def test_every_method_has_a_colour_and_ours_is_on_top() -> None:
    assert {*settings.SEARCHES, settings.DEEPXDE, settings.ONE} == set(picture.COLOURS)
    assert list(picture.lines(RUNS, "burgers")) == [settings.DEEPXDE, settings.POOL]
    assert picture.lines(RUNS, "helmholtz") == {}


def test_medians_are_thick_and_seeds_thin_where_there_are_several() -> None:
    axes = Canvas().subplots()
    picture.draw(picture.lines(RUNS, "burgers"), "burgers", axes)
    drawn = [line for line in axes.get_lines() if line.get_color() in picture.COLOURS.values()]
    thin = [line for line in drawn if line.get_linewidth() < 1]
    assert len(drawn) == 2 + len(settings.SEEDS)  # DeepXDE has one seed, which is its median
    assert {line.get_color() for line in thin} == {picture.COLOURS[settings.POOL]}
    assert len(thin) == len(settings.SEEDS)
    assert axes.get_yscale() == "log"
    assert axes.get_xlim() == (0, settings.BUDGETS["burgers"])


def test_an_error_that_is_no_number_is_a_gap(tmp_path: Path) -> None:
    diverged = run(burgers(), [1.0, float("inf"), float("inf")])
    picture.write(tmp_path / "curves.svg", {burgers(): diverged})
    assert (tmp_path / "curves.svg").exists()


@pytest.mark.parametrize("runs", [RUNS, {}])
def test_the_same_runs_give_the_same_file(runs: Runs, tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        picture.write(tmp_path / name, runs)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
