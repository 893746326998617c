"""Problems in words, for people."""

from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nas.problems import Box, Condition, Problem, Unknown, load
from nas.problems.description import (
    conditions_in_words,
    domain_in_words,
    equations_in_words,
    formula,
    source_text,
    unknowns_in_words,
)

FILE = """
from nas.problems import Box, Condition, Problem

def pull(u):
    "What acts at the end."
    return u.x - 1

def longer(u):
    pulled = (u.x
              + 1)
    twice: object = 2 * pulled
    return pulled, twice

def branched(u):
    if u is None:
        return 0
    return u.x

problem = Problem(
    name="rod", domain=Box(x=(0, 1)), residual=lambda u: (lambda v: v)(u.xx),
    conditions=[
        Condition("x_min", lambda u: u), Condition("x_max", pull, weight=3),
        Condition("x_max", longer), Condition("x_max", branched),
        Condition("x_min", lambda u, ü="π": u
            - 2),
    ],
)
"""


@dataclass(frozen=True, eq=False)
class Measured:
    """A kind of condition that the toolkit does not know."""

    points: Any
    exact: bool = False
    noise: float = 0.0
    comment: str = "none"


@pytest.fixture
def rod(tmp_path: Path) -> Problem:
    (tmp_path / "rod.py").write_text(FILE, encoding="utf-8")
    return load(tmp_path / "rod.py")


def test_a_condition_is_shown_as_it_is_written(rod: Problem) -> None:
    assert conditions_in_words(rod)[:3] == [
        "on x_min: u = 0",
        "on x_max: u.x - 1 = 0 (weight 3)",
        "on x_max: pulled = 0, twice = 0 where pulled = (u.x + 1); twice: object = 2 * pulled",
    ]


def test_the_equations_are_shown_as_they_are_written(rod: Problem) -> None:
    assert equations_in_words(rod) == ["(lambda v: v)(u.xx) = 0"]
    assert equations_in_words(load("two_materials"))[1] == "in copper: copper * laplacian(v) = 0"


def test_a_function_with_branches_has_a_name(rod: Problem) -> None:
    assert conditions_in_words(rod)[3] == "on x_max: branched(...) = 0"


def test_what_is_too_long_to_be_read_is_shown_in_part(tmp_path: Path) -> None:
    text = FILE.replace("+ 1)", f"+ {' + '.join('1' * 200)})")
    (tmp_path / "rod.py").write_text(text, encoding="utf-8")
    assert conditions_in_words(load(tmp_path / "rod.py"))[2] == "on x_max: pulled = 0, twice = 0"


def test_letters_of_several_bytes_and_lines_do_not_matter(rod: Problem) -> None:
    assert conditions_in_words(rod)[4] == "on x_min: u - 2 = 0"


def test_of_nested_functions_the_outer_one_is_shown(rod: Problem) -> None:
    assert callable(rod.residual)
    assert formula(rod.residual) == "(lambda v: v)(u.xx)"


def test_a_kind_without_words_of_its_own_tells_what_is_not_default() -> None:
    problem = copy(load("burgers"))
    measured = Measured(np.zeros((7, 2)), exact=True, noise=0.1)
    object.__setattr__(problem, "conditions", (*problem.conditions, measured))
    words = conditions_in_words(problem)[-1]
    assert words == "Measured: points of shape (7, 2), exact, noise 0.1"


def test_what_stands_in_no_file_has_a_name() -> None:
    made = eval("lambda u: u.x")
    assert formula(made) == "<lambda>(...)"
    assert formula(np.sin) == "sin(...)"


def test_the_text_of_the_file_is_kept(rod: Problem) -> None:
    assert source_text(rod) == FILE


def test_a_file_that_is_gone_or_another_is_no_reason_to_fail(rod: Problem, tmp_path: Path) -> None:
    (tmp_path / "rod.py").write_text("not python")
    assert conditions_in_words(rod)[0] == "on x_min: <lambda>(...) = 0"
    (tmp_path / "rod.py").unlink()
    assert source_text(rod) == ""


def test_domains_and_unknowns() -> None:
    assert domain_in_words(Box(r=(0, 1e-9))) == "Box: r from 0 to 1e-09; parts r_min, r_max"
    conditions = [Condition("x_min", lambda u: u), Condition("x_max", lambda u, k: u - k)]
    unknown = {"nu": Unknown(0.5, low=0), "k": Unknown(-3e-6)}
    rod = Problem("rod", Box(x=(0, 1)), lambda u, nu: nu * u.xx + 1, conditions, unknown=unknown)
    assert unknowns_in_words(rod) == ["nu: start 0.5, low 0", "k: start -3e-06"]


def test_conditions_of_a_problem_made_here() -> None:
    problem = Problem(
        name="here",
        domain=Box(x=(0, 1)),
        residual=lambda u: u.x,
        conditions=[Condition("x_min", lambda u: u - 5)],
    )
    assert conditions_in_words(problem) == ["on x_min: u - 5 = 0"]
