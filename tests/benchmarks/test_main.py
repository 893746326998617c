"""The command, with a case that takes no time."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from experiments.benchmarks import __main__ as command
from experiments.benchmarks import cases
from experiments.benchmarks.figures import Findings
from experiments.command import USER_ERROR

VALUES = {"drop": 40.0, "start": 3.0}


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def measure(case: cases.Case) -> Findings:
        findings = Findings(case.name, notes=[f"Note of {case.name}."])
        findings.add("time", VALUES[case.name], "ms", target=50.0)
        return findings

    monkeypatch.setattr(cases.Case, "measure", measure)
    monkeypatch.setattr(cases, "names", lambda: list(VALUES))
    monkeypatch.setattr(command, "RESULTS", tmp_path / "results")
    return tmp_path / "results"


def run(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(command.main)
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def test_all_cases_are_measured_and_told(results: Path) -> None:
    code, output = run()
    assert code == 0
    assert "2 of 2 targets are met" in output
    assert results.with_suffix(".csv").read_text().splitlines()[1:] == [
        "drop,time [ms],40,50,lower",
        "start,time [ms],3,50,lower",
    ]
    assert results.with_suffix(".svg").exists()


def test_a_named_case_replaces_its_own_rows_and_section(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    monkeypatch.setitem(VALUES, "drop", 60.0)
    monkeypatch.setitem(VALUES, "start", 7.0)
    code, output = run("drop")
    assert (code, "1 of 2 targets are met" in output) == (0, True)
    page = results.with_suffix(".md").read_text(encoding="utf-8")
    assert "| drop | time | 60.0 ms | ≤ 50 ms | missed |" in page
    assert "| start | time | 3.00 ms | ≤ 50 ms | met |" in page
    assert page.count("Note of drop.") == page.count("Note of start.") == 1


def test_list_measures_nothing(results: Path) -> None:
    code, output = run("--list")
    assert code == 0
    assert [line.split()[0] for line in output.splitlines()] == list(VALUES)
    assert not results.with_suffix(".csv").exists()


@pytest.mark.usefixtures("results")
def test_an_unknown_case_is_misuse() -> None:
    code, output = run("fast")
    assert code == USER_ERROR
    assert "'fast': no such case" in output
