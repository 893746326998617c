"""Campaigns with real processes: interrupted, killed, resumed, and refused."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from nas.campaign import campaign, config, records
from nas.campaign.attempts import read_attempts
from nas.errors import Misuse

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

# The pause makes a run last some seconds, so that there is something to interrupt.
PROBLEM = """
import time
import torch
from nas.problems import Box, Condition, Problem

def residual(u, x):
    time.sleep(0.006)
    return u.xx + torch.pi**2 * torch.sin(torch.pi * x)

problem = Problem(
    name="bend",
    domain=Box(x=(0, 1)),
    residual=residual,
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
    solution=lambda x: __import__("numpy").sin(3.141592653589793 * x),
)
"""
CAMPAIGN = """
problem: bend.py
space: {activations: [sine, tanh, swish], depths: [1, 2], widths: [6]}
gate: {depth: 1, width: 6}
tune: {m: [2, 4], p: [0.2, 0.9], threshold: [0.3, 0.9]}
trials: 3
training:
  steps: 300
  points: {interior: 40, boundary: 4}
  fine_tuning: {rounds: 1, iterations: 60}
parallel: {workers: 1}
"""
REPRODUCIBLE = ("trials", "runs", "experts", "history")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a campaign file and its problem."""
    folder = tmp_path_factory.mktemp("campaign")
    (folder / "bend.py").write_text(PROBLEM)
    (folder / "bend.yaml").write_text(CAMPAIGN)
    return folder


@pytest.fixture(scope="module")
def whole(home: Path) -> records.Records:
    """The campaign, uninterrupted, with one worker."""
    return campaign.search(config.load(home / "bend.yaml"), home / "whole")


@pytest.fixture
def launch(home: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts ``nas search`` in a process group of its own; ends what is left of it."""
    started: list[subprocess.Popen[str]] = []

    def start(out: Path, *changes: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "nas.cli", "search", str(home / "bend.yaml")]
        for change in changes:
            command += ["--set", change]
        process = subprocess.Popen(
            [*command, "--out", str(out)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until(condition: Callable[[], bool], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def under_way(out: Path, run: str) -> bool:
    return (out / "runs" / run / "checkpoint.safetensors").exists()


def finish(process: subprocess.Popen[str], code: int = 0) -> str:
    output, errors = process.communicate(timeout=180)
    assert process.returncode == code, errors
    assert "Traceback" not in errors
    return output + errors


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """The process numbers of the campaign's workers."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = re.search(r"^PPid:\s+(\d+)", (folder / "status").read_text(), re.M)
                command = (folder / "cmdline").read_text()
            except OSError:
                continue
            if parent and int(parent[1]) == process.pid and "popen_loky" in command:
                found.append(int(folder.name))
    return found


def assert_same_tables(out: Path, whole: records.Records) -> None:
    for name in REPRODUCIBLE:
        expected = (whole.folder / "tables" / f"{name}.parquet").read_bytes()
        assert (out / "tables" / f"{name}.parquet").read_bytes() == expected, name


def endings(out: Path, run: str) -> list[str]:
    return [row["ending"] for row in read_attempts(out / "runs" / run / "attempts.json")]


def test_a_campaign_records_all_that_happened(whole: records.Records) -> None:
    assert list(whole.trials.trial) == [0, 1, 2]
    assert list(whole.runs.status) == ["completed"] * 3
    assert whole.trials.recommended.sum() == 1
    assert len(whole.experts) == whole.runs.m.sum()
    assert set(whole.experts.fate) <= {"dropped", "survived"}
    for _, run in whole.runs.iterrows():
        fates = whole.experts[whole.experts.run == run.run].fate
        assert (fates == "survived").sum() == run.experts_after
        assert run.experts_before - run.drops == run.experts_after
    assert (whole.runs.relative_l2 < 0.05).all()
    assert (whole.attempts.ending == "completed").all()
    assert json.loads(whole.attempts.versions[0])["torch"] == torch.__version__
    assert whole.campaign["configuration"]["training"]["steps"] == 300


def test_two_workers_end_with_the_tables_of_one(
    whole: records.Records, launch: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    finish(launch(tmp_path / "two", "parallel.workers=2"))
    assert_same_tables(tmp_path / "two", whole)


def test_interrupted_it_says_so_and_goes_on(
    whole: records.Records, launch: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = launch(out)
    wait_until(lambda: under_way(out, "0001-0"))
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does: the workers get it too
    told = finish(process, 130)
    assert "interrupted; all is saved: run the same command again to go on" in told
    assert endings(out, "0001-0") == ["interrupted"]
    assert endings(out, "0000-0") == ["completed"]
    finish(launch(out))
    assert_same_tables(out, whole)
    assert endings(out, "0000-0") == ["completed"]
    attempts = read_attempts(out / "runs" / "0001-0" / "attempts.json")
    assert attempts[1]["from_step"] > 0


def test_killed_with_its_parent_it_goes_on(
    whole: records.Records, launch: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = launch(out)
    wait_until(lambda: under_way(out, "0000-0"))
    process.kill()  # kill -9 of the parent alone: its worker must notice
    process.wait()
    finish(launch(out))
    assert_same_tables(out, whole)
    assert endings(out, "0000-0") == ["interrupted", "completed"]


def test_a_killed_worker_costs_seconds_not_the_campaign(
    whole: records.Records, launch: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = launch(out)
    wait_until(lambda: under_way(out, "0000-0"))
    (worker,) = workers_of(process)
    os.kill(worker, signal.SIGKILL)
    finish(process)
    assert_same_tables(out, whole)
    assert endings(out, "0000-0") == ["killed", "completed"]
    attempts = read_attempts(out / "runs" / "0000-0" / "attempts.json")
    assert attempts[1]["from_step"] > 0


def test_a_run_whose_worker_always_dies_is_given_up(
    launch: Callable[..., subprocess.Popen[str]], home: Path, tmp_path: Path
) -> None:
    deadly = "len(x) == 40 and u.value.dim() == 2 and __import__('os')._exit(9)"
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
    assert set(found.experts.fate) <= {"censored", "dropped"}


def variant(home: Path, name: str, old: str, new: str) -> str:
    """The setting that names a changed copy of the problem."""
    assert old in PROBLEM
    (home / name).write_text(PROBLEM.replace(old, new))
    return f"problem={home / name}"


def test_a_residual_that_raises_in_training_is_a_row_not_the_end(
    launch: Callable[..., subprocess.Popen[str]], home: Path, tmp_path: Path
) -> None:
    change = variant(home, "raising.py", "time.sleep(0.006)", "len(x) == 40 and [][1]")
    told = finish(launch(tmp_path / "out", change, "trials=1"), code=1)
    assert "run 0000-0 failed: IndexError: list index out of range (see " in told
    found = records.read(tmp_path / "out")
    assert list(found.experts.fate) == ["censored"] * found.runs.m[0]
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
        "(len(x) == 40 and not __import__('os').path.exists({flag!r})"
        " and __import__('resource').setrlimit(__import__('resource').RLIMIT_FSIZE, (2000, -1)))"
    ).format(flag=str(tmp_path / "room"))
    change = variant(home, "full.py", "    time.sleep(0.006)", f"    time.sleep(0.006); {full}")
    out = tmp_path / "out"
    told = finish(launch(out, change), code=2)
    assert told.startswith("error: ")
    assert "cannot be written (File too large); make room" in told
    (tmp_path / "room").touch()
    finish(launch(out, change))
    assert_same_tables(out, whole)


def test_more_trials_go_on_and_fewer_are_refused(
    whole: records.Records, launch: Callable[..., subprocess.Popen[str]], home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    finish(launch(out, "trials=1"))
    finish(launch(out, "trials=3"))
    assert_same_tables(out, whole)
    with pytest.raises(Misuse, match="trials is 3 there and 2 here"):
        campaign.search(config.load(home / "bend.yaml", ["trials=2"]), out)


def test_another_campaign_in_the_folder_is_refused(whole: records.Records, home: Path) -> None:
    settings = config.load(home / "bend.yaml", ["training.steps=7"])
    with pytest.raises(Misuse, match=r"different campaign .training.steps is 300 there and 7 here"):
        campaign.search(settings, whole.folder)


def test_another_mathematics_under_the_same_name_is_refused(
    whole: records.Records, home: Path
) -> None:
    original = (home / "bend.py").read_text()
    try:
        (home / "bend.py").write_text(original.replace("u.xx + torch", "u.xx + 2 * torch"))
        with pytest.raises(Misuse, match="the mathematics of problem bend has changed"):
            campaign.search(config.load(home / "bend.yaml"), whole.folder)
    finally:
        (home / "bend.py").write_text(original)


def test_a_folder_with_other_files_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(Misuse, match="expected an empty folder or a campaign, got a folder with"):
        campaign.search(config.load(home / "bend.yaml"), tmp_path)


def test_a_device_that_is_not_there_is_refused(home: Path, tmp_path: Path) -> None:
    settings = config.load(home / "bend.yaml", ["training.device=cuda:97"])
    with pytest.raises(Misuse, match=r"expected a device of this machine .cpu.*got cuda:97"):
        campaign.search(settings, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_refused(home: Path) -> None:
    with pytest.raises(Misuse, match="cannot be written"):
        campaign.search(config.load(home / "bend.yaml"), Path("/proc/out"))


def test_a_campaign_at_work_is_left_alone(
    launch: Callable[..., subprocess.Popen[str]], home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = launch(out)
    wait_until(lambda: (out / "campaign.json").exists())
    with pytest.raises(Misuse, match="another `nas search` is at work here"):
        campaign.search(config.load(home / "bend.yaml"), out)
    process.terminate()
    finish(process, 130)


def test_a_damaged_checkpoint_is_told_and_nothing_else_is_lost(
    whole: records.Records, launch: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = launch(out)
    wait_until(lambda: under_way(out, "0001-0"))
    process.send_signal(signal.SIGTERM)
    finish(process, 130)
    path = out / "runs" / "0001-0" / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    told = finish(launch(out), 2)
    assert "error: " in told
    assert "damaged or cut short" in told
    path.unlink()
    finish(launch(out))
    assert_same_tables(out, whole)


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
        timeout=120,
    )
    assert process.returncode == 2, process.stderr
    assert process.stderr.startswith("error: storage sqlite:")
    assert len(process.stderr.splitlines()) == 1


def test_a_problem_edited_under_way_stops_the_campaign(
    launch: Callable[..., subprocess.Popen[str]], home: Path, tmp_path: Path
) -> None:
    change = variant(home, "edited.py", "time.sleep(0.006)", "time.sleep(0.007)")
    process = launch(tmp_path / "out", change)
    wait_until(lambda: under_way(tmp_path / "out", "0000-0"))
    (home / "edited.py").write_text(PROBLEM.replace("u.xx + torch", "u.xx + 3 * torch"))
    assert "expected the problem that the campaign began with" in finish(process, 2)
