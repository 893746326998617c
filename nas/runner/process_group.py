"""A worker's process and whatever its jobs start: one group, which ends with the command.

Whoever asks to stop asks the command alone: it decides what that means for its workers. And however
the command ends, also by ``kill -9``, its workers do not stay behind.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from nas import terminal
from nas.signals import ASKING

PATIENCE = 10.0  # seconds that an orphan has to save what it has
_POLL = 0.3  # seconds between two looks at the parent

_idle = threading.Event()
_idle.set()


def begin(parent: int) -> None:
    """Make this process a worker of the process ``parent``: the first thing that it does.

    It cannot be left to the kernel (``PR_SET_PDEATHSIG``): that ends a worker before it has saved,
    spares what the worker has started, and mistakes the end of a thread for that of the parent.

    Examples
    --------
    >>> from joblib.externals.loky import ProcessPoolExecutor
    >>> with ProcessPoolExecutor(1, initializer=begin, initargs=(os.getpid(),)) as executor:
    ...     executor.submit(os.getpgrp).result() == executor.submit(os.getpid).result()
    True
    """
    # A terminal and a batch system may send these to every process. They are not ignored, since
    # what a job starts would inherit that, and could not be terminated.
    for number in ASKING:
        signal.signal(number, _leave_to_parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKING)
    logging.getLogger("nas").setLevel(logging.ERROR)  # the parent has said it of this machine
    terminal.make_unfailing()
    if hasattr(os, "setpgid"):  # Windows has no groups
        os.setpgid(0, 0)
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


@contextmanager
def busy() -> Iterator[None]:
    """Within it there is something to save, should the parent be gone.

    Examples
    --------
    >>> with busy():
    ...     pass
    """
    _idle.clear()
    try:
        yield
    finally:
        _idle.set()


def end(leader: int) -> None:
    """End the group of the worker ``leader`` at once; without effect where it has ended.

    Examples
    --------
    >>> import subprocess, sys
    >>> process = subprocess.Popen([sys.executable], stdin=subprocess.PIPE, process_group=0)
    >>> end(process.pid)
    >>> process.wait() == -signal.SIGKILL
    True
    """
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # it has ended by itself
            os.killpg(leader, signal.SIGKILL)


def _leave_to_parent(number: int, frame: FrameType | None) -> None:
    """It is not for a worker."""


def _end_with(parent: int) -> None:
    """Wait for the end of the parent, then end this process with all that it has started."""
    while os.getppid() == parent:
        time.sleep(_POLL)
    _idle.wait(PATIENCE)
    end(os.getpid())
