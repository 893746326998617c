"""What DeepXDE needs for all candidates, one after the other: extrapolated from measured steps.

``python -m experiments.selection.one_by_one PROBLEM`` measures in a process of its own; its last
line of output is the number of seconds.
"""

import os
import subprocess
import sys
from pathlib import Path

from experiments.benchmarks.alone import ROOT
from experiments.training import settings
from nas.files import write_text

STEPS = 15_000  # of Adam, in DeepXDE's demos; L-BFGS, which they take after that, is not counted
MEASURED = 50  # of these


def kept(problem: str, path: Path) -> float:
    """`seconds`, measured once and then read from ``path``."""
    if not path.exists():
        write_text(path, f"{seconds(problem)}\n")
    return float(path.read_text(encoding="utf-8"))


def seconds(problem: str) -> float:
    """Seconds for the whole space, each candidate as long as a demo's network has Adam.

    Raises
    ------
    subprocess.CalledProcessError
        If the measurement fails.
    """
    threads = {"OMP_NUM_THREADS": str(settings.THREADS), "OMP_WAIT_POLICY": "PASSIVE"}
    ended = subprocess.run(
        [sys.executable, "-m", __name__, problem],
        cwd=ROOT,
        env={**os.environ, **threads},
        stdout=subprocess.PIPE,  # DeepXDE talks there; the last line is ours
        text=True,
        check=True,
    )
    return float(ended.stdout.splitlines()[-1])


def _main(problem: str) -> None:
    import torch

    from experiments.training import rivals
    from nas import search_spaces

    torch.set_num_threads(settings.THREADS)
    space = search_spaces.SearchSpace.grid(**settings.SPACE)
    measured = [rivals.seconds(problem, candidate, MEASURED) for candidate in space.candidates]
    print(sum(measured) * STEPS / MEASURED, flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
