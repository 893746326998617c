"""All that is written from the table of cells."""

from pathlib import Path

import pytest

from experiments.arena import pages, picture
from experiments.arena.plan import chosen
from experiments.harness import results
from tests.arena.made_up import rows
from tests.arena.test_figures import error


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "how.md").write_text("By the clock.\n")
    return tmp_path


def test_the_page_has_figures_tables_and_the_picture(folder: Path) -> None:
    pages.write(folder, rows(error))
    text = (folder / "results.md").read_text(encoding="utf-8")
    assert "| tuning half | error over tanh 3×20, 300 s, geometric mean | 0.0500 | ≤ 0.05 |" in text
    assert "![Performance profiles](profiles.png)" in text
    assert (folder / "profiles.png").read_bytes().startswith(b"\x89PNG")
    line = "| burgers | **1.0e-04** | 2.0e-03 | 8.0e-04 | 2.0e-04 (sine 3×20) | 2.0e-03 | 2.0e-03 |"
    assert line in text
    assert "Best fixed candidate in hindsight: swish 3×20." in text
    assert "Cells that are not measured" not in text
    assert [one.case for one in results.read(folder)] == ["all", "tuning half", "held-back half"]


def test_what_is_missing_and_old_is_said(folder: Path) -> None:
    some = [row for row in rows(error) if row.column != "halving"]
    pages.write(folder, some)
    text = (folder / "results.md").read_text(encoding="utf-8")
    assert "Cells that are not measured: successive halving 96." in text
    assert "Figures of older code: search 96" in text  # made-up rows have a digest of nothing
    assert "| wave | **1.0e-04** | 2.0e-03 | 2.0e-04 | 2.0e-04 (swish 3×20) | – | 2.0e-03 |" in text


def test_a_page_of_nothing_says_so(folder: Path) -> None:
    pages.write(folder, [])
    text = (folder / "results.md").read_text(encoding="utf-8")
    assert "Nothing is known in hindsight yet" in text
    assert "| all |  | not measured |  |  |" in text
    assert len(pages.missing([])) == len(chosen([], []))


def test_steps_end_where_the_picture_does() -> None:
    assert picture.steps([2.0, 1e9]) == ([1.0, 2.0, 1e4], [0.0, 0.5, 0.5])
    assert picture.steps([]) == ([1.0, 1e4], [0.0, 0.0])
