"""What a user's function raises in a command is a line with its place."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nas import problems
from nas.errors import UserError
from nas.own_code import told
from nas.signals import Stop


def function(folder: Path, body: str) -> Callable[[], Any]:
    """A function of a user's file, whose second line is ``body``."""
    path = folder / "mine.py"
    path.write_text(f"def f():\n    {body}\n")
    made: Callable[[], Any] = runpy.run_path(str(path))["f"]
    return made


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("import sys; sys.exit()", "SystemExit"),
        ("import sys; sys.exit('no')", "SystemExit: no"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("raise BaseException('all')", "BaseException: all"),
        ("return f()", "RecursionError: maximum recursion depth exceeded"),
        ("raise MemoryError", "MemoryError"),
        ("import numpy; numpy.zeros(3).reshape(2)", "ValueError: cannot reshape array of size 3"),
        ("raise ValueError('a\\n' * 1000)", "ValueError: a a a a"),
    ],
)
def test_whatever_it_raises_is_one_line(body: str, line: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"mine.py, line 2: raised {line}") as caught, told():
        function(tmp_path, body)()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("folder", ["site-packages", "dist-packages"])
def test_a_library_of_whichever_python_is_nobodys(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    with pytest.raises(ValueError, match="theirs"), told():
        function(tmp_path / folder, "raise ValueError('theirs')")()


@pytest.mark.parametrize("error", ["Exception", "BaseException"])
def test_an_error_whose_text_raises_has_its_type(error: str, tmp_path: Path) -> None:
    class_of_it = f"type('Odd', (BaseException,), {{'__str__': lambda e: exec('raise {error}')}})"
    with pytest.raises(UserError, match=r"mine\.py, line 2: raised Odd; expected"), told():
        function(tmp_path, f"raise {class_of_it}")()


def test_what_the_toolkit_itself_raises_is_left_alone() -> None:
    """A mistake of ours has its traceback."""
    with pytest.raises(TypeError, match=r"expected str, bytes or os\.PathLike"), told():
        problems.load(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [UserError("expected this"), Stop("stop")])
def test_what_has_a_meaning_of_its_own_is_left_alone(error: BaseException) -> None:
    with (
        pytest.raises(
            type(error), match="expected this" if isinstance(error, UserError) else "stop"
        ),
        told(),
    ):
        raise error


def test_without_an_error_nothing_happens() -> None:
    with told():
        pass
