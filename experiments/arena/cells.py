"""A cell: a column on a problem, with a budget and a seed; measured once in a fresh process.

Its answer is kept under the digest of the code that it depends on. So what has been measured with
other code is stale, and is measured again, unless the code comes back.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from experiments.arena.measuring import Answer, digest_of
from experiments.harness.tasks import Task

State = Literal["there", "failed", "stale", "missing"]
STATES: tuple[State, ...] = ("there", "failed", "stale", "missing")


@dataclass(frozen=True)
class Cell:
    """What is measured.

    >>> Cell("burgers", "tanh_3x20", 300, 0).name
    'burgers-tanh_3x20-300-0'
    """

    problem: str
    column: str
    budget: float  # seconds
    seed: int

    @property
    def name(self) -> str:
        """That of its folder, but for the digest."""
        return f"{self.problem}-{self.column}-{self.budget:g}-{self.seed}"

    @cached_property
    def digest(self) -> str:
        """Of the code that it depends on."""
        return digest_of(self.problem, self.column)

    def task(self, folder: Path) -> Task:
        """The work that is kept in ``folder``."""
        arguments = (self.problem, self.column, self.budget, self.seed, self.digest)
        return Task(
            folder, f"{self.name}-{self.digest}", "experiments.arena.measuring:measure", arguments
        )

    def answer(self, folder: Path) -> Answer | None:
        """What was measured with today's code; None where nothing was."""
        path = self.task(folder).answer
        return Answer.of(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None

    def state(self, folder: Path) -> State:
        """Whether it has been measured."""
        answer = self.answer(folder)
        if answer is not None:
            return "failed" if answer.failed else "there"
        stale = any(
            path.parent.name[len(self.name) :].count("-") == 1
            for path in folder.glob(f"{self.name}-*/answer.json")
        )
        return "stale" if stale else "missing"


def forget_failed(cells: Iterable[Cell], folder: Path) -> None:
    """Let those that failed be measured again."""
    for cell in cells:
        if cell.state(folder) == "failed":
            cell.task(folder).answer.unlink()
