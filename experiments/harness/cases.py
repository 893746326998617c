"""The cases of an experiment: each is a file, and a new file is a new case."""

import inspect
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

from experiments.harness.figures import Findings
from nas.errors import UserError


@dataclass(frozen=True)
class Case:
    """A question; ``measure`` fills the findings, and keeps what it runs in the folder.

    >>> Case("speed", "How fast is it?", lambda findings, folder: None).name
    'speed'
    """

    name: str
    question: str
    measure: Callable[[Findings, Path], None]


@dataclass(frozen=True)
class Experiment:
    """A ``folder`` of ``experiments/`` with cases, with ``how.md``, and with their results.

    >>> case = Case("speed", "How fast is it?", lambda findings, folder: None)
    >>> Experiment("Benchmarks", Path("experiments/benchmarks"), (case,)).command
    'python -m experiments.benchmarks'
    """

    title: str
    folder: Path
    cases: tuple[Case, ...]

    @property
    def command(self) -> str:
        """What measures it."""
        return f"python -m experiments.{self.folder.name}"

    @property
    def how(self) -> str:
        """How all cases were measured: Markdown."""
        return (self.folder / "how.md").read_text(encoding="utf-8").strip()

    def chosen(self, names: Sequence[str]) -> list[Case]:
        """The cases of these names, or all where there are none; `UserError` for an unknown one."""
        known = {case.name: case for case in self.cases}
        for name in names:
            if name not in known:
                raise UserError(f"expected some of the cases {', '.join(known)}, got {name}")
        return [known[name] for name in names or known]


def modules(package: ModuleType) -> tuple[Case, ...]:
    """A case for each module of ``package``, in alphabetical order.

    The first line of its docstring is the question, the rest says how it is measured; its function
    ``measure`` takes `Findings`.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(_of_module(name, import_module(f"{package.__name__}.{name}")) for name in names)


def campaigns(folder: Path, measure: Callable[[Path, Findings, Path], None]) -> tuple[Case, ...]:
    """A case for each campaign file of ``folder``, in alphabetical order.

    Its first line is the question; ``measure`` takes the file, `Findings` and a folder.
    """
    return tuple(
        Case(path.stem, _question(path), partial(measure, path))
        for path in sorted(folder.glob("*.yaml"))
    )


def _of_module(name: str, module: ModuleType) -> Case:
    question, _, how = inspect.cleandoc(module.__doc__ or "").partition("\n\n")

    def measure(findings: Findings, folder: Path) -> None:
        module.measure(findings)
        findings.note(how)

    return Case(name, question, measure)


def _question(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# Question: ")
