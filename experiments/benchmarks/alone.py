"""What has to be measured in a process of its own: ``python -m experiments.benchmarks.alone``.

The first step of a process, and the largest memory that a process has used.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
SECONDS = 10.0  # that a size's steps may take together
STEPS = 20  # at most
KIB = 1024


@dataclass(frozen=True)
class Size:
    """What a pool of ``m`` experts needs for a step at ``points`` points.

    Parameters
    ----------
    seconds
        Of a step: the median of those after the first, or of the first alone where it is long.
    extra
        Bytes at the highest, over those before the first step.
    peak
        Bytes at the highest, the whole process.
    """

    m: int
    points: int
    parameters: int
    seconds: float
    extra: int
    peak: int


class Died(Exception):  # noqa: N818 - a fact about the other process
    """The process ended before it had an answer."""


def first_step(cache: Path) -> float:
    """Seconds from the start of a fresh process to the end of its first standard step."""
    began = time.perf_counter()
    _, ended = _run(["first_step"], {"NAS_CACHE": str(cache)})
    return ended - began


def size(m: int, points: int) -> Size:
    """Time and memory of one size; `Died` where the process did not live to tell."""
    answer, _ = _run(["size", str(m), str(points)], {})
    return Size(**json.loads(answer))


def _run(arguments: list[str], environment: Mapping[str, str]) -> tuple[str, float]:
    """The first line that a fresh process prints, and when it did."""
    command = [sys.executable, "-m", __name__, *arguments]
    env = {**os.environ, **environment}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        when = time.perf_counter()
    if not line:
        raise Died(f"{' '.join(arguments)}: it ended with exit code {process.returncode}")
    return line, when


def _first_step() -> None:
    from experiments.benchmarks import machine, settings
    from experiments.benchmarks.ours import Ours

    machine.use_all_cores()
    Ours(settings.BURGERS, settings.standard_pool())()
    print("done", flush=True)


def _size(m: int, points: int) -> None:
    from experiments.benchmarks import machine, settings
    from experiments.benchmarks.ours import Ours
    from experiments.benchmarks.timing import seconds_of
    from nas import search_spaces

    _die_first()
    machine.use_all_cores()
    step = Ours(settings.BURGERS, search_spaces.load("full_grid").pool(m, seed=0), points)
    before = _resident()
    seconds = [seconds_of(step)]
    while sum(seconds) + seconds[-1] < SECONDS and len(seconds) < STEPS:
        seconds.append(seconds_of(step))
    peak = _peak()
    found = Size(
        m=m,
        points=points,
        parameters=step.mixture.parameters_alive,
        seconds=median(seconds[1:] or seconds),
        extra=max(peak - before, 0),
        peak=peak,
    )
    print(json.dumps(asdict(found)), flush=True)


def _die_first() -> None:
    """Where memory runs out, let the kernel end this process and no other (Linux)."""
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        score.write_text("1000")


def _resident() -> int:
    """Bytes that the process holds now; where nobody tells, the most that it has held."""
    return _status("VmRSS") or _highest()


def _peak() -> int:
    """The most bytes that the process has held."""
    # On Linux getrusage hands down the parent's peak, so that is asked only elsewhere.
    return _status("VmHWM") or _highest()


def _status(name: str) -> int | None:
    """A size in bytes that Linux tells of this process."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    lines = status.read_text(encoding="utf-8").splitlines()
    found = [line.split()[1] for line in lines if line.startswith(f"{name}:")]
    return int(found[0]) * KIB if found else None


def _highest() -> int:
    import resource

    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return highest if sys.platform == "darwin" else highest * KIB


if __name__ == "__main__":
    work: dict[str, Any] = {"first_step": _first_step, "size": _size}
    work[sys.argv[1]](*map(int, sys.argv[2:]))
