"""Campaigns as real processes: a small problem, and ways to watch and to end what runs."""

import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from nas.campaign.attempts import read_attempts

from nas.campaign import records

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
trials: 2
training:
  warm_up: {iterations: 12, points: {interior: 40, boundary: 4}}
  steps: 300
  points: {interior: 40, boundary: 4}
  fine_tuning: {iterations: 20}
parallel: {workers: 1}
"""
REPRODUCIBLE = ("trials", "runs", "experts", "history")


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
