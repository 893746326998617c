"""A campaign under way: a line for each run, rewritten in place on a terminal or in a notebook."""

import html
import importlib
import io
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.table import Table
from rich.text import Text

from nas.errors import UserError
from nas.reports.words import duration, plural
from nas.runner.overview import Running, State, Watch

_EVERY = 1.0  # seconds between two pictures in a notebook, which keeps what it is sent
_CELL = 100  # characters that a line of a notebook's cell has room for
_GAP = 2  # spaces between columns
_LEAST_FIRST = ("step", "experts alive", "loss", "done")  # what a narrow terminal does without


@contextmanager
def on(console: Console) -> Iterator[Watch]:
    """A watcher that draws on ``console``, or nothing where that is no terminal, or quiet."""
    if console.quiet or not console.is_terminal:
        yield lambda state: None
        return
    with Live(console=console, refresh_per_second=4, transient=True) as screen:
        yield lambda state: screen.update(Overview(state))


@contextmanager
def watching(watch: Watch | None) -> Iterator[Watch]:
    """``watch``, or without one a watcher that shows the state in a notebook's cell, if in one.

    Examples
    --------
    >>> with watching(None) as watch:  # here is no notebook
    ...     watch(State(12, finished=3, failed=0, running=[], seconds=60.0, seconds_left=180.0))
    """
    if not (watch is None or callable(watch)):
        raise UserError(f"watch: expected a function of the campaign's state, got {watch!r:.60}")
    display = _display_of_a_notebook()
    if watch is not None or display is None:
        yield watch or (lambda state: None)
        return
    cell = Cell(display)
    yield cell
    cell.close()


def _display_of_a_notebook() -> Callable[..., Any] | None:
    """IPython's ``display``, where a kernel runs this: its answer goes to the cell."""
    known = sys.modules.get("IPython")  # else nobody has begun a kernel
    if known is None or not hasattr(known.get_ipython(), "kernel"):
        return None
    found: Callable[..., Any] = importlib.import_module("IPython.display").display
    return found


class Cell:
    """A watcher that draws into one output of a notebook's cell, at most once a second.

    Parameters
    ----------
    display
        As IPython's: shows a picture, and returns what updates it.
    now
        The time in seconds.

    Examples
    --------
    >>> class Shown:
    ...     def __init__(self, picture, raw, display_id):
    ...         self.update(picture, raw)
    ...     def update(self, picture, raw):
    ...         print(picture["text/plain"])
    >>> cell = Cell(Shown)
    >>> cell(State(12, finished=3, failed=0, running=[], seconds=60.0, seconds_left=180.0))
    3 of 12 jobs finished · 1 min 00 s so far · 3 min 00 s left
    >>> cell.close()
    3 of 12 jobs finished in 1 min 00 s
    """

    def __init__(
        self, display: Callable[..., Any], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._display, self._now = display, now
        self._drawn = -_EVERY
        self._handle: Any = None
        self._state: State | None = None

    def __call__(self, state: State) -> None:
        """Take the state; see `Watch`."""
        self._state = state
        if self._handle is None or self._now() - self._drawn >= _EVERY:
            self._drawn = self._now()
            # Rich would else find the notebook out, and show an output of its own each time.
            console = Console(file=io.StringIO(), width=_CELL, force_jupyter=False, _environ={})
            with console.capture() as captured:
                console.print(Overview(state))
            self._show(captured.get())

    def close(self) -> None:
        """All is done: leave one line. Where the work was interrupted, the last picture stays."""
        if self._state is not None:
            state = self._state
            self._show(f"{_finished(state)} in {duration(state.seconds)}")

    def _show(self, text: str) -> None:
        text = "\n".join(line.rstrip() for line in text.splitlines() if line.strip())
        page = f'<pre style="white-space: pre">{html.escape(text)}</pre>'
        picture = {"text/plain": text, "text/html": page}
        if self._handle is None:
            self._handle = self._display(picture, raw=True, display_id=True)
        else:
            self._handle.update(picture, raw=True)


@dataclass(frozen=True)
class Overview:
    """The campaign's state: what is done, the best so far, and a row for each run under way.

    A terminal that is too narrow for all columns shows those that matter most.
    """

    state: State

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """See rich's protocol of what can be drawn."""
        yield from _title(self.state, options.max_width)
        if not self.state.running:
            return
        columns = _fitting(_columns(self.state.running), options.max_width)
        drawn = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
        for name in columns:
            drawn.add_column(name, justify="left" if name in ("run", "phase") else "right")
        for row in zip(*columns.values(), strict=True):
            drawn.add_row(*map(Text, row))
        yield drawn


def _title(state: State, width: int) -> list[Text]:
    """How far all is, and the best so far, on as many lines as it needs."""
    lines = [_finished(state)]
    for part in (f"{duration(state.seconds)} so far", _left(state)):
        if len(lines[-1]) + 3 + len(part) <= width:
            lines[-1] += Text(f" · {part}")
        else:
            lines.append(Text(part))
    if state.best is not None:
        loss, name = state.best.held_out_loss, state.best.name
        lines.append(Text(f"best so far: held-out loss {loss:.2e} ({name})"))
    return lines


def _finished(state: State) -> Text:
    """How many jobs have ended."""
    done = Text(f"{state.finished} of {plural(state.jobs, 'job')} finished")
    if state.failed:
        done += Text(", ") + Text(f"{state.failed} failed", style="red")
    return done


def _columns(running: Sequence[Running]) -> dict[str, list[str]]:
    """The cells of each column by its name."""
    return {
        "run": [run.name for run in running],
        "phase": [run.phase for run in running],
        "step": [f"{run.step:,}" for run in running],
        "done": [f"{run.done:.0%}" for run in running],
        "loss": [_loss(run) for run in running],
        "experts alive": [f"{run.experts}" for run in running],
    }


def _loss(run: Running) -> str:
    """The loss, and what it is measured on."""
    if run.loss is None:
        return "…"
    return f"{run.loss:.2e} {'held-out' if run.held_out else 'training'}"


def _fitting(columns: dict[str, list[str]], width: int) -> dict[str, list[str]]:
    """The columns for which there is room, those that matter most."""
    left = dict(columns)
    for name in _LEAST_FIRST:
        wide = sum(max(map(len, [one, *cells])) + _GAP for one, cells in left.items()) - _GAP
        if wide > width:
            del left[name]
    return left


def _left(state: State) -> str:
    """The time left, in words; what is in part a guess is a range.

    A budget counts what jobs learn: what they take to begin and to end comes on top, and one that
    is over is not over to the second.
    """
    if state.between is not None:
        return f"{duration(state.between.least)} to {duration(state.between.most)} left"
    if state.seconds_left is None:
        return "… left"
    if state.seconds_left < 0.5:
        return "finishing"
    return f"{duration(state.seconds_left)}{' of the budget' * state.within_budget} left"
