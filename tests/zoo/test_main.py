"""The zoo: a case for each problem, one campaign file for all, and one for a check."""

from pathlib import Path

import pytest

from experiments.harness.figures import Findings
from experiments.zoo import __main__ as zoo
from experiments.zoo import figures
from nas import problems
from nas.campaign import campaign, config
from nas.campaign.config import Campaign
from nas.campaign.records import Records
from nas.problems import Problem

# torch.func.jvp asks torch.jit for its rules.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")


def test_every_problem_of_the_toolkit_is_a_case_with_its_title() -> None:
    cases = zoo.cases()
    assert tuple(case.name for case in cases) == tuple(problems.names())
    assert [case.question for case in cases] == [problems.load(c.name).title for c in cases]
    assert all(case.question for case in cases)


@pytest.mark.parametrize("file", ["zoo.yaml", "tiny.yaml"])
def test_the_campaign_file_is_one_trial_of_one_worker_here(file: str) -> None:
    settings = config.load(zoo.HERE / file)
    assert (settings.trials, settings.seeds) == (1, 1)
    assert (settings.parallel.workers, settings.parallel.engine) == (1, "serial")
    assert len(settings.search_space()) > settings.tune.m.low


@pytest.mark.parametrize("name", ["wave", "lorenz_inverse"])
def test_a_case_searches_its_problem_with_the_campaign_file_of_all(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    common = config.load(zoo.HERE / "zoo.yaml")
    seen: list[tuple[Campaign, Path]] = []
    measured: list[str] = []

    def search(settings: Campaign, folder: Path) -> None:
        seen.append((settings, folder))

    def measure(findings: Findings, found: Records, problem: Problem) -> None:
        measured.append(problem.name)

    monkeypatch.setattr(campaign, "search", search)
    monkeypatch.setattr(figures, "measure", measure)
    (case,) = (case for case in zoo.cases() if case.name == name)
    case.measure(Findings(name), tmp_path)
    assert seen == [(common.model_copy(update={"problem": name}), tmp_path / name)]
    assert measured == [name]
