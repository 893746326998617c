"""Find problems: by name among the files of this folder, or by path in a user's own file."""

import difflib
import hashlib
import importlib
import logging
import os
import pkgutil
import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nas.errors import UserError, in_short
from nas.problems.problem import Problem

SLOW = 10.0  # seconds: whoever has waited for a file so long wonders what for

_MACHINERY = frozenset(
    {
        "ansatz",
        "coefficient_jumps",
        "coefficients",
        "data",
        "declaration",
        "description",
        "domains",
        "fingerprint",
        "loading",
        "problem",
        "sampling",
        "singular_corners",
        "terms",
        "unknown",
    }
)


def names() -> tuple[str, ...]:
    """The names of the toolkit's problems: the file name is the registry.

    Examples
    --------
    >>> "burgers" in names(), "sampling" in names()
    (True, False)
    """
    folder = str(Path(__file__).parent)
    modules = (module.name for module in pkgutil.iter_modules([folder]))
    return tuple(sorted(name for name in modules if name not in _MACHINERY))


def load(name_or_path: str | os.PathLike[str]) -> Problem:
    """Load a problem of the toolkit by name, or the one in a Python file by path.

    Parameters
    ----------
    name_or_path
        One of `names()`, or a path: what ends in ``.py`` or contains a separator. The file is
        executed; it may import its neighbours in the same folder. The one `Problem` that it
        holds at module level is taken. Names that begin with an underscore do not count;
        neither do problems of the toolkit, if the file has one of its own. Where it takes longer
        than `SLOW` seconds, the logger ``nas`` says so.

    Raises
    ------
    UserError
        If the name is unknown; if the file is missing, does not parse, raises, or does not hold
        exactly one problem.

    Examples
    --------
    >>> load("burgers").equation
    'u_t + u u_x = ν u_xx with ν = 0.01/π, u(x, 0) = -sin πx, u(±1, t) = 0'
    """
    text = os.fspath(name_or_path)
    if text.endswith(".py") or os.sep in text or "/" in text:
        path = Path(text).expanduser()
        if not path.is_file():
            raise UserError(f"{text}: expected a Python file with a problem, found no such file")
        with _told_where_slow(text):
            return _only_problem(_execute(path.resolve(), text), text)
    if text not in names():
        raise UserError(_unknown(text))
    with _located(text, Path(__file__).with_name(f"{text}.py")):
        module = importlib.import_module(f"{__package__}.{text}")
    return _only_problem(module, text)


def text_of(name_or_path: str | os.PathLike[str]) -> str:
    """The text of the file that `load` would load; empty where it cannot be read.

    Examples
    --------
    >>> text_of("burgers").count("Problem(")
    1
    """
    text = os.fspath(name_or_path)
    known = text in names()
    try:
        path = Path(__file__).with_name(f"{text}.py") if known else Path(text).expanduser()
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _unknown(name: str) -> str:
    if Path(name).suffix in (".yaml", ".yml"):
        return (
            f"problem {name!r}: expected a problem, got the name of a campaign file; name the "
            "problem that stands in it"
        )
    nearest = difflib.get_close_matches(name.lower().replace("-", "_"), names(), n=3)
    hint = f"did you mean {' or '.join(nearest)}? " if nearest else ""
    return (
        f"problem {name!r}: no such problem; {hint}expected one of {', '.join(names())}, "
        "or the path of a .py file"
    )


def _execute(path: Path, called: str) -> types.ModuleType:
    """Run a file as a module of its own."""
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
    module = types.ModuleType(f"problem_{path.stem}_{digest}")
    module.__file__ = str(path)
    with _located(called, path), _neighbours_importable(path.parent):
        sys.modules[module.__name__] = module  # dataclasses look their module up there
        # Compiled here, since the import system may take a stale cache for a file just edited.
        exec(compile(path.read_bytes(), path, "exec"), module.__dict__)
    return module


@contextmanager
def _told_where_slow(called: str) -> Iterator[None]:
    """Say so where a file takes long: a residual that never returns is evaluated here first."""
    told = (
        f"{called}: has not been loaded after {SLOW:g} s: its own code is at work; Ctrl-C ends it"
    )
    timer = threading.Timer(SLOW, logging.getLogger("nas").warning, [told])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _neighbours_importable(folder: Path) -> Iterator[None]:
    """Let a file import those beside it, and forget them all afterwards.

    Forgotten modules do not stand in the way of another folder's of the same name, and
    cloudpickle sends their functions by value: a worker could not import them.
    """
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).parent == folder:
                del sys.modules[name]


@contextmanager
def _located(called: str, path: Path) -> Iterator[None]:
    """Turn whatever a problem's file raises into one line that says where in that file."""
    try:
        yield
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise UserError(f"{called}{line}: does not parse: {error.msg}") from error
    except (Exception, SystemExit) as error:
        message = str(error) if isinstance(error, UserError) else f"raised {in_short(error)}"
        raise UserError(f"{called}{_line(error, path)}: {' '.join(message.split())}") from error


def _line(error: BaseException, path: Path) -> str:
    """The last line of the file itself that the error passed through."""
    line, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = f", line {trace.tb_lineno}"
        trace = trace.tb_next
    return line


def _only_problem(module: types.ModuleType, called: str) -> Problem:
    found = _problems(module)
    if len(found) > 1:  # a variation beside the toolkit's problem that it varies
        toolkit = {id(p) for name in names() for p in _problems(_loaded(name)).values()}
        own = {name: problem for name, problem in found.items() if id(problem) not in toolkit}
        found = own or found
    if not found:
        raise UserError(f"{called}: expected a problem = Problem(...) at module level, found none")
    if len(found) > 1:
        raise UserError(
            f"{called}: expected one problem, found several: {', '.join(found)}; "
            "let the names of the others begin with an underscore"
        )
    return next(iter(found.values()))


def _problems(module: types.ModuleType | None) -> dict[str, Problem]:
    """The public problems at module level, each under its first name."""
    first: dict[int, tuple[str, Problem]] = {}
    for name, value in vars(module).items() if module else ():
        if isinstance(value, Problem) and not name.startswith("_"):
            first.setdefault(id(value), (name, value))
    return dict(first.values())


def _loaded(name: str) -> types.ModuleType | None:
    return sys.modules.get(f"{__package__}.{name}")
