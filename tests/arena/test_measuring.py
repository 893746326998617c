"""A cell at work: one second of a small problem, and what goes wrong is told."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from experiments.arena import columns
from experiments.arena.cells import Cell
from experiments.arena.measuring import Answer, measure
from experiments.harness.tasks import answers
from nas.runner.executors import Resources

# torch.func.jvp asks torch.jit for its rules.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")


@pytest.fixture(autouse=True)
def _threads() -> object:
    before = torch.get_num_threads()
    yield before
    torch.set_num_threads(before)


def test_a_cell_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    cell = Cell("beam", "tanh_3x20", 1, 0)
    answers([cell.task(tmp_path)], Resources("serial"))
    found = cell.answer(tmp_path)
    assert found is not None
    assert found.failed == ""
    assert cell.state(tmp_path) == "there"
    assert found.seconds >= 1
    assert found.imports > 0
    assert [look.loss for look in found.looks] == sorted(
        (look.loss for look in found.looks), reverse=True
    )
    assert found.looks[-1].error < 1.0


@pytest.mark.parametrize("column", ["search", "halving"])
def test_what_fails_is_told(column: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(columns.named(column).code, "run", fail)
    assert Answer.of(measure("beam", column, 1, 0)).failed == "ValueError: no"


def test_code_that_has_changed_meanwhile_is_not_measured() -> None:
    found = Answer.of(measure("beam", "tanh_3x20", 1, 0, expected="other"))
    assert found.failed == "RuntimeError: its code has changed since the command began"
    assert found.looks == []


def test_arguments_of_a_column_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    changed = replace(columns.named("search"), arguments={"settings": {"trials": 3}})
    monkeypatch.setitem(columns.COLUMNS, "search", changed)
    monkeypatch.setattr(
        changed.code, "run", lambda *known, settings: seen.append((*known[1:3], settings))
    )
    assert measure("beam", "search", 60, 2)["failed"] == ""
    assert seen == [(60, 2, {"trials": 3})]
