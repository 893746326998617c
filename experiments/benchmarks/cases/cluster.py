"""Do two workers of a Dask cluster do as many trials a minute as two independent processes?

The campaign of `workers`, of twice as many trials: on a cluster of two workers that is there, or as
two campaigns of half of the trials side by side, each in one process. One thread each; from the
start of the command to its end, with all that is begun. Medians of 3 rounds in turn.
"""

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from experiments.benchmarks.cases.workers import FILE
from experiments.harness.dask_cluster import cluster
from experiments.harness.figures import Findings
from experiments.harness.process import ONE_THREAD
from experiments.harness.timing import seconds_of

HOSTS = ("127.0.0.2", "127.0.0.3")
ROUNDS = 3
TRIALS = 24


def measure(findings: Findings) -> None:
    """Both, in turn."""
    with tempfile.TemporaryDirectory() as name, cluster(Path(name) / "cluster", HOSTS) as there:
        rates: dict[str, list[float]] = {"two processes": [], "two workers of a cluster": []}
        for number in range(ROUNDS):
            folder = Path(name) / str(number)
            for kind, does in zip(
                rates,
                (partial(_apart, folder), partial(_on_cluster, folder, there.address)),
                strict=True,
            ):
                rates[kind].append(60 * TRIALS / seconds_of(does))
    for kind, found in rates.items():
        findings.add(kind, median(found), "trials/min", "higher")
    pairs = zip(*rates.values(), strict=True)
    ratio = median(together / apart for apart, together in pairs)
    findings.add("the cluster over the processes", ratio, "", "higher", 0.97)


def _apart(folder: Path) -> None:
    half = ("--set", f"trials={TRIALS // 2}", "--set", "parallel.engine=serial")
    both = [_begun(folder / f"alone-{seed}", *half, "--set", f"seed={seed}") for seed in (0, 1)]
    for process in both:
        _ended(process)


def _on_cluster(folder: Path, address: str) -> None:
    all_of = ("--set", f"trials={TRIALS}", "--workers", address)
    _ended(_begun(folder / "together", *all_of))


def _begun(out: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "nas.cli", "search", str(FILE), "--out", str(out), *words]
    return subprocess.Popen(command, env={**os.environ, **ONE_THREAD}, stdout=subprocess.DEVNULL)


def _ended(process: subprocess.Popen[bytes]) -> None:
    if process.wait():
        raise RuntimeError(f"a search ended with exit code {process.returncode}")
