"""Conditions that disagree where parts of the boundary meet."""

from dataclasses import replace

from nas.checking.corners import contradictions
from nas.problems import Box, Condition, Problem

HEATED = Problem(
    name="heated",
    domain=Box(x=(0, 1), t=(0, 1)),
    residual=lambda u: u.t - u.xx,
    conditions=[
        Condition("t_min", lambda u, x: u - x - 2),
        Condition(("x_min", "x_max"), lambda u: u - 3),
    ],
)


def test_what_is_demanded_is_told_at_the_corner_itself() -> None:
    assert contradictions(HEATED) == ["u is 2 on t_min and 3 on x_min, which meet at x=0, t=0"]


def test_a_steep_condition_that_agrees_at_the_corner_is_no_contradiction() -> None:
    steep = Condition("t_min", lambda u, x: u - 3 * (1 - x) ** 400 - 3 * x**400)
    assert contradictions(replace(HEATED, conditions=[steep, HEATED.conditions[1]])) == []


def test_a_condition_without_a_value_at_the_corner_is_told_beside_it() -> None:
    root = Condition("t_min", lambda u, x: u - x.log() / x.log())
    (line, _) = contradictions(replace(HEATED, conditions=[root, HEATED.conditions[1]]))
    assert line == "u is 1 on t_min and 3 on x_min, which meet at x=0, t=0"
