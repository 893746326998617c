"""The command line, in this process and in one of its own."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nas import cli
from tests.campaign.processes import HANGS


def nas(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run a command; return its exit code."""
    monkeypatch.setattr(sys, "argv", ["nas", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def python(
    *arguments: str, folder: Path | None = None, **settings: Any
) -> subprocess.CompletedProcess[str]:
    """What a process of its own, in a ``folder``, has printed into pipes, and its exit code."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS,
        **settings,
    )


def beside_progress(errors: str) -> str:
    """What a command said on standard error, but for its lines of phases and runs that ended."""
    progress = re.compile(r"[^:]* (ended at step [\d,]+|\w+ after \d+:\d\d:\d\d)(: .*)?\n")
    lines = errors.splitlines(keepends=True)
    return "".join(line for line in lines if not progress.fullmatch(line))
