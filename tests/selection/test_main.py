"""The campaigns of the experiment, and what it asks of DeepXDE."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import experiments.selection.__main__ as command
from experiments.harness.cases import Case
from experiments.harness.tasks import Task
from nas.campaign import config
from tests.reports.validated_campaign import made


@pytest.mark.parametrize("case", command.EXPERIMENT.cases, ids=lambda case: str(case.name))
def test_each_problem_has_a_campaign_of_the_whole_grid(case: Case) -> None:
    campaign = config.load(command.HERE / f"{case.name}.yaml")
    assert campaign.problem == case.name
    assert len(campaign.search_space()) == 24
    assert (campaign.trials, campaign.seeds) == (1, 5)


def test_deepxde_has_the_time_of_each_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Task] = []

    def answers(tasks: Sequence[Task]) -> list[float]:
        asked.extend(tasks)
        return [0.25 + task.arguments[1] for task in tasks]

    monkeypatch.setattr(command, "answers", answers)
    found = made(tmp_path / "campaign", selected=(0.02, 0.03))
    assert command.deepxde_errors("burgers", tmp_path, found) == {0: 0.25, 1: 1.25}
    function = "experiments.selection.in_deepxde:error"
    calls = [(task.function, task.arguments) for task in asked]
    assert calls == [(function, ("burgers", one, 20.0)) for one in (0, 1)]


def test_what_all_candidates_need_is_one_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "answers", lambda tasks: [12_345.6 for _ in tasks])
    assert command.deepxde_for_all("burgers", tmp_path) == 12_345.6
