"""What a command says: its answer, and what happens on the way to it, as much as is wanted.

On a terminal the runs under way are drawn, and those that have ended leave a line above them;
elsewhere there is a line for each phase and each run that has ended.
"""

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from nas.errors import UserError
from nas.exit_codes import INTERRUPTED
from nas.one_line import one_line
from nas.terminal import fitted

if TYPE_CHECKING:
    from nas.runner.overview import Watch

Quiet = Annotated[
    bool, typer.Option("--quiet", help="Say nothing but the answer, warnings and errors.")
]
Verbose = Annotated[
    bool, typer.Option("--verbose", help="Say each reading on the way: step, loss, experts.")
]


def say(*lines: str) -> None:
    """Print what may hold the words of others: a title, a path, a name in a table."""
    for line in lines:
        print(fitted(one_line(line), sys.stdout))


def say_columns(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows of a table."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    say(*("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows))


@contextmanager
def watched(quiet: bool, verbose: bool) -> "Iterator[Watch]":
    """A watcher of jobs; of those that are interrupted a line says what is saved.

    Raises
    ------
    UserError
        If all is wanted, and nothing.
    """
    from rich.console import Console

    from nas import live
    from nas.runner.dispatcher import Interrupted

    if quiet and verbose:
        raise UserError("--quiet: expected it without --verbose, got both; leave out one of them")
    console = Console(stderr=True, quiet=quiet)
    try:
        with _loud(quiet, verbose, console.is_terminal), live.on(console) as watch:
            yield watch
    except Interrupted as interrupted:
        saved = "all is saved" if interrupted.saved else "the last checkpoints are kept"
        told = f"interrupted; {saved}: run the same command again to go on"
        print(fitted(told, sys.stderr), file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def _loud(quiet: bool, verbose: bool, drawn: bool) -> Iterator[None]:
    """Let loggers tell as much as is wanted; where runs are ``drawn``, their phases are seen."""
    usual = logging.WARNING if quiet else logging.INFO
    levels = {
        "nas": logging.DEBUG if verbose else usual,
        "nas.phases": logging.WARNING if drawn and not verbose else logging.NOTSET,
    }
    before = {name: logging.getLogger(name).level for name in levels}
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
