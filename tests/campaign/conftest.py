"""A campaign of two short runs, whole and to be launched."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from nas.campaign import campaign, config, records
from tests.campaign.processes import CAMPAIGN, PROBLEM


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a campaign file and its problem."""
    folder = tmp_path_factory.mktemp("campaign")
    (folder / "bend.py").write_text(PROBLEM)
    (folder / "bend.yaml").write_text(CAMPAIGN)
    return folder


@pytest.fixture(scope="session")
def whole(home: Path) -> records.Records:
    """The campaign, uninterrupted, with one worker; tests leave it as it is."""
    return campaign.search(config.load(home / "bend.yaml"), home / "whole")


@pytest.fixture(scope="session")
def half(home: Path) -> Path:
    """The folder of the campaign when the first of its two runs was done."""
    settings = config.load(home / "bend.yaml", ["trials=1"])
    return campaign.search(settings, home / "half").folder


@pytest.fixture
def begun(half: Path, tmp_path: Path) -> Path:
    """A copy of it, to go on with."""
    return Path(shutil.copytree(half, tmp_path / "out"))


@pytest.fixture
def launch(home: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts ``nas search`` in a process group of its own; ends what is left of it."""
    started: list[subprocess.Popen[str]] = []

    def start(out: Path, *changes: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "nas.cli", "search", str(home / "bend.yaml")]
        for change in changes:
            command += ["--set", change]
        process = subprocess.Popen(
            [*command, "--out", str(out)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # It can be interrupted, even where these tests run in a shell's background.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
