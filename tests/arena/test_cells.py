"""Cells: what is there, what failed, and what was measured with other code."""

import json
from pathlib import Path

import pytest

from experiments.arena import cells, measuring
from experiments.arena.cells import Cell, forget_failed
from nas.files import write_text

ANSWER = {
    "looks": [[1.0, 0.1, 0.2, None]],
    "seconds": 1.0,
    "imports": 4.0,
    "children": 0.0,
    "told": {},
    "machine": "a",
    "date": "2026-01-01",
    "failed": "",
}
CELL = Cell("wave", "tanh_3x20", 300, 0)


def keep(cell: Cell, folder: Path, **changes: object) -> None:
    write_text(cell.task(folder).answer, json.dumps(ANSWER | changes))


def test_a_cell_is_missing_then_there_and_stale_with_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = Cell("wave", "tanh_3x20", 300, 0)
    assert cell.state(tmp_path) == "missing"
    keep(cell, tmp_path)
    assert cell.state(tmp_path) == "there"
    answer = cell.answer(tmp_path)
    assert answer is not None
    assert answer.looks[-1].error == 0.2
    monkeypatch.setattr(cells, "digest_of", lambda problem, column: "other")
    changed = Cell("wave", "tanh_3x20", 300, 0)
    assert changed.state(tmp_path) == "stale"
    assert changed.answer(tmp_path) is None
    assert Cell("wave", "tanh_3x20", 300, 1).state(tmp_path) == "missing"


def test_what_failed_is_measured_again_and_nothing_else(tmp_path: Path) -> None:
    other = Cell("burgers", "tanh_3x20", 300, 0)
    keep(CELL, tmp_path, failed="ValueError: no")
    keep(other, tmp_path)
    assert CELL.state(tmp_path) == "failed"
    forget_failed([CELL, other], tmp_path)
    assert (CELL.state(tmp_path), other.state(tmp_path)) == ("missing", "there")


def test_the_digest_is_of_column_and_problem() -> None:
    assert CELL.digest == Cell("wave", "tanh_3x20", 60, 2).digest
    others = [Cell("wave", name, 300, 0).digest for name in ("sine_3x20", "halving", "search")]
    assert len({CELL.digest, *others, Cell("burgers", "tanh_3x20", 300, 0).digest}) == 5
    assert CELL.task(Path("there")).arguments == ("wave", "tanh_3x20", 300, 0, CELL.digest)
    assert measuring.digest_of("wave", "tanh_3x20") == CELL.digest
