"""Cases are files, and every file of the experiments is a case with a question."""

from importlib import import_module
from pathlib import Path

import pytest

from experiments.article.__main__ import EXPERIMENT as ARTICLE
from experiments.benchmarks.__main__ import EXPERIMENT as BENCHMARKS
from experiments.harness import results
from experiments.harness.cases import Case, Experiment, campaigns, modules
from experiments.harness.figures import Findings
from experiments.harness.page import text
from experiments.selection.__main__ import EXPERIMENT as SELECTION
from nas.errors import UserError

EXPERIMENTS = (ARTICLE, BENCHMARKS, SELECTION)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: str(one.title))
def test_every_case_asks_a_question_and_every_result_is_of_a_case(experiment: Experiment) -> None:
    names = [case.name for case in experiment.cases]
    assert names == sorted(set(names))
    assert all("?" in case.question for case in experiment.cases)
    known = [findings.case for findings in results.read(experiment.folder)]
    assert known == [name for name in names if name in known]
    assert known


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: str(one.title))
def test_the_page_is_written_from_the_data(experiment: Experiment) -> None:
    page = (experiment.folder / "results.md").read_text(encoding="utf-8")
    found = results.read(experiment.folder)
    assert page == text(experiment.title, experiment.command, experiment.how, found)


def test_a_module_is_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "made_up_cases"
    package.mkdir()
    for name in ("slow", "fast"):
        (package / f"{name}.py").write_text(
            f'"""How {name} is it?\n\nBy the\nclock.\n"""\n\n\n'
            f'def measure(findings):\n    findings.add("{name}", 1.0)\n'
        )
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    fast, slow = modules(import_module("made_up_cases"))
    assert (fast.name, slow.name, slow.question) == ("fast", "slow", "How slow is it?")
    findings = Findings("slow")
    slow.measure(findings, tmp_path)
    assert [figure.figure for figure in findings.figures] == ["slow"]
    assert findings.notes == ["By the\nclock."]


def test_a_campaign_is_a_case(tmp_path: Path) -> None:
    (tmp_path / "heat.yaml").write_text("# Question: does it cool?\n#\nproblem: heat\n")
    (tmp_path / "burgers.yaml").write_text("# Question: is there a shock?\nproblem: burgers\n")
    seen: list[tuple[Path, Path]] = []

    def measure(path: Path, findings: Findings, folder: Path) -> None:
        seen.append((path, folder))

    burgers, heat = campaigns(tmp_path, measure)
    assert (burgers.name, heat.name, heat.question) == ("burgers", "heat", "does it cool?")
    heat.measure(Findings("heat"), tmp_path / "runs")
    assert seen == [(tmp_path / "heat.yaml", tmp_path / "runs")]


def test_cases_are_chosen_by_name() -> None:
    one, other = (Case(name, "?", lambda findings, folder: None) for name in ("one", "other"))
    experiment = Experiment("Made up", Path("made_up"), (one, other))
    assert experiment.chosen([]) == [one, other]
    assert experiment.chosen(["other"]) == [other]
    with pytest.raises(UserError, match=r"expected some of the cases one, other, got fast"):
        experiment.chosen(["other", "fast"])
