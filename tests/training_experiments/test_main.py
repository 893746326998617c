"""The command, with runs that take no time."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from experiments.benchmarks.alone import Died
from experiments.training import __main__ as command
from experiments.training import alone, settings
from experiments.training.runs import Run, Task
from tests.training_experiments.made_up import run


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """The runs that were done, in their order."""
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


def test_figures_page_and_picture_are_written(done: list[Task], tmp_path: Path) -> None:
    code, output = call("single")
    assert (code, len(done)) == (0, 3)
    assert "0 of 2 targets are met" in output
    assert (tmp_path / "results.csv").read_text().splitlines() == [
        "case,figure,value,target,better",
        "single,relative L2 after 60 s,1,0.0001,lower",
        "single,relative L2 after 300 s,2e-05,1e-05,lower",
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


def test_an_interrupted_command_goes_on(done: list[Task], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = alone.run

    def interrupted(task: Task, budget: float) -> Run:
        if task.seed == 1:
            raise KeyboardInterrupt
        return whole(task, budget)

    with monkeypatch.context() as patch:
        patch.setattr(alone, "run", interrupted)
        code, _ = call("single")
    assert code != 0
    call("single")
    assert [task.seed for task in done] == [0, 1, 2]


def test_a_comparison_takes_up_the_runs_of_the_warm_up(done: list[Task]) -> None:
    call("warm_up")
    call("burgers")
    assert len(done) == len(set(done)) == 4 * len(settings.SEEDS)


def test_a_run_that_dies_is_a_line_and_is_tried_again(
    done: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(task: Task, budget: float) -> Run:
        raise Died(f"{task}: it ended with exit code 1")

    with monkeypatch.context() as patch:
        patch.setattr(alone, "run", dies)
        code, output = call("single")
    assert code == 0
    assert "not measured: burgers, one network, seed 0: it ended with exit code 1" in output
    call("single")
    assert len(done) == 3


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
    assert code == command.MISUSE
    assert "'fast': no such case" in output
