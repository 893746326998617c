"""Work in a fresh process: its first step, its peak of memory and its settings are its own.

``python -m experiments.harness.process FUNCTION ARGUMENT...`` is such a process; arguments and the
last line of its output are JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

ROOT = Path(__file__).parents[2]
# One thread, which waits asleep: threads that spin suffer where another process takes a core (on
# two busy cores a step of DeepXDE took 2.1 s instead of 0.04 s).
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


class Died(Exception):  # noqa: N818 - a fact about the other process
    """The process ended before it had an answer."""


class Stopped(Exception):  # noqa: N818 - somebody wanted it
    """The process was ended before it had an answer."""


def fresh(
    function: str,
    *arguments: object,
    should_stop: Callable[[], bool] = lambda: False,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Any:
    """What ``function``, a name like ``"math:sqrt"``, returns for ``arguments`` in a new process.

    The process has ``environment`` beside this one's. It is ended where ``should_stop()``, which
    is asked twice a second.

    Raises
    ------
    Died
        If it ends with an error, or is killed.
    Stopped
        If it was to be stopped.

    Examples
    --------
    >>> fresh("math:sqrt", 9)
    3.0
    """
    words = [function, *map(json.dumps, arguments)]
    process = subprocess.Popen(
        [sys.executable, "-m", "experiments.harness.process", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,  # others talk there; the last line is the answer
        text=True,
    )
    output = _output(process, should_stop)
    if process.returncode:
        raise Died(f"{' '.join(words)}: it ended with exit code {process.returncode}")
    return json.loads(output.splitlines()[-1])


def _output(process: subprocess.Popen[str], should_stop: Callable[[], bool]) -> str:
    """All that ``process`` prints until it ends."""
    while True:
        try:
            output, _ = process.communicate(timeout=0.5)
        except subprocess.TimeoutExpired:
            if should_stop():
                process.terminate()
                process.communicate()
                raise Stopped from None
        else:
            # Ctrl-C reaches every process of a terminal: this one may have died of it.
            if process.returncode and should_stop():
                raise Stopped
            return output


def _main(function: str, *arguments: str) -> None:
    module, _, name = function.partition(":")
    answer = getattr(import_module(module), name)(*map(json.loads, arguments))
    print(f"\n{json.dumps(answer)}", flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
