"""The command's output: any encoding will do, and no output is a reason to fail.

A terminal may know no Greek letters, a disk be full, a reader be gone, a stream be closed. What the
command has done does not depend on it, and nor does its exit code: what was lost is told in a line.
"""

import codecs
import io
import logging
import os
import re
import sys
import textwrap
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EBADF
from typing import TYPE_CHECKING, TextIO

from nas.one_line import one_line

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_READABLE = "nas.readable"  # how to encode what an encoding does not know
_SPELLED = {"→": "->", "×": "x", "·": "-", "≤": "<=", "≥": ">=", "±": "+/-", "−": "-", "–": "-"}
_USUAL = 80  # columns
_NAMES = {1: "stdout", 2: "stderr"}


class _Bytes(io.BufferedIOBase):
    """Bytes into a descriptor; what it does not take is lost, and the first reason kept.

    The text above it keeps what is to be written. A buffer of bytes between them would write a line
    again where a signal had raised something as soon as the line was written.
    """

    def __init__(self, descriptor: int, closed_before: bool) -> None:
        self._descriptor, self._closed_before = descriptor, closed_before
        self.loss: OSError | None = None

    @property
    def name(self) -> str:
        """As in a traceback: ``<stderr>``."""
        return f"<{_NAMES[self._descriptor]}>"

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return not self._closed_before and os.isatty(self._descriptor)

    def write(self, content: "ReadableBuffer", /) -> int:
        left = memoryview(content)
        try:
            if self._closed_before:
                raise OSError(EBADF, os.strerror(EBADF))
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as error:
            self.loss = self.loss or error
        return memoryview(content).nbytes


class _Text(io.TextIOWrapper):
    """A stream that stays open, also where a user's function closes it."""

    def close(self) -> None:
        self.flush()


def make_unfailing() -> list[_Bytes]:
    """Replace the process's streams by some that never raise; return what is below them.

    Streams that somebody has put into their place, as a notebook does, stay.

    Examples
    --------
    >>> from contextlib import redirect_stderr, redirect_stdout
    >>> with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
    ...     made = make_unfailing()
    >>> made
    []
    """
    codecs.register_error(_READABLE, readable)
    closed = _hold_descriptors()
    made = []
    for descriptor, name in _NAMES.items():
        stream = getattr(sys, name)
        if stream is not getattr(sys, f"__{name}__"):
            continue
        below = _Bytes(descriptor, descriptor in closed)
        text = _Text(
            below,
            encoding=stream.encoding if stream else "utf-8",
            errors=_READABLE,
            line_buffering=name == "stderr" or below.isatty(),
        )
        if stream:
            stream.flush()
        setattr(sys, name, text)
        setattr(sys, f"__{name}__", text)
        made.append(below)
    return made


@contextmanager
def unfailing() -> Iterator[None]:
    """Let nothing that is printed raise; tell in the end, on the other stream, what was lost.

    Examples
    --------
    >>> with unfailing():
    ...     print("4×32")
    4×32
    """
    before = sys.stdout, sys.__stdout__, sys.stderr, sys.__stderr__
    made = make_unfailing()
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        for below in made:
            if below.loss is not None:
                print(
                    f"note: some output was lost ({below.loss.strerror}); what was done is done, "
                    "and the exit code tells of it",
                    file=sys.stderr,
                )
        sys.stdout, sys.__stdout__, sys.stderr, sys.__stderr__ = before  # type: ignore[misc]


def readable(error: UnicodeError) -> tuple[str, int]:
    """What to write where an encoding lacks a character: its like in ASCII, or a question mark.

    Examples
    --------
    >>> codecs.register_error("nas.readable", readable)
    >>> "4 → 1: u² ≤ 1 ± ε …".encode("ascii", errors="nas.readable")
    b'4 -> 1: u2 <= 1 +/- ? ...'
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_spelled, error.object[error.start : error.end])), error.end


def _spelled(character: str) -> str:
    alike = unicodedata.normalize("NFKD", character).encode("ascii", errors="ignore").decode()
    return _SPELLED.get(character) or alike or "?"


def _hold_descriptors() -> set[int]:
    """Open what is closed of the first three, to nothing: else the next file would be one of them.

    A worker inherits them, and whatever it printed would stand in that file.
    """
    closed = set()
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest that is free
            closed.add(descriptor)
    return closed


def fitted(line: str, stream: TextIO) -> str:
    """``line`` as it is, or on a terminal on as many lines as keep its words whole.

    Examples
    --------
    >>> fitted("as long as it is", io.StringIO())
    'as long as it is'
    """
    return wrapped(line, _columns(stream)) if stream.isatty() else line


def wrapped(line: str, width: int) -> str:
    """``line`` broken between words, none of which is cut, where it is longer than ``width``.

    What follows is indented: up to where the second column of words begins, if there is one.

    Examples
    --------
    >>> print(wrapped("  experts    10 → 2: tanh 3×16, tanh 2×32", 30))
      experts    10 → 2: tanh
                 3×16, tanh 2×32
    """
    label = re.match(r" *\S.*? {2,}|", line)
    hang = label.end() if label and label.end() <= width // 2 else 0
    hang = hang or len(line) - len(line.lstrip()) + 2
    lines = textwrap.wrap(
        line,
        width,
        subsequent_indent=" " * hang,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    return "\n".join(lines)


def _columns(stream: TextIO) -> int:
    """How wide a terminal is; it may not know."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL
    except OSError:
        return _USUAL


class Messages(logging.Handler):
    """Shows messages on what is the standard error by then: the live display may hold it.

    A warning begins with that word, and each message is a harmless line.

    Examples
    --------
    >>> from contextlib import redirect_stderr
    >>> with redirect_stderr(sys.stdout):
    ...     for level in (logging.INFO, logging.WARNING):
    ...         _ = Messages().handle(logging.makeLogRecord({"msg": "compiling", "levelno": level}))
    compiling
    warning: compiling
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Print the message."""
        begin = "warning: " if record.levelno >= logging.WARNING else ""
        print(fitted(begin + one_line(self.format(record)), sys.stderr), file=sys.stderr)
