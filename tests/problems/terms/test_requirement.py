"""A kind of condition of one's own: it says what it demands, and all else has a default."""

from dataclasses import dataclass

import pytest

from nas.assessment.counting import too_few
from nas.errors import UserError
from nas.problems import Box, Condition, Problem
from nas.problems.terms import Requirement, Setting, Term


@dataclass(frozen=True)
class Fixed(Requirement):
    """u = 1 at x = 0."""

    def describe(self) -> str:
        return "fixed"

    def bind(self, setting: Setting) -> Term:
        return Condition("x_min", lambda u: u - 1).bind(setting)


@dataclass(frozen=True)
class ExactlyFixed(Fixed):
    exact: bool = True

    def relaxed(self) -> Fixed:
        return Fixed()


@dataclass(frozen=True)
class Built(ExactlyFixed):
    def by_part(self) -> dict[str, Requirement]:
        return {"x_min": self}


@dataclass(frozen=True)
class Repeating(ExactlyFixed):
    periodic_coordinates: tuple[str, ...] = ("x",)


def rod(kind: Requirement) -> Problem:
    end = Condition("x_max", lambda u: u)
    return Problem("rod", Box(x=(0, 1)), lambda u: u.xx, [kind, end])


def test_it_is_trained_for_like_any_other() -> None:
    problem = rod(Fixed())
    assert [problem.requirement_of(term).describe() for term in problem.terms] == [
        "equations",
        "fixed",
        "condition on x_max",
    ]
    assert (problem.periodic, problem.noisy) == ((), False)


def test_it_may_hold_by_construction() -> None:
    problem = rod(Built())
    assert len(problem.terms) == 2
    assert problem.requirement_of(problem.terms[1]).describe() == "condition on x_max"
    assert problem.describe_fields()[0]["exact"]


def test_it_may_make_networks_repeat_themselves() -> None:
    problem = rod(Repeating())
    assert problem.periodic == ("x",)
    assert not problem.describe_fields()[0]["exact"]
    assert too_few(problem) == []


def test_what_only_says_that_it_holds_is_refused() -> None:
    with pytest.raises(UserError, match="rod: fixed: expected values on the boundary, or a period"):
        rod(ExactlyFixed())


@pytest.mark.parametrize("wrong", [Condition, "x_min"], ids=["a class", "a name"])
def test_what_is_no_requirement_is_refused(wrong: Requirement) -> None:
    with pytest.raises(UserError, match=r"conditions\[0\]: expected nas.Condition"):
        rod(wrong)
