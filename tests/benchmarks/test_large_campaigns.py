"""Campaigns of many runs and of many workers, small here."""

import importlib
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.benchmarks import finished_campaign
from experiments.benchmarks.cases import many_runs, many_workers
from experiments.harness.figures import Findings
from nas.campaign import campaign, layout, parquet, records
from nas.campaign.tuner import Tuner
from nas.runner.overview import Best, Clock


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "out"
    finished_campaign.make(folder, 3)
    return folder


def test_a_campaign_that_was_made_is_one_that_was_searched(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "out")
    settings = finished_campaign.settings(3)
    found = campaign.search(settings, tmp_path / "out")
    assert list(found.runs.run) == ["0000-0", "0001-0", "0002-0"]
    assert found.runs.held_out_loss.is_unique
    assert (found.attempts.ending == "completed").all()
    study = finished_campaign.study_name(tmp_path / "out")
    tuner = Tuner(settings, finished_campaign.storage(tmp_path / "out"), study)
    proposed = [tuner.propose(trial) for trial in range(3)]
    assert [one.m for one in proposed] == list(found.trials.m)


def test_all_is_measured_of_many_runs_and_of_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    def here(function: str, *arguments: Any) -> Any:
        module, _, name = function.partition(":")
        return getattr(importlib.import_module(module), name)(*arguments)

    monkeypatch.setattr(many_runs, "RUNS", 4)
    monkeypatch.setattr(many_runs, "FEWER", 2)
    monkeypatch.setattr(many_runs, "fresh", here)
    findings = Findings("many_runs")
    many_runs.measure(findings)
    found = {figure.figure: figure for figure in findings.figures}
    assert len(found) == 3 * len(many_runs.WHAT)
    assert (found["resume"].target, found["report: memory"].target) == (10.0, 1.0)
    assert found["gather"].value > 0


def test_to_go_on_reads_each_finished_run_once_and_asks_few_for_their_time(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Path(shutil.copytree(made, tmp_path / "out"))
    runs = [layout.run_folder(out, f"000{trial}-0") for trial in range(3)]
    losses = [records.read_rows(run / "runs.parquet", "runs")[0]["held_out_loss"] for run in runs]
    least = min(range(3), key=lambda trial: losses[trial])
    read: list[Path] = []
    clocks: list[tuple[Any, ...]] = []
    before = parquet.read_table

    def read_table(path: Path, *of: Any) -> Any:
        read.append(path)
        return before(path, *of)

    def clock(*of: Any) -> Clock:
        clocks.append(of)
        return Clock(*of)

    monkeypatch.setattr(parquet, "read_table", read_table)
    monkeypatch.setattr(campaign, "Clock", clock)
    monkeypatch.setattr(campaign, "_TIMED", 2)
    many_runs.resume(str(out), 3)
    assert read == [run / "runs.parquet" for run in runs]
    ((_, timed, _, best),) = clocks
    assert list(timed) == [runs[0], runs[2]]
    assert best == Best(runs[least].name, losses[least])


def test_played_workers_leave_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[pd.DataFrame] = []

    def search(*of: Any) -> records.Records:
        found = before(*of)
        seen.append(found.runs)
        return found

    before = campaign.search
    monkeypatch.setattr(many_workers, "WORKERS", 3)
    monkeypatch.setattr(many_workers, "RUNS", 5)
    monkeypatch.setattr(campaign, "search", search)
    findings = Findings("many_workers")
    monkeypatch.setattr(many_workers, "SECONDS", 0.2)
    many_workers.measure(findings)
    assert [len(runs) for runs in seen] == [1, 5]
    busy = next(one for one in findings.figures if one.figure == "busy")
    assert (busy.unit, busy.target) == ("%", 95.0)
    assert 0 < busy.value <= 100
