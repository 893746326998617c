"""The commands of the experiments."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from experiments.harness import results
from experiments.harness.cases import Case, Experiment
from experiments.harness.command import USER_ERROR, measuring, run
from experiments.harness.figures import Findings
from nas.errors import UserError

VALUES = {"drop": 60.0, "start": 3.0}


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    """Two cases that take no time; what they were handed as a folder is their note."""

    def measure(findings: Findings, folder: Path) -> None:
        findings.add("time", VALUES[findings.case], "ms", target=50.0)
        findings.note(f"In {folder.name}.")

    (tmp_path / "how.md").write_text("By the clock.\n")
    cases = tuple(Case(name, f"How long does a {name} take?", measure) for name in VALUES)
    return Experiment("Made up", tmp_path, cases)


def call(experiment: Experiment, *arguments: str) -> str:
    app = typer.Typer()
    app.command()(measuring(experiment))
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None:
        raise result.exception
    return result.output


def test_what_the_user_can_mend_is_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], experiment: Experiment
) -> None:
    monkeypatch.setattr("sys.argv", ["experiments.made_up", "fast"])
    with pytest.raises(SystemExit) as end:
        run(measuring(experiment))
    assert end.value.code == USER_ERROR
    assert capsys.readouterr().err == "error: expected some of the cases drop, start, got fast\n"


def test_what_ends_well_ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr("sys.argv", ["experiments.selection", "runs"])
    with pytest.raises(SystemExit) as end:
        run(lambda folder: seen.append(folder))
    assert (end.value.code, seen) == (0, ["runs"])


def test_all_cases_are_measured_and_all_files_written(experiment: Experiment) -> None:
    output = call(experiment, "--to", "somewhere")
    assert "  time  60.0 ms  ≤ 50 ms  missed\n" in output
    drop, start = results.read(experiment.folder)
    assert (drop.case, start.case, start.notes) == ("drop", "start", ["In somewhere."])
    assert len(drop.date) == len("2026-01-01")
    assert " cores, " in drop.machine
    page = (experiment.folder / "results.md").read_text(encoding="utf-8")
    assert "1 of 2 targets are met" in page
    assert "By the clock." in page


def test_several_cases_at_a_time_yield_the_same(experiment: Experiment) -> None:
    """The fixture's function can no more be imported than one of a `__main__` module."""
    call(experiment, "--jobs", "2")
    found = {one.case: one.figures[0].value for one in results.read(experiment.folder)}
    assert found == VALUES


def test_a_named_case_replaces_its_own_results(
    experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(experiment)
    monkeypatch.setitem(VALUES, "drop", 40.0)
    monkeypatch.setitem(VALUES, "start", 7.0)
    call(experiment, "drop")
    values = [found.figures[0].value for found in results.read(experiment.folder)]
    assert values == [40.0, 3.0]


def test_list_measures_nothing(experiment: Experiment) -> None:
    lines = call(experiment, "--list").splitlines()
    assert [line.split()[0] for line in lines] == list(VALUES)
    assert lines[0].endswith("How long does a drop take?")
    assert results.read(experiment.folder) == []


def test_what_was_measured_is_kept_where_a_later_case_fails(experiment: Experiment) -> None:
    def fail(findings: Findings, folder: Path) -> None:
        raise UserError("no")

    failing = Case("start", "?", fail)
    broken = Experiment("Made up", experiment.folder, (experiment.cases[0], failing))
    with pytest.raises(UserError, match="no"):
        call(broken)
    assert [found.case for found in results.read(experiment.folder)] == ["drop"]


def by_name(findings: Findings, folder: Path) -> None:
    """At the top of the module, so that another process finds it."""
    findings.add("time", VALUES[findings.case], "ms", target=50.0)


def test_several_cases_at_a_time_give_the_same_results(tmp_path: Path) -> None:
    (tmp_path / "how.md").write_text("By the clock.\n")
    cases = tuple(Case(name, "How long?", by_name) for name in VALUES)
    made_up = Experiment("Made up", tmp_path, cases)
    call(made_up, "--jobs", "2")
    assert [one.case for one in results.read(tmp_path)] == list(VALUES)
    assert results.read(tmp_path)[0].figures[0].value == VALUES["drop"]
