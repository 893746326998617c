"""A problem on its way to a worker."""

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from nas import problems
from nas.errors import UserError
from nas.runner.problem_source import ProblemSource

FILE = """
from nas.problems import Box, Condition, Problem

problem = Problem(
    name="bend",
    domain=Box(x=(0, 1)),
    residual=lambda u: u.xx - 1,
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bend.py"
    path.write_text(FILE)
    return path


def test_a_problem_is_found_by_name_by_path_and_as_it_is(file: Path) -> None:
    assert ProblemSource.of("burgers").load() is problems.load("burgers")
    assert ProblemSource.of(str(file)).load().name == "bend"
    given = problems.load("helmholtz")
    assert ProblemSource.of("mine", given).load() is given


def test_it_is_loaded_once_a_process(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    load = problems.load

    def counted(name: str) -> problems.Problem:
        loaded.append(name)
        return load(name)

    monkeypatch.setattr(problems, "load", counted)
    source = ProblemSource.of(str(file))
    assert source.load() is source.load()
    assert loaded == [str(file)]


def test_it_travels_small(file: Path) -> None:
    source = ProblemSource.of(str(file))
    assert len(pickle.dumps(source)) < 500
    assert pickle.loads(pickle.dumps(source)) == source


def test_another_mathematics_is_refused(file: Path) -> None:
    source = ProblemSource.of(str(file))
    before = file.stat()
    file.write_text(FILE.replace("u.xx - 1", "u.xx - 2"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))  # however coarse the clock
    with pytest.raises(UserError, match="the problem has changed since this work began; undo"):
        source.load()
    file.write_text(FILE + "# a comment changes nothing\n")
    assert source.load().fingerprint == source.fingerprint


def test_another_problem_that_is_given_is_refused() -> None:
    given = problems.load("burgers")
    source = ProblemSource.of("mine", given)
    other = replace(source, given=problems.load("helmholtz"))
    with pytest.raises(UserError, match="mine: the problem has changed since this work began"):
        other.load()


def test_a_name_without_a_problem_is_refused() -> None:
    with pytest.raises(UserError, match=r"burger.*did you mean burgers"):
        ProblemSource.of("burger")
