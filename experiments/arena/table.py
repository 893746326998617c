"""The table of all cells, ``cells.csv``: what the pages are written from.

>>> row = Row("wave", "halving", 60, 0, 1e-3, None, 1e-7, 59.0, None, "0f", "a", "2026-01-01")
>>> Row.parsed(row.written()) == row
True
"""

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from experiments.arena import columns
from experiments.arena.cells import Cell
from experiments.arena.entrants import BUDGETS
from experiments.arena.looks import at
from experiments.arena.measuring import Answer
from nas.files import whole

FILE = "cells.csv"
Key = tuple[str, str, float, int]


@dataclass(frozen=True)
class Row:
    """A problem, a column, a budget and a seed, and what came of it.

    Parameters
    ----------
    error
        Relative L2, of all fields together; infinite where there was no answer in time.
    coefficients
        The largest relative error of the unknown coefficients; None where there are none.
    loss
        Held-out.
    seconds
        Of CPU time, after which the network was found.
    not_exported
        The share of the time that went into networks which the answer has not; None where nobody
        says it.
    digest
        Of the code.
    """

    problem: str
    column: str
    budget: float
    seed: int
    error: float
    coefficients: float | None
    loss: float
    seconds: float
    not_exported: float | None
    digest: str
    machine: str
    date: str

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.problem, self.column, self.budget, self.seed

    def written(self) -> dict[str, str]:
        """As text."""
        return {one.name: _text(getattr(self, one.name)) for one in fields(self)}

    @classmethod
    def parsed(cls, row: Mapping[str, str]) -> "Row":
        """From `written`."""
        return cls(
            problem=row["problem"],
            column=row["column"],
            budget=float(row["budget"]),
            seed=int(row["seed"]),
            error=float(row["error"]),
            coefficients=_number(row["coefficients"]),
            loss=float(row["loss"]),
            seconds=float(row["seconds"]),
            not_exported=_number(row["not_exported"]),
            digest=row["digest"],
            machine=row["machine"],
            date=row["date"],
        )


def rows_of(cell: Cell, answer: Answer) -> list[Row]:
    """A row for the budget of a cell, and for each shorter one that is read off its looks."""
    shorter = [budget for budget in BUDGETS if budget < cell.budget]
    read_off = shorter if columns.named(cell.column).reads_off else []
    return [_row(cell, answer, budget) for budget in (*read_off, cell.budget)]


def read(path: Path) -> list[Row]:
    """All rows; none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [Row.parsed(row) for row in csv.DictReader(file)]


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write them, ordered by what they are known by."""
    with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        names = [one.name for one in fields(Row)]
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.written() for row in sorted(rows, key=lambda row: row.key))


def holds(known: Iterable[Row], cell: Cell) -> bool:
    """Whether a cell stands in the table as today's code measures it."""
    key = (cell.problem, cell.column, cell.budget, cell.seed)
    return any(row.key == key and row.digest == cell.digest for row in known)


def updated(known: Sequence[Row], cells: Iterable[Cell], folder: Path) -> list[Row]:
    """What is known, and what the answers in ``folder`` say of ``cells`` instead."""
    by_key = {row.key: row for row in known}
    for cell in cells:
        answer = cell.answer(folder)
        if answer is not None and not answer.failed:
            by_key |= {row.key: row for row in rows_of(cell, answer)}
    return list(by_key.values())


def _row(cell: Cell, answer: Answer, budget: float) -> Row:
    found = at(answer.looks, budget)
    return Row(
        problem=cell.problem,
        column=cell.column,
        budget=budget,
        seed=cell.seed,
        error=found.error if found else math.inf,
        coefficients=found.coefficients if found else None,
        loss=found.loss if found else math.inf,
        seconds=found.seconds if found else answer.seconds,
        not_exported=answer.told.get("not_exported"),
        digest=cell.digest,
        machine=answer.machine,
        date=answer.date,
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)


def _number(text: str) -> float | None:
    return float(text) if text else None
