"""The command, with runs that take no time."""

from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Condition

import pytest
import typer
from typer.testing import CliRunner

from experiments.benchmarks.alone import Died
from experiments.command import USER_ERROR
from experiments.training import __main__ as command
from experiments.training import alone, comparison, settings
from experiments.training.kept import Kept
from experiments.training.runs import Run, Task, tasks
from tests.training_experiments.made_up import run


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """The runs that were done, in the order in which they began."""
    calls: list[Task] = []

    def made_up(task: Task, budget: float) -> Run:
        calls.append(task)
        assert budget == task.budget
        return run(task, [1.0, 1e-2, 2e-5])

    monkeypatch.setattr(alone, "run", made_up)
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    monkeypatch.setattr(command, "find_spec", lambda name: object())
    return calls


def call(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(command.main)
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


@pytest.fixture
def wait_for_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Waits, in a run's thread, until so many other runs are in the tables."""
    changed, keep = Condition(), Kept.keep

    def told(self: Kept, run: Run) -> None:
        keep(self, run)
        with changed:
            changed.notify_all()

    def wait(count: int) -> None:
        with changed:
            assert changed.wait_for(lambda: len(Kept(tmp_path).runs) >= count, timeout=30)

    monkeypatch.setattr(Kept, "keep", told)
    monkeypatch.setattr(settings, "AT_ONCE", 2)  # one waits, the others go on
    return wait


def test_figures_page_and_picture_are_written(done: list[Task], tmp_path: Path) -> None:
    code, output = call("single")
    assert (code, len(done)) == (0, 3)
    assert "0 of 2 targets are met" in output
    assert (tmp_path / "results.csv").read_text().splitlines() == [
        "case,figure,value,target,better",
        "single,relative L2 after 60 s,1,0.0001,lower",
        "single,relative L2 after 180 s,2e-05,1e-05,lower",
    ]
    page = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "### single" in page
    assert "(curves.svg)" in page
    assert (tmp_path / "curves.svg").exists()


def test_what_is_over_is_not_done_again(done: list[Task]) -> None:
    call("single")
    call("single")
    assert len(done) == 3


def test_again_forgets_the_named_cases_alone(done: list[Task]) -> None:
    call("single")
    call("warm_up")
    done.clear()
    call("--again", "single")
    assert done == [Task("burgers", settings.ONE, seed) for seed in settings.SEEDS]


def test_an_interrupted_command_goes_on_whatever_ended_first(
    done: list[Task], wait_for_kept: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, first = alone.run, settings.SEEDS[0]

    def interrupted(task: Task, budget: float) -> Run:
        if task.seed == first:  # it begins first, and is cut off when all others are over
            wait_for_kept(len(settings.SEEDS) - 1)
            raise KeyboardInterrupt
        return whole(task, budget)

    with monkeypatch.context() as patch:
        patch.setattr(alone, "run", interrupted)
        code, _ = call("single")
    assert code != 0
    assert {task.seed for task in done} == {*settings.SEEDS} - {first}
    done.clear()
    code, _ = call("single")
    assert (code, [task.seed for task in done]) == (0, [first])


def test_runs_are_kept_as_they_end_and_the_tables_know_no_order(
    done: list[Task],
    tmp_path: Path,
    wait_for_kept: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = ("runs.csv", "curves.csv", "results.csv")
    call("single")
    in_order = [(tmp_path / name).read_bytes() for name in tables]
    whole = alone.run

    def last_of_all(task: Task, budget: float) -> Run:
        if task.seed == settings.SEEDS[0]:
            wait_for_kept(len(settings.SEEDS) - 1)
        return whole(task, budget)

    with monkeypatch.context() as patch:
        patch.setattr(alone, "run", last_of_all)
        call("--again", "single")
    assert done[-1].seed == settings.SEEDS[0]
    assert [(tmp_path / name).read_bytes() for name in tables] == in_order


def test_the_defaults_come_first(done: list[Task], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "AT_ONCE", 1)
    call("burgers", "single")
    defaults = tasks("burgers", settings.DEFAULTS)
    assert set(done[: len(defaults)]) == set(defaults)
    for some in (done[: len(defaults)], done[len(defaults) :]):
        assert [task.seed for task in some] == sorted(task.seed for task in some)
    assert not {task.method for task in done[len(defaults) :]} & set(settings.DEFAULTS)


def test_as_many_runs_are_side_by_side_as_is_told(
    done: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, all_there = alone.run, Barrier(len(settings.SEEDS))

    def together(task: Task, budget: float) -> Run:
        all_there.wait(timeout=30)  # raises if one of them does not come
        return whole(task, budget)

    monkeypatch.setattr(settings, "AT_ONCE", len(settings.SEEDS))
    monkeypatch.setattr(alone, "run", together)
    code, _ = call("single")
    assert (code, len(done)) == (0, len(settings.SEEDS))


def test_a_comparison_takes_up_the_runs_of_the_warm_up(done: list[Task]) -> None:
    call("warm_up")
    call("burgers")
    assert len(done) == len(set(done))
    assert set(done) == set(tasks("burgers", comparison.METHODS))


def test_a_run_that_dies_is_a_line_and_is_tried_again(
    done: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(task: Task, budget: float) -> Run:
        if task.seed == 0:
            raise Died(f"{task}: it ended with exit code 1")
        return whole(task, budget)

    whole = alone.run
    with monkeypatch.context() as patch:
        patch.setattr(alone, "run", dies)
        code, output = call("single")
    assert code == 0
    assert output.count("not measured: ") == 1
    assert "not measured: burgers, one network, seed 0: it ended with exit code 1" in output
    assert {task.seed for task in done} == {1, 2}
    call("single")
    assert (len(done), done[-1].seed) == (3, 0)


def test_a_run_that_dies_is_a_line_of_each_case_that_needs_it(
    done: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = alone.run

    def dies(task: Task, budget: float) -> Run:
        if task == Task("burgers", settings.POOL, 0):
            raise Died(f"{task}: it ended with exit code 1")
        return whole(task, budget)

    monkeypatch.setattr(alone, "run", dies)
    code, output = call("warm_up", "burgers", "single")
    assert code == 0
    assert output.count("not measured: ") == 2
    assert len(done) == len(tasks("burgers", [*comparison.METHODS, settings.ONE])) - 1


def test_a_missing_rival_is_a_line(done: list[Task], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    code, output = call("helmholtz")
    assert code == 0
    assert "not measured: DeepXDE: it is not installed" in output
    assert settings.DEEPXDE not in {task.method for task in done}


def test_list_measures_nothing(done: list[Task], tmp_path: Path) -> None:
    code, output = call("--list")
    assert code == 0
    assert output.split()[0] == "single"
    assert (done, list(tmp_path.iterdir())) == ([], [])


@pytest.mark.usefixtures("done")
def test_an_unknown_case_is_misuse() -> None:
    code, output = call("fast")
    assert code == USER_ERROR
    assert "'fast': no such case" in output
