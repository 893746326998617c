"""Campaigns with real processes: interrupted, killed, resumed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
import torch

from nas.campaign import campaign, config, records
from nas.errors import UserError
from nas.runner.attempt_log import read_attempts
from tests.campaign.processes import (
    asked_to_stop,
    assert_same_tables,
    endings,
    finish,
    stopped_at,
    workers_of,
)
from tests.command_line import beside_progress

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_a_campaign_records_all_that_happened(whole: records.Records) -> None:
    assert list(whole.trials.trial) == [0, 1]
    assert list(whole.runs.status) == ["completed"] * 2
    assert whole.trials.recommended.sum() == 1
    assert len(whole.experts) == whole.runs.m.sum()
    assert set(whole.experts.outcome) <= {"dropped", "survived"}
    for _, run in whole.runs.iterrows():
        outcomes = whole.experts[whole.experts.run == run.run].outcome
        assert (outcomes == "survived").sum() == run.experts_after
        assert run.experts_before - run.drops == run.experts_after
    assert (whole.runs.relative_l2 < 0.05).all()
    assert (whole.attempts.ending == "completed").all()
    assert json.loads(whole.attempts.versions[0])["torch"] == torch.__version__
    assert whole.campaign["configuration"]["training"]["steps"] == 120


def test_optuna_knows_all_trials_in_the_end(whole: records.Records) -> None:
    storage = f"sqlite:///{whole.folder / 'study.sqlite'}"
    study = optuna.load_study(storage=storage, study_name=whole.campaign["study"])
    told = [tuple(trial.values) for trial in study.trials]
    assert told == list(zip(whole.trials.held_out_loss, whole.trials.parameters, strict=True))


def test_two_workers_end_with_the_tables_of_one(
    whole: records.Records, launch: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    finish(launch(tmp_path / "two", "parallel.workers=2"))
    assert_same_tables(tmp_path / "two", whole)


def test_interrupted_it_says_so_and_goes_on(
    whole: records.Records,
    launch: Callable[..., subprocess.Popen[str]],
    home: Path,
    begun: Path,
) -> None:
    out = begun
    with stopped_at(home, out, "0001-0") as wait:
        process = launch(out)
        wait(process)
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does: the workers get it too
        asked_to_stop(out, process)
    told = finish(process, 130)
    assert "interrupted; all is saved: run the same command again to go on" in told
    assert endings(out, "0001-0") == ["interrupted"]
    assert endings(out, "0000-0") == ["completed"]
    assert list(records.read(out).runs.run) == ["0000-0"]
    finish(launch(out))
    assert_same_tables(out, whole)
    assert endings(out, "0000-0") == ["completed"]
    attempts = read_attempts(out / "runs" / "0001-0")
    assert attempts[1]["from_step"] > 0


def test_a_run_that_never_returns_is_told_at_once_and_ended_by_a_second_interrupt(
    launch: Callable[..., subprocess.Popen[str]], home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with stopped_at(home, out, "0000-0") as wait:  # as if it were for ever
        process = launch(out)
        wait(process)
        (worker,) = workers_of(process)
        os.killpg(process.pid, signal.SIGINT)
        assert process.stderr is not None
        told = next(line for line in process.stderr if beside_progress(line))
        assert told == "warning: waiting for 0000-0 to save; Ctrl-C ends that at once\n"
        os.killpg(process.pid, signal.SIGINT)
        told = finish(process, 130)
    assert told == (
        "interrupted; the last checkpoints are kept: run the same command again to go on\n"
    )
    assert not Path(f"/proc/{worker}").exists()


def test_killed_with_its_parent_it_goes_on(
    whole: records.Records,
    launch: Callable[..., subprocess.Popen[str]],
    home: Path,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    with stopped_at(home, out, "0000-0") as wait:
        process = launch(out)
        wait(process)
        process.kill()  # kill -9 of the parent alone: its worker must notice
        process.wait()
    finish(launch(out))
    assert_same_tables(out, whole)
    assert endings(out, "0000-0") == ["interrupted", "completed"]


def test_a_killed_worker_costs_seconds_not_the_campaign(
    whole: records.Records,
    launch: Callable[..., subprocess.Popen[str]],
    home: Path,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    with stopped_at(home, out, "0000-0") as wait:
        process = launch(out)
        wait(process)
        (worker,) = workers_of(process)
        os.kill(worker, signal.SIGKILL)
    finish(process)
    assert_same_tables(out, whole)
    assert endings(out, "0000-0") == ["killed", "completed"]
    attempts = read_attempts(out / "runs" / "0000-0")
    assert attempts[1]["from_step"] > 0


def test_more_trials_go_on_and_fewer_are_refused(
    whole: records.Records, launch: Callable[..., subprocess.Popen[str]], home: Path, begun: Path
) -> None:
    finish(launch(begun, "trials=2"))
    assert_same_tables(begun, whole)
    with pytest.raises(UserError, match="trials is 2 there and 1 here"):
        campaign.search(config.load(home / "bend.yaml", ["trials=1"]), begun)


def test_a_damaged_checkpoint_is_told_and_nothing_else_is_lost(
    whole: records.Records,
    launch: Callable[..., subprocess.Popen[str]],
    home: Path,
    begun: Path,
) -> None:
    out = begun
    with stopped_at(home, out, "0001-0") as wait:
        process = launch(out)
        wait(process)
        process.send_signal(signal.SIGTERM)
        asked_to_stop(out, process)
    finish(process, 130)
    path = out / "runs" / "0001-0" / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    told = finish(launch(out), 2)
    assert "error: " in told
    assert "damaged or cut short" in told
    path.unlink()
    finish(launch(out))
    assert_same_tables(out, whole)
