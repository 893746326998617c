"""The whole report: what is told of a good problem, and of one with a mistake of each kind."""

from dataclasses import replace

import numpy as np
import pytest

from nas.checking import check
from nas.problems import Box, Condition, Observations, Polygon, Problem, Unknown

BEND = Problem(
    name="bend",
    title="A bent beam",
    equation="u'' = -2",
    domain=Box(x=(0, 1)),
    residual=lambda u: u.xx + 2,
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
    solution=lambda x: x * (1 - x),
)


def test_a_good_problem_has_all_its_facts_and_no_warning() -> None:
    lines = check(BEND).lines()
    assert lines[0] == "bend: A bent beam"
    assert lines[-1] == "no mistake was found"
    for name in ("equation", "domain", "condition", "field", "term", "solution"):
        assert any(line.startswith(f"  {name} ") for line in lines), name


def test_a_solution_that_does_not_satisfy_the_equation_is_told() -> None:
    (line,) = check(replace(BEND, solution=lambda x: 1.5 * x * (1 - x))).warnings
    assert line.startswith("the solution does not satisfy the equations: it leaves ")
    assert "of the size of its terms at x=" in line


def test_a_solution_that_misses_a_condition_is_told_even_if_that_holds_by_construction() -> None:
    exact = [replace(BEND.conditions[0], exact=True)]  # type: ignore[type-var]
    (line,) = check(replace(BEND, conditions=exact, solution=lambda x: x * (2 - x))).warnings
    assert line.startswith("the solution does not satisfy the condition on x_min, x_max: it leaves")
    assert line.endswith("at x=1; one of both is wrong")


def test_a_solution_without_a_value_somewhere_is_told() -> None:
    (line,) = check(replace(BEND, solution=lambda x: np.where(x == 0, np.nan, x - x**2))).warnings
    told = "the solution, or a derivative of it, has no value at x=0, where the condition on x_min,"
    assert line.startswith(told)


def test_a_jump_that_is_part_of_the_field_is_told_and_not_warned_of() -> None:
    cooled = [Condition("t_min", lambda u: u - 1), Condition(("x_min", "x_max"), lambda u: u)]
    rod = Problem("rod", Box(x=(0, 1), t=(0, 1)), lambda u: u.t - u.xx, cooled)
    report = check(rod)
    assert report.warnings == ()
    told = [
        line.split(None, 1)[1] for line in report.facts if line.startswith(("  jump", "  field"))
    ]
    assert told == [
        "u jumps from 0 on x_min to 1 on t_min where they meet, at x=0, t=0; it is part of the "
        "field's form, not to be learnt",
        "u jumps from 0 on x_max to 1 on t_min where they meet, at x=1, t=0; it is part of the "
        "field's form, not to be learnt",
        "u = 0.5 + 0.5 · network, and its jumps",
    ]
    (line,) = check(replace(rod, balanced=False)).warnings[:1]
    assert line == "u is 1 on t_min and 0 on x_min, which meet at x=0, t=0"


def test_small_inaccuracies_of_a_computed_solution_are_let_through() -> None:
    rough = check(replace(BEND, solution=lambda x: x * (1 - x) * (1 + 1e-3 * x)))
    assert rough.warnings == ()


def test_what_the_problem_itself_warns_of_is_told() -> None:
    steep = replace(BEND, residual=lambda u: u.xx + 1e9, solution=None)
    ends = [Condition("x_min", lambda u: u), Condition("x_max", lambda u: u - 1)]
    (line,) = check(replace(steep, conditions=ends)).warnings
    assert "badly scaled" in line


def test_too_few_conditions_and_corners_are_told() -> None:
    assert (
        "family of solutions"
        in check(replace(BEND, conditions=[Condition("x_min", lambda u: u)])).warnings[0]
    )
    two = [Condition("x_min", lambda u: u), Condition("x_min", lambda u: u - 1)]
    found = check(replace(BEND, conditions=two)).warnings
    assert any(line.startswith("u is 0 and 1 on x_min") for line in found)


@pytest.mark.parametrize("truth", [None, 2.0])
def test_a_solution_counts_where_all_coefficients_are_known(truth: float | None) -> None:
    made = replace(
        BEND,
        unknown={"q": Unknown(start=1.0, truth=truth)},
        residual=lambda u, q: u.xx + q,
        solution=lambda x: np.sin(x),
    )
    told, *others = check(made).warnings
    assert told.startswith("nothing tells the unknown q")
    assert len(others) == (0 if truth is None else 2)


SPRING = Problem(
    name="spring",
    domain=Box(t=(1, 4)),
    residual=lambda u, k: u.tt + k * u,
    unknown={"k": Unknown(start=1.0)},
    conditions=[
        Condition("t_min", lambda u: u - 1),
        Condition("t_min", lambda u: u.t),
        Observations({"t": [2.0, 3.0], "u": [0.5, -0.4]}),
    ],
    solution=lambda t: t,
)


def test_what_conditions_leave_open_is_a_warning() -> None:
    rod = Problem(
        name="rod",
        domain=Box(x=(0, 1)),
        residual=lambda u, k: k * u.xx + 1,
        unknown={"k": Unknown(start=1.0)},
        conditions=[Condition(("x_min", "x_max"), lambda u: u, exact=True)],
    )
    (line,) = check(rod).warnings
    assert line.startswith("nothing tells the unknown k")


def test_what_a_solution_is_not_checked_for_is_said() -> None:
    (line,) = [line for line in check(SPRING).lines() if line.startswith("  solution")]
    assert line.endswith("that needs the true coefficients too, k=nas.Unknown(…, truth=…)")


def test_re_entrant_corners_are_told() -> None:
    step = Polygon([(0, 1), (2, 1), (2, 0), (6, 0), (6, 2), (0, 2)])
    flow = Problem("flow", step, lambda u: u.xx + u.yy, [Condition(tuple(step.parts), lambda u: u)])
    (line,) = [line for line in check(flow).lines() if line.startswith("  corner")]
    assert line.endswith(
        "re-entrant, of 270 degrees, at x=2, y=1; there a gradient may be infinite"
    )


def test_a_report_tells_scales_and_data_and_leaves_out_what_is_empty() -> None:
    lines = check(SPRING).lines()
    assert "  coordinate  t = 2.5 + 1.5 · ξ" in lines
    assert "  condition   Observations: data columns t, u (2 rows)" in lines
    assert lines[0] == SPRING.name, "it has no title"


def test_without_an_equation_in_words_the_written_one_is_told() -> None:
    found = check(replace(BEND, equation="")).facts
    (told,) = (line for line in found if line.startswith("  equation "))
    assert told.split(maxsplit=1)[1] == "u.xx + 2 = 0"


def test_a_report_tells_the_unknown_coefficients_and_what_was_observed() -> None:
    pair = replace(
        SPRING,
        fields=("u", "v"),
        residual=lambda u, v, k: (u.t - v, v.t + k * u),
        unknown={"k": Unknown(start=1.5, low=0, high=9)},
        conditions=[Observations({"t": [2.0, 3.0], "u": [0.5, -0.4], "v": [1.0, 0.0]})],
        solution=None,
    )
    lines = check(pair).lines()
    assert "  unknown     k: start 1.5, low 0, high 9" in lines
    terms = [line.split(":")[0] for line in lines if line.startswith("  term ")]
    assert terms[-2:] == [
        "  term        2 observations (t, u, v) of u",
        "  term        2 observations (t, u, v) of v",
    ]
