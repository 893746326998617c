"""The command: what it measures, tells and writes."""

from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from experiments.arena import __main__ as arena
from experiments.arena import cells, plan, table
from experiments.arena.cells import Cell
from experiments.arena.columns import single
from nas.errors import UserError
from nas.runner.executors import Resources
from tests.arena.test_cells import keep

LEFT = (Cell("wave", "tanh_3x20", 300, 0), Cell("burgers", "tanh_3x20", 300, 0))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The arena's own, with two cells beside those that nobody can measure here."""
    (tmp_path / "how.md").write_text("By the clock.\n")
    monkeypatch.setattr(arena, "HERE", tmp_path)
    monkeypatch.setattr(plan, "of_columns", lambda: list(LEFT))
    monkeypatch.setattr(plan, "of_hindsight", list)
    return tmp_path


def call(*arguments: str) -> str:
    app = typer.Typer()
    app.command()(arena.main)
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None:
        raise result.exception
    return result.output


def answering(to: Path, seen: list[str], **changes: object) -> Any:
    def answers(tasks: list[Any], resources: Resources) -> None:
        assert resources.workers == 2
        seen.extend(task.name for task in tasks if not task.finished)
        for cell in LEFT:
            if cell.state(to) != "there":
                keep(cell, to, **changes)

    return answers


def test_what_is_left_is_measured_once_and_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to, seen = folder / "kept", list[str]()
    monkeypatch.setattr(arena, "answers", answering(to, seen))
    for _ in range(2):
        call("--to", str(to))
    assert seen == [cell.task(to).name for cell in LEFT]
    rows = table.read(folder / table.FILE)
    assert {(row.problem, row.budget) for row in rows} == {
        (problem, budget) for problem in ("wave", "burgers") for budget in (60, 300)
    }
    assert (folder / "results.md").exists()
    assert (folder / "profiles.png").exists()


def test_what_the_table_knows_is_not_measured_again_without_the_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to, seen = folder / "kept", list[str]()
    monkeypatch.setattr(arena, "answers", answering(to, seen))
    call("--to", str(to))
    before = table.read(folder / table.FILE)
    elsewhere, again = folder / "another", list[str]()
    monkeypatch.setattr(arena, "answers", answering(elsewhere, again))
    call("--to", str(elsewhere))
    assert again == []
    assert table.read(folder / table.FILE) == before
    lines = call("--list", "--to", str(elsewhere)).splitlines()
    assert lines == ["tanh_3x20        300 s  2 there"]


def test_what_fails_is_told_and_begun_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    to, seen = folder / "kept", list[str]()
    monkeypatch.setattr(arena, "answers", answering(to, seen, failed="ValueError: no"))
    output = call("--to", str(to))
    assert "failed: wave-tanh_3x20-300-0: ValueError: no" in output
    assert len(seen) == 2
    call("--to", str(to))
    assert len(seen) == 4
    assert table.read(folder / table.FILE) == []


def test_who_cannot_run_is_skipped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single, "lacking", lambda: "nothing is here")
    output = call("--to", str(folder / "kept"))
    assert "skipped: tanh_3x20: nothing is here\n" in output


def test_the_list_tells_what_is_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    to = folder / "kept"
    keep(LEFT[0], to)
    monkeypatch.setattr(cells, "digest_of", lambda problem, column: f"other-{problem}"[:11])
    keep(Cell("burgers", "tanh_3x20", 300, 0), to, failed="no")
    monkeypatch.setattr(
        plan, "of_columns", lambda: [Cell(cell.problem, "tanh_3x20", 300, 0) for cell in LEFT]
    )
    lines = call("--list", "--to", str(to)).splitlines()
    assert lines == [
        "tanh_3x20        300 s  1 failed, 1 stale",
        "    failed: burgers 0",
        "    stale: wave 0",
    ]
    assert not (folder / table.FILE).exists()


def test_pages_are_written_from_the_table_alone(folder: Path) -> None:
    call("--pages")
    assert "not measured" in (folder / "results.md").read_text(encoding="utf-8")


def test_a_try_keeps_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[object, ...]] = []

    def measured(function: str, *arguments: object, environment: object) -> dict[str, Any]:
        seen.append(arguments)
        return {**_answer(), "failed": "no" if "burgers" in arguments else ""}

    monkeypatch.setattr(arena, "fresh", measured)
    output = call("--try", "5", "tanh_3x20", "burgers", "wave")
    assert seen == [("burgers", "tanh_3x20", 5.0, 0), ("wave", "tanh_3x20", 5.0, 0)]
    assert "failed: no" in output
    assert "error 2.0e-01" in output
    assert list(folder.iterdir()) == [folder / "how.md"]


def test_wrong_workers_are_refused(folder: Path) -> None:
    with pytest.raises(UserError, match=r"--workers: expected a number from 1 to .*, got '0'"):
        call("--workers", "0")


def test_unknown_names_are_refused(folder: Path) -> None:
    with pytest.raises(UserError, match=r"expected some of the columns .*, got nobody"):
        call("nobody")


def _answer() -> dict[str, Any]:
    from tests.arena.test_cells import ANSWER

    return dict(ANSWER)
