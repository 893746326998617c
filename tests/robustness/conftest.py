"""Campaigns of two tiny runs, one finished and one interrupted, and commands in this process."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nas.campaign import campaign, config
from nas.errors import UserError
from nas.export import exporting
from nas.reports import rendering
from nas.reports.figures import Picture
from nas.reports.rendering import Rendered
from nas.runner.dispatcher import Interrupted
from nas.runner.job_context import Context
from nas.validation import validation
from tests import command_line

Command = Callable[..., tuple[int, str, str]]

PROBLEM = """
from nas import Box, Condition, Problem
ends = Condition(("x_min", "x_max"), lambda u: u)
problem = Problem("bend", Box(x=(0, 1)), lambda u: u.xx + 2, [ends])
"""
CAMPAIGN = """
problem: bend.py
space: {activations: [sine, tanh], depths: [1], widths: [3]}
gate: {depth: 0, width: 3, activation: tanh}
tune: {m: 2, p: 0.5, threshold: [0.3, 0.6]}
trials: 2
training:
  warm_up: {iterations: 3, points: {interior: 12, boundary: 2}}
  steps: 8
  points: {interior: 12, boundary: 2}
  fine_tuning: {iterations: 3}
parallel: {engine: serial, workers: 1}
"""


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the campaign file."""
    folder = tmp_path_factory.mktemp("robust")
    (folder / "bend.py").write_text(PROBLEM)
    (folder / "bend.yaml").write_text(CAMPAIGN)
    return folder


@pytest.fixture(scope="session")
def finished(home: Path) -> Path:
    """A campaign that is over."""
    return campaign.search(config.load(home / "bend.yaml"), home / "finished").folder


@pytest.fixture(scope="session")
def interrupted(home: Path) -> Path:
    """A campaign that was interrupted in its second run, which has a checkpoint."""
    asked = 0

    def pressing(context: Context) -> bool:
        nonlocal asked
        asked += context._log._folder.name == "0001-0"
        if asked == 6:
            asked += 1
            raise KeyboardInterrupt
        return context._stop.exists()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Context, "should_stop", pressing)
        with pytest.raises(Interrupted, match="run the same again"):
            campaign.search(config.load(home / "bend.yaml"), home / "interrupted")
    assert (home / "interrupted" / "runs" / "0001-0" / "checkpoint.safetensors").exists()
    return home / "interrupted"


@pytest.fixture
def nas(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """Runs a command in this process: exit code, output, and errors, with warnings among them.

    Nothing is drawn, exported or trained beside a run, since that takes seconds; all that these
    commands read is read.
    """

    def undrawn(picture: Picture, folder: Path) -> Rendered:
        shown = "data:,"
        return Rendered(
            picture.name, picture.title, picture.alt, picture.reading, 1, 1, shown, shown, plot=""
        )

    def reached(*_: Any, **__: Any) -> None:
        raise UserError("everything has been read")

    monkeypatch.setattr(rendering, "_render", undrawn)
    monkeypatch.setattr(exporting, "staged", reached)
    monkeypatch.setattr(validation, "run_all", lambda *_: None)
    monkeypatch.setattr(validation, "_beside", lambda *_: iter(()))
    monkeypatch.chdir(home)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = command_line.nas(monkeypatch, *arguments)
        printed = capsys.readouterr()
        return code, printed.out, command_line.beside_progress(printed.err)

    return run
