"""Attempts at a run: when, where and how fast; and how far the present one is.

The worker writes this log, and the parent reads its progress there.
"""

import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from nas.files import write_text
from nas.training.training_run import Progress

PACKAGES = ("pinn-nas", "torch", "numpy", "optuna", "pandas")


class Attempts:
    """The log of one run's attempts, rewritten once a second.

    Parameters
    ----------
    path
        Of the log, a JSON file.
    keys
        What names the run in the tables.
    threads
        Of this attempt.
    """

    def __init__(self, path: Path, keys: dict[str, Any], threads: int) -> None:
        self.path, self.keys, self.threads = path, keys, threads
        self.rows: list[dict[str, Any]] = read_attempts(path)
        self.started = self.written = time.monotonic()
        self.begun = False

    def begin(self, step: int, device: str) -> None:
        """Begin a row; until `close` it says ``killed``, which is true if nobody comes back."""
        self.begun = True
        self.rows.append(
            self.keys
            | {
                "attempt": len(self.rows),
                "started": datetime.now(UTC).isoformat(timespec="seconds"),
                "seconds": 0.0,
                "from_step": step,
                "to_step": step,
                "ending": "killed",
                "device": device,
                "threads": self.threads,
                "processor": processor(),
                "platform": platform.platform(),
                "versions": json.dumps(versions()),
            }
        )
        self._write({})

    def watch(self, progress: Progress) -> None:
        """Note how far the run is, at most once a second."""
        if time.monotonic() - self.written > 1:
            self.rows[-1]["to_step"] = progress.step
            self._write({name: getattr(progress, name) for name in progress.__annotations__})

    def close(self, ending: str, step: int | None = None) -> None:
        """End the row as the run ended, at ``step`` where it is known."""
        if self.begun:
            self.rows[-1]["ending"] = ending
            self.rows[-1]["to_step"] = self.rows[-1]["to_step"] if step is None else step
            self._write({})

    def _write(self, progress: dict[str, Any]) -> None:
        self.written = time.monotonic()
        self.rows[-1]["seconds"] = round(self.written - self.started, 3)
        write_text(self.path, json.dumps({"attempts": self.rows, "progress": progress}))


def read_attempts(path: Path) -> list[dict[str, Any]]:
    """The rows of the table ``attempts`` at ``path``; none where there is no such file."""
    rows: list[dict[str, Any]] = _read_log(path).get("attempts", [])
    return rows


def read_progress(path: Path) -> dict[str, Any]:
    """The latest `Progress` as a dictionary; empty where none is known."""
    progress: dict[str, Any] = _read_log(path).get("progress", {})
    return progress


def _read_log(path: Path) -> dict[str, Any]:
    try:
        log: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # a log of times: losing one is no reason to stop
    return log


def versions() -> dict[str, str]:
    """Python's version and those of the packages that figures depend on."""
    found = {"python": sys.version.split()[0]}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def processor() -> str:
    """The processor's name, as well as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]}, {os.cpu_count()} cores" if names else platform.processor()
