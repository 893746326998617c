"""What the terminal shows, read as a user reads it."""

import io

from rich.console import Console

from nas.display import live, ranking, summary, table
from nas.reports import example
from nas.result import Result
from nas.runner.overview import Running, State
from tests.reports.synthetic_campaign import single

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


def drawn(state: State) -> str:
    console = Console(file=io.StringIO(), width=100, _environ={})
    console.print(table(state))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_row_for_each_run_under_way() -> None:
    shown = drawn(STATE)
    for text in ("run", "step", "loss", "experts alive", "1,250", "42%", "1.23e-02", "selection"):
        assert text in shown
    assert "0007-1" in shown
    assert "…" in shown  # no loss yet


def test_the_title_says_what_is_done_and_what_is_left() -> None:
    title = "5 of 12 runs finished, 1 failed · 1 min 15 s so far · 2 min 30 s left"
    assert title in drawn(STATE)


def test_it_keeps_quiet_where_there_is_no_terminal() -> None:
    console = Console(file=io.StringIO(), force_terminal=False, _environ={})
    with live(console) as watch:
        watch(STATE)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == ""


def test_it_draws_on_a_terminal() -> None:
    # As on a terminal that can move its cursor, whatever TERM says here.
    console = Console(file=io.StringIO(), force_terminal=True, width=100, _environ={})
    with live(console) as watch:
        watch(STATE)
    assert isinstance(console.file, io.StringIO)
    assert "experts alive" in console.file.getvalue()


def test_the_candidates_of_a_baseline_are_ranked_by_their_median_loss() -> None:
    rows = [
        single(("tanh", 2, 16), 0.3),
        single(("tanh", 2, 16), 0.1, repetition=1),
        single(("sine", 3, 8), 0.02),
        single(("sine", 3, 8), 0.04, repetition=1, relative_l2=None),
    ]
    assert ranking(rows) == [
        "2 candidates, each by itself, 2 repetitions; the lowest held-out loss first",
        "             parameters  held-out loss  relative L2",
        "  sine 3×8          300       3.00e-02         0.02",
        "  tanh 2×16         300       2.00e-01          0.2",
    ]


def test_without_a_truth_they_are_ranked_all_the_same() -> None:
    lines = ranking([single(("tanh", 2, 16), 0.2, relative_l2=None)])
    assert lines[-1].split() == ["tanh", "2×16", "300", "2.00e-01", "–"]


def test_a_recommendation_comes_with_its_estimate_and_what_speaks_against_it() -> None:
    records = example.records()
    records.runs.loc[1, "warnings"] = "no better than a constant\nbadly scaled"
    lines = summary(Result(records))
    assert lines[-4:] == [
        "  relative L2      2.00e-02 (measured, not used to decide)",
        "  estimated error  3.00e-02 (relative L2, without a truth)",
        "warning: no better than a constant",
        "warning: badly scaled",
    ]


def test_without_estimate_and_warnings_nothing_is_said_of_them() -> None:
    records = example.records()
    records.runs["error_estimate"] = None
    assert not any("estimate" in line or "warning" in line for line in summary(Result(records)))
