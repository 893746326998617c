"""A search that is asked to stop at each moment: told in a line, and gone on with."""

import signal
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from nas.exit_codes import DONE, INTERRUPTED
from nas.signals import ASKING
from tests.command_line import beside_progress, nas

CAMPAIGN = """
problem: poisson_l_shape
space: {activations: [sine, tanh], depths: [1], widths: [4]}
gate: {depth: 0, width: 4, activation: tanh}
tune: {m: 2, p: 0.5, threshold: 0.3}
trials: 1
training:
  warm_up: {iterations: 3, points: {interior: 30, boundary: 12}}
  steps: 5
  points: {interior: 30, boundary: 12}
  fine_tuning: {iterations: 3}
parallel: {engine: serial}
"""
TABLES = ("trials", "runs", "experts", "history")
# What is called at each moment, in its turn.
MOMENTS = {
    "as modules are imported": ("nas.campaign.named", "load"),
    "before the folder is opened": ("nas.campaign.campaign", "opened"),
    "as the problem is imported": ("nas.runner.problem_source", "_load"),
    "as the folder is claimed": ("nas.campaign.folder", "identify"),
    "as workers start": ("nas.runner.dispatcher", "create"),
    "as a run begins": ("nas.campaign.run_job", "run_settings"),
    "as a run is recorded": ("nas.campaign.run_record", "measure"),
    "as tables are gathered": ("nas.campaign.records", "gather"),
    "after the last table": ("nas.campaign.records", "read"),
    "as the result is printed": ("nas.display", "summary"),
}


def search(monkeypatch: pytest.MonkeyPatch, folder: Path) -> int:
    """The exit code of a search in ``folder``."""
    (folder / "small.yaml").write_text(CAMPAIGN)
    monkeypatch.chdir(folder)
    return nas(monkeypatch, "search", "small.yaml", "--out", "out")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert search(monkeypatch, folder) == DONE
    return folder


def signalled(works: Callable[..., Any], number: int) -> Callable[..., Any]:
    """The same, but that a signal comes as it is called for the first time."""
    left = [number]

    def call(*arguments: Any, **named: Any) -> Any:
        while left:
            signal.raise_signal(left.pop())
        return works(*arguments, **named)

    return call


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_search_that_is_asked_to_stop_is_told_and_gone_on_with(
    moment: str,
    undisturbed: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in ASKING:
        signal.signal(number, signal.SIG_DFL)
    module, name = MOMENTS[moment]
    number = ASKING[list(MOMENTS).index(moment) % len(ASKING)]
    works = signalled(getattr(import_module(module), name), number)
    with monkeypatch.context() as patched:
        patched.setattr(f"{module}.{name}", works)
        assert search(patched, tmp_path) == INTERRUPTED
    told = beside_progress(capsys.readouterr().err)
    assert told.endswith("run the same command again to go on\n")
    *waiting, _ = told.splitlines()
    assert all(line.startswith("warning: waiting for 0") for line in waiting), told
    assert search(monkeypatch, tmp_path) == DONE
    assert beside_progress(capsys.readouterr().err) == ""
    for table in TABLES:
        path = Path("out", "tables", f"{table}.parquet")
        assert (tmp_path / path).read_bytes() == (undisturbed / path).read_bytes(), table
