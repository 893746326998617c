"""A user's code must not change what the next job, or the rest of a command, finds."""

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def undisturbed(threads: int | None = None) -> Iterator[None]:
    """Let user's code run, and undo what it does to the process: whatever ran before, and in
    whichever process, the next job finds the same.

    It may change the working folder, set torch's defaults or a timer, turn warnings into errors, or
    replace Python's streams: at the top of a problem's file many do.

    Parameters
    ----------
    threads
        How many torch is to use meanwhile; the process may be the user's own.

    Examples
    --------
    >>> with undisturbed():
    ...     torch.set_default_dtype(torch.float64)
    ...     _ = torch.set_grad_enabled(False)
    >>> torch.get_default_dtype(), torch.is_grad_enabled()
    (torch.float32, True)
    """
    folder, streams, defaults = _folder(), (sys.stdout, sys.stderr), _defaults()
    alarm = _alarm()
    torch.set_num_threads(threads or torch.get_num_threads())
    try:
        with warnings.catch_warnings():
            yield
    finally:
        sys.stdout, sys.stderr = streams
        _restore(*defaults)
        if _alarm() != alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, alarm)
        if folder and _folder() != folder:
            os.chdir(folder)


def _folder() -> str:
    """The working folder; empty where it has been removed."""
    try:
        return os.getcwd()  # noqa: PTH109 - a text is all that is needed
    except OSError:
        return ""


def _alarm() -> Any:
    """What a timer calls; Windows has none."""
    return signal.getsignal(signal.SIGALRM) if hasattr(signal, "SIGALRM") else None


def _defaults() -> tuple[int, torch.dtype, torch.device, bool]:
    number, kind = torch.get_num_threads(), torch.get_default_dtype()
    return number, kind, torch.get_default_device(), torch.is_grad_enabled()


def _restore(number: int, kind: torch.dtype, device: torch.device, gradients: bool) -> None:
    torch.set_num_threads(number)
    torch.set_default_dtype(kind)
    torch.set_grad_enabled(gradients)
    try:
        changed = torch.get_default_device() != device
    except (AssertionError, RuntimeError):  # to one that this machine, or this torch, lacks
        changed = True
    if changed:
        # None is torch's own default, without which every call of torch is looked at.
        torch.set_default_device(None if device.type == "cpu" else device)
