"""The command: its campaigns, what it writes, and what it does not do again."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

import experiments.selection.__main__ as command
from experiments.benchmarks import table
from experiments.benchmarks.figures import Findings
from experiments.command import USER_ERROR
from experiments.selection import PROBLEMS
from experiments.training import alone
from experiments.training.runs import Point, Run, Task
from nas.campaign import config
from tests.reports.validated_campaign import made


@pytest.mark.parametrize("problem", PROBLEMS)
def test_each_problem_has_a_campaign_of_the_whole_grid(problem: str) -> None:
    campaign = config.load(command.HERE / f"{problem}.yaml")
    assert campaign.problem == problem
    assert len(campaign.search_space()) == 24
    assert (campaign.trials, campaign.seeds) == (1, 5)


def test_an_unknown_problem_is_misuse() -> None:
    import typer

    app = typer.Typer()
    app.command()(command.main)
    result = CliRunner().invoke(app, ["laplace"])
    assert result.exit_code == USER_ERROR
    assert "laplace: no such problem; expected some of poisson_l_shape" in result.output


def test_deepxde_has_the_time_of_the_search_and_runs_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Task, float]] = []

    def run(task: Task, budget: float) -> Run:
        asked.append((task, budget))
        return Run(task, budget, (Point(budget, 0.25, 100, 1),), (), "time is up")

    monkeypatch.setattr(alone, "run", run)
    found = made(tmp_path / "campaign", selected=(0.02, 0.03))
    for _ in range(2):
        errors = command.rivals("burgers", tmp_path, found)
        assert errors == {0: 0.25, 1: 0.25}
    assert sorted((task.seed, budget) for task, budget in asked) == [(0, 20.0), (1, 20.0)]


def test_the_table_and_the_page_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "HERE", tmp_path)
    for problem in ("burgers", "poisson_l_shape"):
        findings = Findings(problem)
        findings.add("a ratio", 0.5, target=0.9)
        findings.note("So it is.")
        command.record(findings, made(tmp_path / problem))
    assert [figure.case for figure in table.read(tmp_path / "results.csv")] == [
        "poisson_l_shape",
        "burgers",
    ]
    page = (tmp_path / "results.md").read_text()
    assert "2 of 2 targets are met" in page
    assert page.count("So it is.") == 2
    assert "helmholtz" not in page  # which has not been measured yet
