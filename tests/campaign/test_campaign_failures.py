"""Campaigns with real processes: what fails is told, and nothing is lost."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nas.campaign import campaign, config, records
from nas.errors import UserError
from tests.campaign.processes import (
    HANGS,
    PROBLEM,
    asked_to_stop,
    assert_same_tables,
    finish,
    stopped_at,
)
from tests.command_line import beside_progress

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_a_run_whose_worker_always_dies_is_given_up(
    launch: Callable[..., subprocess.Popen[str]], home: Path, tmp_path: Path
) -> None:
    deadly = "x.numel() == 40 and u.value.dim() == 2 and __import__('os')._exit(9)"
    change = variant(home, "deadly.py", "time.sleep(0.006)", deadly)
    told = finish(launch(tmp_path / "out", change, "trials=1"), code=1)
    assert "run 0000-0 killed: its worker was killed 3 times at step 0" in told
    assert "none is recommended" in told


def test_a_run_that_diverges_is_a_row_not_the_end(
    launch: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    told = finish(launch(out, "training.learning_rate=1e30", "trials=1"), code=1)
    assert "run 0000-0 diverged: loss" in told
    found = records.read(out)
    assert list(found.runs.status) == ["diverged"]
    assert set(found.experts.outcome) <= {"censored", "dropped"}


def variant(home: Path, name: str, old: str, new: str) -> str:
    """The setting that names a changed copy of the problem."""
    assert old in PROBLEM
    (home / name).write_text(PROBLEM.replace(old, new))
    return f"problem={home / name}"


def test_a_residual_that_raises_in_training_is_a_row_not_the_end(
    launch: Callable[..., subprocess.Popen[str]], home: Path, tmp_path: Path
) -> None:
    change = variant(home, "raising.py", "time.sleep(0.006)", "x.numel() == 40 and [][1]")
    told = finish(launch(tmp_path / "out", change, "trials=1"), code=1)
    assert "run 0000-0 failed: IndexError: list index out of range (see " in told
    found = records.read(tmp_path / "out")
    assert list(found.experts.outcome) == ["censored"] * found.runs.m[0]
    assert "IndexError" in (tmp_path / "out" / "runs" / "0000-0" / "error.txt").read_text()


def test_a_reference_that_raises_costs_no_network(
    launch: Callable[..., subprocess.Popen[str]], home: Path, tmp_path: Path
) -> None:
    exact = '__import__("numpy").sin(3.141592653589793 * x)'
    change = variant(home, "wild.py", exact, f"{exact} if len(x) < 1000 else 1 / 0")
    told = finish(launch(tmp_path / "out", change, "trials=1", "training.steps=50"))
    assert "recommended: trial 0" in told
    runs = records.read(tmp_path / "out").runs
    assert runs.relative_l2.isna().all()
    assert "the reference solution raised ZeroDivisionError" in runs.reason[0]


def test_a_full_disk_in_a_worker_is_told_and_the_campaign_goes_on_afterwards(
    whole: records.Records,
    launch: Callable[..., subprocess.Popen[str]],
    home: Path,
    tmp_path: Path,
) -> None:
    # From the first training step on, the worker can write no file above 2,000 bytes.
    full = (
        "(x.numel() == 40 and not __import__('os').path.exists({flag!r})"
        " and __import__('resource').setrlimit(__import__('resource').RLIMIT_FSIZE, (2000, -1)))"
    ).format(flag=str(tmp_path / "room"))
    change = variant(home, "full.py", "    time.sleep(0.006)", f"    time.sleep(0.006); {full}")
    out = tmp_path / "out"
    told = beside_progress(finish(launch(out, change), code=2))
    assert told.startswith("error: ")
    assert "cannot be written (File too large); free some disk space" in told
    (tmp_path / "room").touch()
    finish(launch(out, change))
    assert_same_tables(out, whole)


def test_another_campaign_in_the_folder_is_refused(whole: records.Records, home: Path) -> None:
    settings = config.load(home / "bend.yaml", ["training.steps=7"])
    with pytest.raises(
        UserError, match=r"different campaign .training.steps is 120 there and 7 here"
    ):
        campaign.search(settings, whole.folder)


def test_another_mathematics_under_the_same_name_is_refused(
    whole: records.Records, home: Path
) -> None:
    original = (home / "bend.py").read_text()
    try:
        (home / "bend.py").write_text(original.replace("u.xx + torch", "u.xx + 2 * torch"))
        with pytest.raises(UserError, match="the mathematics of problem bend has changed"):
            campaign.search(config.load(home / "bend.yaml"), whole.folder)
    finally:
        (home / "bend.py").write_text(original)


def test_a_folder_with_other_files_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(
        UserError, match="expected an empty folder or a campaign, got a folder with"
    ):
        campaign.search(config.load(home / "bend.yaml"), tmp_path)


def test_a_device_that_is_not_there_is_refused(home: Path, tmp_path: Path) -> None:
    settings = config.load(home / "bend.yaml", ["training.device=cuda:97"])
    with pytest.raises(UserError, match=r"expected a device of this machine .cpu.*got cuda:97"):
        campaign.search(settings, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_refused(home: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        campaign.search(config.load(home / "bend.yaml"), Path("/proc/out"))


def test_a_campaign_at_work_is_left_alone(
    launch: Callable[..., subprocess.Popen[str]], home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with stopped_at(home, out, "0000-0") as wait:
        process = launch(out)
        wait(process)
        with pytest.raises(UserError, match="another command is at work here"):
            campaign.search(config.load(home / "bend.yaml"), out)
        process.terminate()
        asked_to_stop(out, process)
    finish(process, 130)


def test_a_full_disk_in_the_parent_is_told_in_one_line(home: Path, tmp_path: Path) -> None:
    command = ["search", str(home / "bend.yaml"), "--out", str(tmp_path / "out")]
    # Files above this size cannot be written: the way a full disk looks from inside.
    full = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (6000, -1));"
        "runpy.run_module('nas.cli', run_name='__main__')"
    )
    process = subprocess.run(
        [sys.executable, "-c", full, *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS,
    )
    assert process.returncode == 2, process.stderr
    assert process.stderr.startswith("error: storage sqlite:")
    assert len(process.stderr.splitlines()) == 1


def test_a_problem_edited_under_way_stops_the_campaign(
    launch: Callable[..., subprocess.Popen[str]], home: Path, tmp_path: Path
) -> None:
    change = variant(home, "edited.py", "time.sleep(0.006)", "time.sleep(0.007)")
    with stopped_at(home, tmp_path / "out", "0000-0") as wait:
        process = launch(tmp_path / "out", change)
        wait(process)
        (home / "edited.py").write_text(PROBLEM.replace("u.xx + torch", "u.xx + 3 * torch"))
    assert "the problem has changed since this work began" in finish(process, 2)


def test_a_machine_without_a_compiler_is_told_once(home: Path, tmp_path: Path) -> None:
    command = ["search", str(home / "bend.yaml"), "--out", str(tmp_path / "out")]
    for change in ("parallel.workers=2", "training.steps=20", "training.fine_tuning.iterations=2"):
        command += ["--set", change]
    done = subprocess.run(
        [sys.executable, "-m", "nas.cli", *command],
        env=os.environ | {"CXX": "no-such-compiler", "NAS_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=True,
        timeout=HANGS,
    )
    assert done.stderr.count("no fused kernel") == 1
    assert len(beside_progress(done.stderr).splitlines()) == 1
