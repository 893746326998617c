"""What is measured: one case a file. A new file in this folder is a new case.

A case has a docstring, whose first line is its question, and a function ``measure`` that fills
`Findings`.
"""

import pkgutil
from dataclasses import dataclass
from importlib import import_module

from experiments.benchmarks.figures import Findings


@dataclass(frozen=True)
class Case:
    """A case by its name, the file's."""

    name: str

    @property
    def question(self) -> str:
        """The first line of its docstring."""
        module = import_module(f"{__name__}.{self.name}")
        return (module.__doc__ or "").strip().splitlines()[0]

    def measure(self) -> Findings:
        """Measure it; this may take minutes."""
        findings = Findings(self.name)
        import_module(f"{__name__}.{self.name}").measure(findings)
        return findings


def names() -> list[str]:
    """The names of all cases: the standard case, then the others in alphabetical order."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(found, key=lambda name: (name != "standard", name))


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
