"""Campaigns as real processes: a small problem, and ways to watch and to end what runs."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

from nas.campaign import records
from nas.runner.attempt_log import read_attempts

HANGS = 900.0  # seconds after which something that is waited for will not come: no test needs them

# The pause makes a run last as long as it takes to write a checkpoint, on any machine. A file
# `gate` beside the problem holds the path of one, or a pattern of paths: where such a file stands,
# training waits for the gate's removal (see `stopped_at`).
PROBLEM = """
import time
from glob import glob
from pathlib import Path
import torch
from nas.problems import Box, Condition, Problem

GATE = Path(__file__).with_name("gate")

def gate_is_shut():
    try:
        return bool(glob(GATE.read_text()))
    except OSError:
        return False

def residual(u, x):
    while gate_is_shut():
        time.sleep(0.01)
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
trials: 2
training:
  warm_up: {iterations: 12, points: {interior: 40, boundary: 4}}
  steps: 120
  points: {interior: 40, boundary: 4}
  fine_tuning: {iterations: 20}
parallel: {workers: 1}
"""
REPRODUCIBLE = ("trials", "runs", "experts", "history")


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for something that ``process`` is to bring about; at once in vain where it has ended."""
    deadline = time.monotonic() + HANGS
    while not condition():
        ended = process.poll() is not None
        assert condition() or not ended, f"it ended before: {process.communicate()}"
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@contextmanager
def stopped_at(
    home: Path, out: Path, run: str
) -> Iterator[Callable[[subprocess.Popen[str]], None]]:
    """Training waits where ``run`` has its first checkpoint, until the block ends.

    ``out`` is the campaign's folder, or a pattern of such. Yields what waits until it is there.
    """
    gate, checkpoint = home / "gate", str(out / "runs" / run / "checkpoint.safetensors")
    gate.write_text(checkpoint)
    try:
        yield lambda process: wait_until(lambda: bool(glob(checkpoint)), process)  # noqa: PTH207
    finally:
        gate.unlink()


def asked_to_stop(out: Path, process: subprocess.Popen[str]) -> None:
    """Wait until the command ``process`` has asked its workers to stop."""
    wait_until((out / "stop").exists, process)


def finish(process: subprocess.Popen[str], code: int = 0) -> str:
    output, errors = process.communicate(timeout=HANGS)
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
    return [row["ending"] for row in read_attempts(out / "runs" / run)]
