"""The signals that ask a command to stop, and when they are heard.

Ctrl-C, a batch system's SIGTERM and a closed terminal's SIGHUP mean the same: save, and end with
130. Each raises `Stop` wherever the command is; but only while it is, which the handler finds out
from the stack itself. So nothing is raised while Python starts or ends, and no moment lies between.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from nas.exit_codes import INTERRUPTED

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

# A closed terminal is unknown to Windows.
ASKING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
STOPPED = "interrupted; run the same command again to go on"
_SOON = 0.02  # seconds


class Stop(KeyboardInterrupt):
    """A signal asks the command to stop.

    Python itself does not know it. A plain `KeyboardInterrupt` that passes through the `exec` of a
    text, as when a library makes its classes, lets Python end by a signal, even where it was
    caught and the exit code was set (`Py_RunMain`).

    Examples
    --------
    >>> issubclass(Stop, KeyboardInterrupt)
    True
    """


@contextmanager
def deferred() -> Iterator[None]:
    """Within it no signal is heard that asks to stop; it is afterwards.

    For what must not be left half done, and for processes that no signal should end before they
    have begun: they inherit it.

    Examples
    --------
    >>> with deferred():
    ...     signal.SIGTERM in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    True
    """
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ASKING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Command:
    """A command while it may be stopped: signals before it begins are kept, those after are not."""

    def __init__(self, work: Callable[[], int]) -> None:
        self._work, self._asked, self.stopped = work, False, False

    def run(self) -> int:
        if self._asked:
            raise Stop
        return self._work()

    def handle(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
        while frame is not None:
            if frame.f_code is _Command.repeat.__code__:
                self._soon()
                return
            if frame.f_code is _Command.run.__code__ and frame.f_locals.get("self") is self:
                self.stopped = True
                raise Stop
            frame = frame.f_back

    def repeat(self, unraisable: "UnraisableHookArgs") -> None:
        """Stop soon, where it was in vain: in a destructor, say, nothing can be raised."""
        if issubclass(unraisable.exc_type, Stop):
            self._soon()
        else:
            sys.__unraisablehook__(unraisable)

    def _soon(self) -> None:
        if hasattr(signal, "setitimer"):  # Windows has none
            signal.signal(signal.SIGALRM, self.handle)
            signal.setitimer(signal.ITIMER_REAL, _SOON)


_under_way: list[_Command] = []


def asked_to_stop() -> bool:
    """Whether a signal has asked the command to stop, whatever has become of its `Stop`.

    An exception that is raised within a library's C code, as when something is imported, may be
    swallowed there. So who works for long asks now and then.

    Examples
    --------
    >>> asked_to_stop()  # no command listens
    False
    """
    return any(command.stopped for command in _under_way)


def listening(work: Callable[[], int]) -> int:
    """Work, and return its exit code: `INTERRUPTED`, with a line, where a signal stopped it.

    What is ignored already stays so: ``nohup`` ignores SIGHUP, a shell's ``&`` Ctrl-C. The signals
    remain without effect afterwards, so that Python can end in peace.

    Examples
    --------
    >>> before = [signal.getsignal(number) for number in ASKING]
    >>> listening(lambda: 3), listening(lambda: signal.raise_signal(signal.SIGTERM) or 0)
    (3, 130)
    >>> _ = [signal.signal(number, one) for number, one in zip(ASKING, before)]
    """
    command = _Command(work)
    for number in ASKING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, command.handle)
    sys.unraisablehook = command.repeat
    _under_way.append(command)
    try:
        return command.run()
    except Stop:
        pass
    except Exception:
        # An import that was cut short leaves half a module, and whoever meets that raises whatever
        # comes of it: numpy, which imports some of its parts when they are asked for, recurses.
        if not command.stopped:
            raise
    finally:
        _under_way.remove(command)
    print(STOPPED, file=sys.stderr)
    return INTERRUPTED
