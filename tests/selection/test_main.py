"""The campaigns of the experiment, and what it asks of DeepXDE."""

from pathlib import Path

import pytest

import experiments.selection.__main__ as command
from experiments.harness.cases import Case
from nas.campaign import config
from tests.reports.validated_campaign import made


@pytest.mark.parametrize("case", command.EXPERIMENT.cases, ids=lambda case: str(case.name))
def test_each_problem_has_a_campaign_of_the_whole_grid(case: Case) -> None:
    campaign = config.load(command.HERE / f"{case.name}.yaml")
    assert campaign.problem == case.name
    assert len(campaign.search_space()) == 24
    assert (campaign.trials, campaign.seeds) == (1, 5)


def test_deepxde_has_the_time_of_each_search_and_trains_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, ...]] = []

    def fresh(function: str, problem: str, seed: int, seconds: float, **environment: str) -> float:
        asked.append((function, problem, seed, seconds))
        return 0.25 + seed

    monkeypatch.setattr(command, "fresh", fresh)
    found = made(tmp_path / "campaign", selected=(0.02, 0.03))
    for _ in range(2):
        assert command.deepxde_errors("burgers", tmp_path, found) == {0: 0.25, 1: 1.25}
    function = "experiments.selection.in_deepxde:error"
    assert sorted(asked, key=str) == [(function, "burgers", one, 20.0) for one in (0, 1)]


def test_what_all_candidates_need_is_measured_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([12_345.6])
    monkeypatch.setattr(command, "fresh", lambda *arguments, **environment: next(answers))
    seconds = [command.deepxde_for_all("burgers", tmp_path) for _ in range(2)]
    assert seconds == [12_345.6, 12_345.6]
