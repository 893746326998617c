"""What user's code does to the process is undone."""

import os
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from nas.runner.undisturbed import undisturbed


def error_out() -> None:
    warnings.simplefilter("error")


def silence() -> None:
    sys.stdout = sys.stderr


@pytest.mark.parametrize(
    ("does", "state"),
    [
        (lambda: os.chdir("/"), Path.cwd),
        (lambda: torch.set_default_dtype(torch.float64), torch.get_default_dtype),
        (lambda: torch.set_default_device("meta"), torch.get_default_device),
        (lambda: torch.set_grad_enabled(False), torch.is_grad_enabled),
        (lambda: torch.set_num_threads(5), torch.get_num_threads),
        (error_out, lambda: list(warnings.filters)),
        (silence, lambda: sys.stdout),
    ],
)
def test_all_is_as_before(
    does: Callable[[], object],
    state: Callable[[], object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = state()
    with undisturbed():
        does()
        changed = state()
    assert state() == before
    assert changed != before


def fail() -> None:
    os.chdir("/")
    raise ValueError("no")


def test_all_is_as_before_after_an_error_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="no"), undisturbed():
        fail()
    assert Path.cwd() == tmp_path


def test_a_folder_that_is_gone_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    with undisturbed():
        os.chdir(tmp_path)
    assert Path.cwd() == tmp_path


def test_threads_are_those_that_are_wanted_and_only_meanwhile() -> None:
    before = torch.get_num_threads()
    with undisturbed(threads=before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers")
def test_no_timer_goes_on() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with undisturbed():
        signal.signal(signal.SIGALRM, lambda number, frame: None)
        signal.setitimer(signal.ITIMER_REAL, 900, 900)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_a_device_that_is_not_there_is_undone_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where torch is told to use CUDA, and was built without."""
    known = torch.get_default_device()
    with undisturbed():
        torch.set_default_device("meta")

        def fail() -> None:
            raise AssertionError("Torch not compiled with CUDA enabled")

        monkeypatch.setattr(torch, "get_default_device", fail)
    monkeypatch.undo()
    assert torch.get_default_device() == known
