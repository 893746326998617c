"""The four commands on a tiny campaign, as processes; and what they leave."""

import hashlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from experiments.harness.process import ONE_THREAD, ROOT

HERE = Path(__file__).parent
CAMPAIGN = HERE / "campaign.yaml"
# Each goes on where the one before it has ended; all work in a folder of their own.
COMMANDS = {
    "search": ("search", str(CAMPAIGN), "--out", "out"),
    "validate": ("validate", "out"),
    "report": ("report", "out"),
    "export": ("export", "out", "--to", "model"),
}
MARK = "NAS_ROBUSTNESS"  # in the environment of a command and of all that it starts
TIMED = ("attempts.parquet",)  # of wall times and nothing else
# What a page says of them: how long runs took, when, and in how many pieces.
_TIMES = re.compile(rb"\s*<dt>(Time of|Interruptions|Started)[^<]*</dt>\s*<dd>[^<]*</dd>")
_KEPT = (
    "out/tables/*.parquet",
    "out/report/index.html",
    "out/report/tables/*.csv",
    "out/report/figures/*.svg",
    "model/architecture.json",
    "model/*.safetensors",
)


def start(name: str, work: Path, mark: str = "", more: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Begin a command in ``work``, with ``more`` words, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "nas.cli", *COMMANDS[name], *more],
        cwd=work,
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT), MARK: mark},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_listen,
    )


def _listen() -> None:
    """Hear the signals that a shell's background, or nohup, lets all that it starts ignore."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def run(name: str, work: Path, mark: str = "", more: Sequence[str] = ()) -> tuple[int, str]:
    """A whole command: its exit code, and what it says on standard error."""
    process = start(name, work, mark, more)
    _, errors = process.communicate()
    return process.returncode, errors


def left(work: Path) -> dict[str, str]:
    """What the commands have left in ``work`` that no wall time changes: digests by path."""
    paths = sorted(path for pattern in _KEPT for path in work.glob(pattern))
    return {
        path.relative_to(work).as_posix(): _digest(path) for path in paths if path.name not in TIMED
    }


def differing(now: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """The paths at which two folders, as `left` has them, are not the same.

    >>> differing({"a": "1", "b": "2"}, {"b": "3", "c": "4"})
    ['a', 'b', 'c']
    """
    return sorted(path for path in now.keys() | wanted if now.get(path) != wanted.get(path))


def _digest(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix == ".parquet":
        table = pd.read_parquet(path)
        if "seconds" in table:
            # A subset of the kind "longest" learns for as many seconds as the search took.
            lasting = table[table.kind != "longest"] if "kind" in table else table
            content = lasting.drop(columns="seconds").to_csv().encode()
    elif path.suffix == ".html":
        content = _TIMES.sub(b"", content)
    return hashlib.sha256(content).hexdigest()
