"""The work of a cell, in a process of its own: a column on a problem, by the CPU's clock."""

import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import torch

from experiments.arena import columns
from experiments.arena.digest import digest
from experiments.arena.looks import Look, Looks
from experiments.arena.truth import Truth
from experiments.harness import machine
from nas import problems
from nas.calculus import compilation


@dataclass(frozen=True)
class Answer:
    """What a cell yields.

    Parameters
    ----------
    looks
        The best network as time went on.
    seconds
        CPU time of the work, without what was spent on its errors.
    imports
        CPU seconds before: imports, and the problem.
    children
        CPU seconds of other processes that the work has begun; they do not count.
    told
        What the column says beside.
    failed
        Why, if it did.
    """

    looks: Sequence[Look]
    seconds: float
    imports: float
    children: float
    told: dict[str, Any]
    machine: str
    date: str
    failed: str = ""

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Answer":
        """From what JSON has kept."""
        return cls(**{**plain, "looks": [Look(*look) for look in plain["looks"]]})


def measure(
    problem: str, column: str, budget: float, seed: int, expected: str = ""
) -> dict[str, Any]:
    """An `Answer` as plain data; what fails is told in it, so that others are measured.

    Parameters
    ----------
    expected
        The digest of the code that it is kept under.
    """
    torch.set_num_threads(1)
    chosen, loaded = columns.named(column), problems.load(problem)
    run = chosen.code.run
    looks = Looks(loaded, Truth(loaded))
    compilation.library()  # once for a machine, not for a cell
    imports, failed = time.process_time(), ""
    try:
        if expected and digest_of(problem, column) != expected:
            raise RuntimeError("its code has changed since the command began")
        run(loaded, budget, seed, looks, **chosen.arguments)
    except Exception as error:  # of a column's, whatever it is
        failed = f"{type(error).__name__}: {error}"
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "looks": looks.found,
        "seconds": looks.seconds,
        "imports": imports,
        "children": used.ru_utime + used.ru_stime,
        "told": looks.told,
        "machine": machine.description(),
        "date": date.today().isoformat(),
        "failed": failed,
    }


@cache
def digest_of(problem: str, column: str) -> str:
    """Of the code that a column on a problem depends on."""
    found = columns.named(column)
    return digest(found.uses, problem, found.facts)
