"""Which residual has no value, and where."""

import torch

from nas.assessment.divergence import no_value
from nas.problems import Box, Condition, Integral, Problem
from nas.problems.terms import PointCounts
from nas.training.collocation import Sampler
from nas.training.least_squares.features import Answer
from tests.assessment import answers

PROBLEM = Problem(
    name="sorbing",
    domain=Box(x=(0, 1), t=(0, 1)),
    fields=("u", "v"),
    residual=lambda u, v: (u.t - v.xx, v.t - u**1.2),
    conditions=[
        Condition("t_min", lambda u: u - 1),
        Condition(("x_min", "x_max"), lambda v, t: torch.log(v) - t, exact=False),
        Integral(lambda u: u, equals=1.0),
    ],
    balanced=False,
)
POINTS = Sampler(PROBLEM, PointCounts(50, 30), "sobol", seed=0).draw(0, torch.device("cpu"))


def constant(u: float, v: float) -> Answer:
    return answers.of(lambda x: torch.tensor([u, v]).double().expand(len(x), 2))


def test_an_equation_is_named_with_point_and_fields() -> None:
    found = no_value(PROBLEM, [constant(-0.5, 2.0)], POINTS)
    x, t = POINTS.interior[0].tolist()
    assert found == f"equations: no value (nan) at x={x:.4g}, t={t:.4g}, where u=-0.5, v=2"


def test_a_condition_is_named_by_its_part() -> None:
    found = no_value(PROBLEM, [constant(1.0, 0.0)], POINTS)
    assert found.startswith("condition on x_min, x_max: no value (-inf) at x=0, t=")
    assert found.endswith("where u=1, v=0")


def test_where_all_has_a_value_nothing_is_said() -> None:
    assert no_value(PROBLEM, [constant(1.0, 1.0)], POINTS) == ""


def test_an_answer_that_is_itself_not_finite_is_passed_over() -> None:
    lost, found = constant(float("nan"), 1.0), constant(-0.5, 2.0)
    assert no_value(PROBLEM, [lost], POINTS) == ""
    assert no_value(PROBLEM, [lost, found], POINTS).startswith("equations: no value")
