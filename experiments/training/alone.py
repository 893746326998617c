"""A run in a process of its own: ``python -m experiments.training.alone``.

Its arguments are problem, method, seed and seconds; its last line of output is the run. Threads,
seeds and memory of one run are none of another's then, and all begin alike.
"""

import os
import subprocess
import sys

from experiments.benchmarks.alone import ROOT, Died
from experiments.training import settings
from experiments.training.runs import Run, Task


def run(task: Task, budget: float) -> Run:
    """Do a run in a fresh process of `settings.THREADS` threads; `Died` where it has no end."""
    # Threads that wait for each other asleep, since those that spin suffer where another process
    # takes a core: on two busy cores a step of DeepXDE took 2.1 s instead of 0.04 s.
    threads = {"OMP_NUM_THREADS": str(settings.THREADS), "OMP_WAIT_POLICY": "PASSIVE"}
    arguments = [task.problem, task.method, str(task.seed), str(budget)]
    ended = subprocess.run(
        [sys.executable, "-m", __name__, *arguments],
        cwd=ROOT,
        env={**os.environ, **threads},
        stdout=subprocess.PIPE,  # DeepXDE talks there; the last line is ours
        text=True,
        check=False,
    )
    if ended.returncode:
        raise Died(f"{task}: it ended with exit code {ended.returncode}")
    return Run.from_json(ended.stdout.splitlines()[-1])


def _main(problem: str, method: str, seed: str, budget: str) -> None:
    import torch

    torch.set_num_threads(settings.THREADS)
    task = Task(problem, method, int(seed))
    if method in (settings.DEEPXDE, settings.DEEPXDE_PLAIN):
        from experiments.training import rivals

        found = rivals.run(task, float(budget))
    else:
        from experiments.training import ours

        found = ours.run(task, float(budget))
    print(found.to_json(), flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
