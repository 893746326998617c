"""Work in a fresh process: its first step, its peak of memory and its settings are its own.

``python -m experiments.harness.process FUNCTION ARGUMENT...`` is such a process; arguments and the
last line of its output are JSON.
"""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# One thread, which waits asleep: threads that spin suffer where another process takes a core (on
# two busy cores a step of DeepXDE took 2.1 s instead of 0.04 s).
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


class Died(Exception):  # noqa: N818 - a fact about the other process
    """The process ended before it had an answer."""


def fresh(function: str, *arguments: object, **environment: str) -> Any:
    """What ``function``, a name like ``"math:sqrt"``, returns for ``arguments`` in a new process.

    The process has ``environment`` beside this one's.

    Raises
    ------
    Died
        If it ends with an error, or is killed.

    Examples
    --------
    >>> fresh("math:sqrt", 9)
    3.0
    """
    words = [function, *map(json.dumps, arguments)]
    ended = subprocess.run(
        [sys.executable, "-m", "experiments.harness.process", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,  # others talk there; the last line is the answer
        text=True,
        check=False,
    )
    if ended.returncode:
        raise Died(f"{' '.join(words)}: it ended with exit code {ended.returncode}")
    return json.loads(ended.stdout.splitlines()[-1])


def _main(function: str, *arguments: str) -> None:
    module, _, name = function.partition(":")
    answer = getattr(import_module(module), name)(*map(json.loads, arguments))
    print(f"\n{json.dumps(answer)}", flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
