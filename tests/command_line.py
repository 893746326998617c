"""The command line in this process."""

import re
import sys

import pytest

from nas import cli


def nas(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run a command; return its exit code."""
    monkeypatch.setattr(sys, "argv", ["nas", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def beside_progress(errors: str) -> str:
    """What a command said on standard error, but for its lines of phases and runs that ended."""
    progress = re.compile(r"[^:]* (ended at step [\d,]+|\w+ after \d+:\d\d:\d\d)(: .*)?\n")
    lines = errors.splitlines(keepends=True)
    return "".join(line for line in lines if not progress.fullmatch(line))
