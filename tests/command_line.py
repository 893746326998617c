"""The command line in this process."""

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
