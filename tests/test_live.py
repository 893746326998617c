"""A campaign under way, as a terminal or a notebook shows it."""

import io
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from nas.live import Cell, Overview, on, watching
from nas.runner.overview import Best, Running, State
from nas.runner.pace import Between

STATE = State(
    jobs=12,
    finished=5,
    failed=1,
    running=[
        Running("0006-0", "selection", 0.42, 1_250, 0.0123, 9),
        Running("0007-1", "starting", 0.0, 0, None, 16),
    ],
    seconds=75.0,
    seconds_left=150.4,
)


def drawn(state: State, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, _environ={})
    console.print(Overview(state))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_row_for_each_run_under_way() -> None:
    shown = drawn(STATE)
    for text in ("run", "step", "loss", "experts alive", "1,250", "42%", "1.23e-02", "selection"):
        assert text in shown
    assert "0007-1" in shown
    assert "…" in shown  # no loss yet


def test_the_title_says_what_is_done_and_what_is_left() -> None:
    title = "5 of 12 jobs finished, 1 failed · 1 min 15 s so far · 2 min 30 s left"
    assert title in drawn(STATE)


def test_a_loss_is_named_by_what_it_is_measured_on() -> None:
    assert "1.23e-02 training" in drawn(STATE)
    race = Running("race-0", "race: 2", 0.42, 1_250, 0.0123, 1, held_out=True)
    assert "1.23e-02 held-out" in drawn(replace(STATE, running=[race]))


def test_the_best_so_far_stands_above_the_runs() -> None:
    assert "best so far" not in drawn(STATE)
    lines = drawn(replace(STATE, best=Best("0003-0", 1.2e-4))).splitlines()
    assert lines[1].strip() == "best so far: held-out loss 1.20e-04 (0003-0)"
    assert lines[2].startswith("run")


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (100, ["run", "phase", "step", "done", "loss", "experts", "alive"]),
        (59, ["run", "phase", "done", "loss", "experts", "alive"]),
        (44, ["run", "phase", "done", "loss"]),
        (38, ["run", "phase", "done"]),
        (20, ["run", "phase"]),
    ],
)
def test_a_narrow_terminal_shows_what_matters_most_in_whole_words(
    width: int, columns: list[str]
) -> None:
    tuned = replace(STATE.running[0], phase="fine-tuning")
    state = replace(STATE, running=[tuned, STATE.running[1]], best=Best("0003-0", 1.2e-4))
    shown = drawn(state, width)
    assert all(len(line) <= width for line in shown.splitlines())
    assert columns in [line.split() for line in shown.splitlines()]
    wide = set(drawn(state, 200).split())
    assert set(shown.split()) <= wide  # no word is cut
    assert {"finished,", "so", "far", "left", "best", "fine-tuning"} <= set(shown.split())


def test_where_no_run_is_under_way_there_is_no_table() -> None:
    assert "phase" not in drawn(replace(STATE, running=[]))


def test_it_draws_nothing_where_it_is_to_be_quiet() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, quiet=True, _environ={})
    with on(console) as watch:
        watch(STATE)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == ""


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(None, "… left"), (200.0, "3 min 20 s left"), (0.6, "1 s left"), (0.0, "finishing")],
)
def test_the_time_left_is_told_as_far_as_it_is_known(seconds: float | None, told: str) -> None:
    title = drawn(replace(STATE, seconds_left=seconds)).splitlines()[0]
    assert title.strip().endswith(f"so far · {told}")


def test_a_time_left_that_is_in_part_a_guess_is_a_range() -> None:
    state = replace(STATE, between=Between(50.0, 200.0))
    assert "· 50 s to 3 min 20 s left" in drawn(state).splitlines()[0]


def test_what_is_left_of_a_budget_is_named_so() -> None:
    state = replace(STATE, within_budget=True)
    assert "· 2 min 30 s of the budget left" in drawn(state).splitlines()[0]
    assert "· finishing" in drawn(replace(state, seconds_left=0.0)).splitlines()[0]


def test_it_keeps_quiet_where_there_is_no_terminal() -> None:
    console = Console(file=io.StringIO(), force_terminal=False, _environ={})
    with on(console) as watch:
        watch(STATE)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == ""


def test_it_draws_on_a_terminal() -> None:
    # As on a terminal that can move its cursor, whatever TERM says here.
    console = Console(file=io.StringIO(), force_terminal=True, width=100, _environ={})
    with on(console) as watch:
        watch(STATE)
    assert isinstance(console.file, io.StringIO)
    assert "experts alive" in console.file.getvalue()


class Output:
    """An output of a cell: what it showed, one picture after the other."""

    def __init__(self) -> None:
        self.shown: list[dict[str, str]] = []

    def display(self, picture: dict[str, str], *, raw: bool, display_id: bool) -> "Output":
        assert raw
        assert display_id
        assert not self.shown, "one output alone"
        self.shown.append(picture)
        return self

    def update(self, picture: dict[str, str], *, raw: bool) -> None:
        assert raw
        assert self.shown, "it has been shown before"
        self.shown.append(picture)


def test_a_cell_shows_the_state_in_one_output_once_a_second() -> None:
    output, seconds = Output(), iter([10.0, 10.2, 11.1, 11.1])
    cell = Cell(output.display, now=lambda: next(seconds))
    for finished in (5, 6, 7):
        cell(replace(STATE, finished=finished))
    cell.close()
    firsts = [picture["text/plain"].splitlines()[0] for picture in output.shown]
    assert [first.split(" of ")[0] for first in firsts] == ["5", "7", "7"]
    assert firsts[-1] == "7 of 12 jobs finished, 1 failed in 1 min 15 s"
    assert "selection" in output.shown[0]["text/plain"]


def test_nothing_is_shown_beside_the_one_output(monkeypatch: pytest.MonkeyPatch) -> None:
    def display(*_: object) -> None:
        raise AssertionError("an output of rich's own")

    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    monkeypatch.setattr("rich.jupyter.display", display)
    output = Output()
    Cell(output.display)(STATE)
    (picture,) = output.shown
    assert "\x1b" not in picture["text/plain"]


def test_what_a_cell_shows_is_text_alone() -> None:
    output = Output()
    Cell(output.display)(replace(STATE, best=Best("<b>&", 0.1)))
    assert "(&lt;b&gt;&amp;)" in output.shown[0]["text/html"]
    assert "<b>" not in output.shown[0]["text/html"]


def test_a_cell_of_a_campaign_that_is_over_stays_empty() -> None:
    output = Output()
    Cell(output.display).close()
    assert output.shown == []


def notebook(monkeypatch: pytest.MonkeyPatch, output: Output, shell: Any) -> None:
    ipython = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", output)


def test_in_a_notebook_the_state_is_shown_where_nobody_else_watches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    output, seen = Output(), list[State]()
    notebook(monkeypatch, output, SimpleNamespace(kernel=1))
    with watching(seen.append) as watch:
        watch(STATE)
    assert (seen, output.shown) == ([STATE], [])
    with watching(None) as watch:
        watch(STATE)
    assert len(output.shown) == 2
    assert output.shown[-1]["text/plain"] == "5 of 12 jobs finished, 1 failed in 1 min 15 s"


def test_after_an_interrupt_the_last_picture_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    output = Output()
    notebook(monkeypatch, output, SimpleNamespace(kernel=1))

    def interrupted() -> None:
        with watching(None) as watch:
            watch(STATE)
            raise KeyboardInterrupt("now")

    with pytest.raises(KeyboardInterrupt, match="now"):
        interrupted()
    assert len(output.shown) == 1


@pytest.mark.parametrize("shell", [None, SimpleNamespace()], ids=["none", "a terminal's"])
def test_where_no_kernel_runs_nothing_is_shown(monkeypatch: pytest.MonkeyPatch, shell: Any) -> None:
    output = Output()
    notebook(monkeypatch, output, shell)
    with watching(None) as watch:
        watch(STATE)
    assert output.shown == []
