"""Every example in a docstring of the product runs, and gives what it says."""

import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest

import nas

MODULES = ["nas", *(module.name for module in pkgutil.walk_packages(nas.__path__, "nas."))]

# Where each public class and function has an example, and has to have one.
COMPLETE = (
    "nas.assessment",
    "nas.calculus",
    "nas.campaign",
    "nas.checking",
    "nas.checks",
    "nas.errors",
    "nas.export",
    "nas.interop",
    "nas.mixture",
    "nas.networks",
    "nas.problems",
    "nas.reports",
    "nas.runner",
    "nas.search_spaces",
    "nas.training",
)
NOT_YET = {
    # They need a compiler: their examples are those of `nas.calculus.networks`, which need none.
    "nas.calculus.fused",
    "nas.calculus.kernel",
    # It refuses to run where this package is: its example is that of `nas.export.equivalence.run`.
    "nas.export.fresh_process",
    # To write a program takes torch its seconds: `tests/export/formats` do it.
    "nas.export.formats.pt2",
    # It writes with a package that an extra brings.
    "nas.export.formats.onnx",
}


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # what an example writes is left there
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def without_example(module: ModuleType) -> list[str]:
    """The public classes and functions of a module whose docstrings have no example.

    Protocols need none: their docstrings name what follows them.
    """
    return [
        name
        for name, one in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(one) or inspect.isfunction(one))
        and one.__module__ == module.__name__
        and not getattr(one, "_is_protocol", False)  # there is nothing of it to show
        and ">>>" not in (one.__doc__ or "")
    ]


@pytest.mark.parametrize(
    "name", [name for name in MODULES if name.startswith(COMPLETE) and name not in NOT_YET]
)
def test_public_names_have_an_example(name: str) -> None:
    assert without_example(importlib.import_module(name)) == []


def test_examples_are_found() -> None:
    """Also in the packages that stand beside nas, and are linked into it."""
    assert {"nas.search_spaces.candidates", "nas.reports.page"} <= set(MODULES)
    found = doctest.DocTestFinder().find(importlib.import_module("nas.calculus.jets"))
    assert {"nas.calculus.jets", "nas.calculus.jets.multiply"} <= {
        one.name for one in found if one.examples
    }


def test_a_missing_example_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("nas.calculus.jets")

    def bare() -> None:
        """Does nothing."""

    bare.__module__ = module.__name__
    monkeypatch.setattr(module, "bare", bare, raising=False)
    assert without_example(module) == ["bare"]
