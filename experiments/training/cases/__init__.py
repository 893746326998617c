"""What is measured: one case a file. A new file in this folder is a new case.

A case has a docstring, whose first line is its question; ``RUNS``, the runs that it needs, if any;
and a function ``measure`` that fills `Findings` from the runs that there are.
"""

import pkgutil
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from experiments.benchmarks.figures import Findings
from experiments.training.runs import Runs, Task

_FIRST = ("single", "warm_up", "burgers", "l_shape", "helmholtz")


@dataclass(frozen=True)
class Case:
    """A case by its name, the file's."""

    name: str

    @property
    def question(self) -> str:
        """The first line of its docstring."""
        return (self._module.__doc__ or "").strip().splitlines()[0]

    @property
    def runs(self) -> tuple[Task, ...]:
        """The runs that it needs."""
        return tuple(getattr(self._module, "RUNS", ()))

    def measure(self, runs: Runs) -> Findings:
        """The case's figures, from the runs that there are."""
        findings = Findings(self.name)
        self._module.measure(findings, runs)
        return findings

    @property
    def _module(self) -> ModuleType:
        return import_module(f"{__name__}.{self.name}")


def names() -> list[str]:
    """The names of all cases: those of training from the small to the large, then the others."""
    found = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [*_FIRST, *(name for name in found if name not in _FIRST)]


def load(name: str) -> Case:
    """The case ``name``.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if name not in names():
        raise ValueError(f"{name!r}: no such case; expected some of {', '.join(names())}")
    return Case(name)
