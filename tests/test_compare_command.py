"""The command that sets campaigns side by side."""

import subprocess
import sys
from pathlib import Path

from tests.reports.synthetic_campaign import Campaign


def test_the_command_is_there_and_what_is_wrong_is_one_line(tmp_path: Path) -> None:
    folders = [str(Campaign().write(tmp_path / name)) for name in "ab"]
    command = [sys.executable, "-m", "nas.cli", "compare", *folders]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "expected at least one run that has ended" in done.stderr
    assert len(done.stderr.splitlines()) == 1
