"""The table of cells: what is read off a longer run, what replaces what, and text and back."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.arena import table
from experiments.arena.cells import Cell
from experiments.arena.looks import Look
from experiments.arena.measuring import Answer
from nas.files import write_text
from tests.arena.made_up import row

CURVE = [Look(30.0, 1e-4, 0.1), Look(59.0, 1e-5, 0.02, 0.5), Look(290.0, 1e-7, 0.001, 0.25)]


def answered(**changes: object) -> Answer:
    plain = {
        "looks": [list(look) for look in CURVE],
        "seconds": 301.0,
        "imports": 4.0,
        "children": 0.0,
        "told": {},
        "machine": "a",
        "date": "2026-01-01",
    }
    return Answer.of(plain | changes)


def test_the_shorter_budget_of_a_single_network_is_read_off_its_run() -> None:
    short, long = table.rows_of(Cell("wave", "tanh_3x20", 300, 1), answered())
    assert (short.budget, short.error, short.seconds, short.coefficients) == (60, 0.02, 59.0, 0.5)
    assert (long.budget, long.error, long.loss) == (300, 0.001, 1e-7)
    assert short.digest == long.digest == Cell("wave", "tanh_3x20", 300, 1).digest


def test_that_of_who_divides_the_time_is_not() -> None:
    told = {"told": {"not_exported": 0.25}}
    (long,) = table.rows_of(Cell("wave", "halving", 300, 1), answered(**told))
    assert (long.budget, long.error, long.not_exported) == (300, 0.001, 0.25)


def test_no_answer_in_time_is_infinitely_wrong() -> None:
    (late,) = table.rows_of(Cell("wave", "halving", 20, 1), answered())
    assert (late.error, late.loss, late.seconds) == (math.inf, math.inf, 301.0)


def test_what_is_written_is_read_again_in_order(tmp_path: Path) -> None:
    rows = [row("wave", "halving", 60, 1, 1e-3), row("burgers", "search", 300, 0, math.inf, 0.2)]
    table.write(tmp_path / table.FILE, rows)
    assert table.read(tmp_path / table.FILE) == rows[::-1]
    assert table.read(tmp_path / "other.csv") == []


@pytest.mark.parametrize("failed", ["", "ValueError: no"])
def test_an_answer_replaces_what_was_known_unless_it_failed(tmp_path: Path, failed: str) -> None:
    cell, other = Cell("wave", "halving", 300, 1), row("burgers", "halving", 300, 1, 0.5)
    plain = {**vars(answered()), "failed": failed}
    write_text(cell.task(tmp_path).answer, json.dumps(plain))
    known = [row("wave", "halving", 300, 1, 0.7), other]
    found = {one.problem: one.error for one in table.updated(known, [cell], tmp_path)}
    assert found == {"wave": 0.7 if failed else 0.001, "burgers": 0.5}
    unmeasured = [Cell("kdv", "halving", 300, 1)]
    assert table.updated(known, unmeasured, tmp_path) == known


def test_the_table_holds_what_was_measured_with_todays_code() -> None:
    cell = Cell("wave", "halving", 300, 1)
    (today,) = table.rows_of(cell, answered())
    assert table.holds([today], cell)
    assert not table.holds([today], Cell("wave", "halving", 300, 2))
    assert not table.holds([replace(today, digest="other")], cell)
