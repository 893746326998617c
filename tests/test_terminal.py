"""Output in any encoding, and where there is nobody to take it."""

import io
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from nas import terminal
from nas.terminal import unfailing

# Print a line, as a program that has its own exit code; close the stream where it is told to.
PROGRAM = """
import os, sys
from nas.terminal import unfailing
with unfailing():
    print("4 → 1: ν")
    exec(sys.argv[1])
    print("and on")
sys.exit(3)
"""
LOST = "note: some output was lost ({}); what was done is done, and the exit code tells of it\n"


def run(
    shell: str = "", environment: Mapping[str, str] | None = None, then: str = ""
) -> subprocess.CompletedProcess[str]:
    """The program, with its output redirected as ``shell`` says."""
    return subprocess.run(
        ["bash", "-c", f'exec "$0" "$@" {shell}', sys.executable, "-c", PROGRAM, then],
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **(environment or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=900,
    )


@pytest.mark.parametrize(
    ("encoding", "printed"),
    [("utf-8", "4 → 1: ν"), ("latin-1", "4 -> 1: ?"), ("ascii", "4 -> 1: ?")],
)
def test_any_encoding_works(encoding: str, printed: str) -> None:
    done = run(environment={"PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stdout, done.stderr) == (3, f"{printed}\nand on\n", "")


def test_a_line_is_written_once_though_a_signal_comes_as_it_is() -> None:
    """Not again, as what is left in a buffer would be."""
    then = """
from nas import terminal
class Interrupting:
    strerror, isatty = os.strerror, os.isatty
    def write(self, descriptor, content):
        terminal.os = os
        os.write(descriptor, content)
        raise KeyboardInterrupt
terminal.os = Interrupting()
try:
    print("once", file=sys.stderr)
except KeyboardInterrupt:
    print("interrupted", file=sys.stderr)
"""
    assert run(then=then).stderr == "once\ninterrupted\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_and_the_exit_code_stays() -> None:
    done = run("> /dev/full")
    assert (done.returncode, done.stderr) == (3, LOST.format("No space left on device"))
    assert run("> /dev/full 2> /dev/full").returncode == 3


def test_a_closed_stream_is_told_and_the_exit_code_stays() -> None:
    done = run(">&-")
    assert (done.returncode, done.stderr) == (3, LOST.format("Bad file descriptor"))
    assert run(">&- 2>&- <&-").returncode == 3


def test_a_closed_stream_is_not_the_next_file_that_is_opened(tmp_path: Path) -> None:
    """What a worker prints would stand in it."""
    file = tmp_path / "file"
    done = run(">&-", then=f"print(open({str(file)!r}, 'w').fileno() > 2, file=sys.stderr)")
    assert done.stderr.startswith("True\n")
    assert file.read_text() == ""


def test_a_stream_that_a_users_function_closes_stays_open() -> None:
    done = run(then="sys.stdout.close(); sys.stderr.close()")
    assert (done.stdout, done.stderr) == ("4 → 1: ν\nand on\n", "")


def test_a_reader_that_is_gone_is_told() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, ""],
        stdout=writing,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (3, LOST.format("Broken pipe"))


def test_streams_that_others_have_replaced_stay(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout
    with unfailing():
        assert sys.stdout is before
        print("4 → 1")
    assert sys.stdout is before
    assert capsys.readouterr().out == "4 → 1\n"


def test_what_cannot_be_decoded_is_not_its_business() -> None:
    terminal.make_unfailing()
    with pytest.raises(UnicodeDecodeError, match="invalid start byte"):
        b"\xff".decode("utf-8", errors="nas.readable")


LINE = "  experts          10 → 2: sine 2×16, tanh 3×32, tanh 2×64 and more"


@pytest.mark.parametrize("width", [20, 44, 80])
def test_words_stay_whole_on_a_narrow_terminal(width: int) -> None:
    lines = terminal.wrapped(LINE, width).splitlines()
    assert " ".join(lines).split() == LINE.split()
    assert all(len(line) <= width for line in lines)
    hang = {20: 4, 44: 19, 80: 0}[width]
    assert all(line.startswith(" " * hang + line.strip()[0]) for line in lines[1:])


def test_a_word_that_is_longer_than_the_terminal_is_not_cut() -> None:
    path = "/a/very/long/path/of/a/campaign/file.yaml"
    assert terminal.wrapped(f"error: {path}: is gone", 20).splitlines() == [
        "error:",
        f"  {path}:",
        "  is gone",
    ]


def test_only_a_terminal_breaks_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    class Seen(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "44")
    assert terminal.fitted(LINE, io.StringIO()) == LINE
    assert terminal.fitted(LINE, Seen()) == terminal.wrapped(LINE, 44)
    monkeypatch.delenv("COLUMNS")
    assert terminal.fitted(LINE, Seen()) == terminal.wrapped(LINE, 80)  # it has no descriptor


def test_messages_go_to_the_stream_that_is_there_by_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = terminal.Messages()  # made before somebody replaces the stream
    monkeypatch.setattr(sys, "stderr", sys.stdout)
    for level, text in ((logging.INFO, "it"), (logging.WARNING, "\x1b[2J")):
        told = {"msg": "compiling %s", "args": (text,), "levelno": level}
        messages.handle(logging.makeLogRecord(told))
    assert capsys.readouterr() == ("compiling it\nwarning: compiling \\x1b[2J\n", "")
