"""Signals that ask a command to stop: heard while there is a command, and at no other moment."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from nas import signals
from nas.exit_codes import INTERRUPTED
from nas.signals import ASKING, STOPPED, Stop, listening


@pytest.fixture(params=ASKING)
def number(request: pytest.FixtureRequest) -> signal.Signals:
    """Each of the signals, none of which is ignored."""
    one: signal.Signals = request.param
    signal.signal(one, signal.default_int_handler)
    return one


def sent(number: signal.Signals) -> Callable[[], int]:
    """A command that is sent a signal."""

    def command() -> int:
        signal.raise_signal(number)
        return 0

    return command


def test_a_command_has_its_own_exit_code() -> None:
    assert listening(lambda: 3) == 3


def test_each_signal_stops_a_command(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    cleared: list[str] = []

    def command() -> int:
        try:
            signal.raise_signal(number)
        finally:
            cleared.append("up")
        return 0

    assert listening(command) == INTERRUPTED
    assert cleared == ["up"]
    assert capsys.readouterr().err == f"{STOPPED}\n"


def test_what_a_half_done_import_leads_to_is_no_error(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> int:
        try:
            signal.raise_signal(number)
        except Stop:
            raise RecursionError from None  # as numpy, of which a part was being imported
        return 0

    assert listening(command) == INTERRUPTED
    assert capsys.readouterr().err == f"{STOPPED}\n"


def test_an_error_before_any_signal_is_one() -> None:
    with pytest.raises(ZeroDivisionError):
        listening(lambda: 1 // 0)


def test_a_signal_before_the_command_stops_it_at_its_first_moment(
    number: signal.Signals,
) -> None:
    """Between the moment when the signals are heard and that when the command begins."""
    begun: list[int] = []

    def work() -> int:
        begun.append(1)
        return 0

    command = signals._Command(work)
    signal.signal(number, command.handle)
    signal.raise_signal(number)
    with pytest.raises(Stop, match=r"^$"):
        command.run()
    assert begun == []


def test_a_signal_after_the_command_is_without_effect(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listening(lambda: 0) == 0
    signal.raise_signal(number)
    assert listening(sent(number)) == INTERRUPTED
    signal.raise_signal(number)
    assert capsys.readouterr().err == f"{STOPPED}\n"


def test_what_is_ignored_stays_ignored(number: signal.Signals) -> None:
    """nohup ignores SIGHUP; a shell's & ignores Ctrl-C."""
    signal.signal(number, signal.SIG_IGN)
    assert listening(sent(number)) == 0


def test_a_second_signal_stops_what_the_first_one_began(number: signal.Signals) -> None:
    def command() -> int:
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:  # as what saves does
            signal.raise_signal(number)
        return 0

    assert listening(command) == INTERRUPTED


def test_a_signal_that_comes_in_a_destructor_comes_again(number: signal.Signals) -> None:
    """Nothing can be raised there; Python would show a traceback and go on."""

    class Dies:
        def __del__(self) -> None:
            signal.raise_signal(number)

    def command() -> int:
        Dies()
        threading.Event().wait(60)
        return 0

    assert listening(command) == INTERRUPTED


def test_what_else_a_destructor_raises_is_shown_as_ever(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Dies:
        def __del__(self) -> None:
            raise ValueError("shown")

    def command() -> int:
        Dies()
        return 0

    assert listening(command) == 0
    assert "ValueError: shown" in capsys.readouterr().err


# A command that is sent a signal at every moment: as its modules are imported, before and after it
# works, by what runs at exit, and as the threads are waited for.
EVERY_MOMENT = """
import atexit, os, signal, sys, threading, time
from nas import signals
number = getattr(signal, sys.argv[1])
signal.signal(number, signal.SIG_DFL)
send = lambda: os.kill(os.getpid(), number)

if sys.argv[2] == "work":
    code = signals.listening(lambda: send() or time.sleep(60))
else:
    code = signals.listening(lambda: 3)
    send()
atexit.register(send)
threading.Thread(target=lambda: (time.sleep(0.05), send(), time.sleep(0.05))).start()
sys.exit(code)
"""


@pytest.mark.parametrize(("moment", "code"), [("work", INTERRUPTED), ("end", 3)])
def test_no_signal_as_python_ends_changes_the_exit_code_or_shows_anything(
    moment: str, code: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EVERY_MOMENT, "SIGTERM", moment],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == code
    assert done.stderr == (f"{STOPPED}\n" if moment == "work" else "")
