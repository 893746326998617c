"""What code a cell depends on, as a short word: other words or comments do not change it.

Of the product the packages and modules that a column names; of its problems the machinery, the
cell's own problem, and those that it is made from.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from experiments.harness.process import ROOT
from nas import problems
from nas.errors import UserError

# Where the packages stand that are links in nas.
PLACES = {"nas.reports": "reports", "nas.search_spaces": "search_spaces"}
# All that measures, whatever the column.
MEASURING = ("experiments.arena.looks", "experiments.arena.truth", "experiments.arena.measuring")
LENGTH = 12
_CODE = (".cpp", ".h", ".hpp", ".csv", ".npz")  # files that are taken as they are
# Where a kernel is kept, how a user's file is loaded, and how a problem is told: no figure's.
_BESIDE = (
    "nas/calculus/kept_library.py",
    "nas/problems/loading.py",
    "nas/problems/description.py",
)


def digest(uses: Iterable[str], problem: str, facts: str = "") -> str:
    """Of the modules and packages that are used, a problem, and ``facts`` beside the code.

    Raises
    ------
    UserError
        If there is no module or package of a name.

    Examples
    --------
    >>> one = digest(["nas.mixture"], "burgers")
    >>> one == digest(["nas.mixture"], "burgers"), one == digest(["nas.mixture"], "wave")
    (True, False)
    """
    found = {path for name in (*uses, *MEASURING) for path in files(name)}
    found |= set(_of_problem(problem))
    parts = [f"{path.relative_to(ROOT).as_posix()} {_of_file(path)}" for path in sorted(found)]
    return hashlib.sha256("\n".join([facts, *parts]).encode()).hexdigest()[:LENGTH]


def files(name: str) -> list[Path]:
    """The files of a module, or of a package and all that is in it.

    Examples
    --------
    >>> [path.name for path in files("nas.search_spaces.space")]
    ['space.py']
    """
    place = next((p for p in PLACES if name == p or name.startswith(f"{p}.")), "")
    parts = (PLACES.get(place, "") + name.removeprefix(place)).split(".")
    base = ROOT.joinpath(*parts)
    if base.with_suffix(".py").is_file():
        return [base.with_suffix(".py")]
    if not base.is_dir():
        raise UserError(f"digest: expected a module or package of this project, got {name}")
    found = (path for path in base.rglob("*") if path.suffix in (".py", *_CODE))
    return sorted(path for path in found if not (_is_of_a_problem(path) or _is_beside(path)))


def _is_beside(path: Path) -> bool:
    return path.relative_to(ROOT).as_posix() in _BESIDE


def _is_of_a_problem(path: Path) -> bool:
    """Whether it belongs to one problem: nobody else depends on it."""
    folder = ROOT / "nas" / "problems"
    return path.is_relative_to(folder / "data") or (
        path.parent == folder and path.stem in problems.names()
    )


def _of_problem(name: str) -> Iterator[Path]:
    """The file of a problem, and those of the problems and data that it is made from."""
    path = ROOT / "nas" / "problems" / f"{name}.py"
    yield path
    yield from (path.parent / "data").glob(f"{name}.*")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        module = node.module if isinstance(node, ast.ImportFrom) else None
        parts = (module or "").split(".")
        if parts[:2] != ["nas", "problems"]:
            continue
        last = parts[-1]
        if len(parts) == 3 and last in problems.names():
            yield from _of_problem(last)
        elif parts[2:3] == ["data"]:
            found = (path.parent / "data").glob("*.py")
            yield from (one for one in found if not one.name.startswith("make_"))


@cache
def _of_file(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix == ".py":
        content = meaning(content.decode()).encode()
    return hashlib.sha256(content).hexdigest()


def meaning(source: str) -> str:
    """Python code without comments, docstrings, its layout, and what it raises, which says words.

    Examples
    --------
    >>> meaning("def f():\\n    '''One.'''\\n    return  1  # sic") == meaning("def f(): return 1")
    True
    >>> meaning("raise ValueError('no')") == meaning("raise UserError('expected one') from error")
    True
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            if said:
                node.body = node.body[1:]
        if isinstance(node, ast.Raise):
            node.exc = node.cause = None
    return ast.dump(tree)
