"""Periodic conditions against a solution that is periodic, and one that is not."""

from typing import Any

import numpy as np
import pytest
import torch

from nas.checking import known_solution as local
from nas.errors import UserError
from nas.problems import Box, Condition, Disc, Domain, Periodic, Polygon, Problem, laplacian
from nas.problems.terms import PointCounts

START = Condition("t_min", lambda u, x: u - torch.sin(torch.pi * x))


def convection(condition: Periodic, **changes: Any) -> Problem:
    known: dict[str, Any] = {
        "name": "convection",
        "domain": Box(x=(-1, 1), t=(0, 0.5)),
        "residual": lambda u: u.t + u.x,
        "conditions": [START, condition],
        "solution": lambda x, t: np.sin(np.pi * (x - t)),
        "balanced": False,
    }
    return Problem(**known | changes)


@pytest.mark.parametrize("derivatives", [None, 0, 1, 3])
def test_a_periodic_solution_meets_it(derivatives: int | None) -> None:
    problem = convection(Periodic("x", derivatives))
    _, start, _ = problem.groups
    assert start.regions == ("t_min",)
    left = local.conditions(problem)[1]
    assert left.resolved.all()
    assert left.worst < 1e-7


def test_a_solution_that_is_not_periodic_does_not() -> None:
    problem = convection(Periodic("x"), solution=lambda x, t: np.sin(1.1 * np.pi * (x - t)))
    assert local.conditions(problem)[1].worst > 1e-2


@pytest.mark.parametrize(
    ("residual", "expected"),
    [
        (lambda u: u.t + u.x, [(0, 0)]),
        (lambda u: u.t - u.xx, [(0, 0), (1, 0)]),
        (lambda u: u.t + u.xxx, [(0, 0), (1, 0), (2, 0)]),
        (lambda u: u.t + u.xxxx + u.xx, [(0, 0), (1, 0), (2, 0), (3, 0)]),
    ],
)
def test_as_many_derivatives_as_the_equations_need(residual: Any, expected: list[Any]) -> None:
    problem = convection(Periodic("x"), residual=residual)
    term = problem.terms[2]
    assert term.derivatives == set(expected)
    assert len(term.probed) == len(term.weights) == len(expected)


def test_both_points_of_a_pair_differ_in_the_coordinate_alone() -> None:
    problem = convection(Periodic("x", fields=["u"], weight=3.0))
    group = problem.groups[2]
    counts = PointCounts(interior=1, boundary=9)
    drawn = group.source.draw(problem.domain, group.regions, counts, seed=0, draw=0, method="sobol")
    ((left, right),) = (one.points for one in drawn.values())
    assert (left[:, 0] == -1).all()
    assert (right[:, 0] == 1).all()
    assert (left[:, 1] == right[:, 1]).all()
    assert group.terms[0].weights == (3.0,)
    assert group.source.rows(group.terms, counts) == 9


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Periodic("y"), "convection: periodic along y: expected a coordinate whose two ends are"),
        (Periodic("x", fields=["v"]), "expected fields among u, got 'v'"),
        (Periodic("x", fields=5), "expected fields as a list of names"),  # type: ignore[arg-type]
        (Periodic("x", fields=()), "expected fields as a list of names"),
        (Periodic("x", derivatives=4), "expected derivatives from 0 to 3, got 4"),
        (Periodic("x", weight=0), "expected a finite weight above 0, got 0"),
    ],
)
def test_what_does_not_fit_is_refused(condition: Periodic, message: str) -> None:
    with pytest.raises(UserError, match=message):
        convection(condition)


def test_a_domain_without_ends_has_none() -> None:
    triangle = Polygon([(0, 0), (1, 0), (0, 1)])
    with pytest.raises(UserError, match="one of none: this domain has none, got 'x'"):
        Problem("p", triangle, lambda u: u.x, [Periodic("x")])


def test_an_exact_one_is_left_to_the_networks() -> None:
    problem = convection(Periodic("x", exact=True))
    assert problem.periodic == ("x",)
    assert len(problem.terms) == len(convection(Periodic("x")).terms) - 1
    assert [row["exact"] for row in problem.describe_terms()].count(True) >= 1
    assert not convection(Periodic("x")).periodic


def test_an_exact_one_is_for_all_fields() -> None:
    pair = {"fields": ("u", "v"), "residual": lambda u, v: (u.t + u.x, v.t - v.x)}
    with pytest.raises(UserError, match="expected all fields to be exactly periodic"):
        convection(Periodic("x", fields=["u"], exact=True), **pair)


@pytest.mark.parametrize(
    "domain",
    [
        Box(x=(0, 1), y=(0, 1)) - Disc((0, 0.5), 0.2),
        Box(x=(0, 1), y=(0, 1)) - Disc((1, 0.5), 0.2),
        Box(x=(0, 1), y=(0, 1)) | Box(x=(1, 2), y=(0, 0.5)),
    ],
)
def test_ends_that_do_not_lie_opposite_are_refused(domain: Domain) -> None:
    with pytest.raises(UserError, match="expected two ends that lie opposite each other, from x=0"):
        Problem("p", domain, lambda u: laplacian(u), [Periodic("x")])


def test_a_hole_between_the_ends_does_no_harm() -> None:
    domain = Box(x=(0, 1), y=(0, 1)) - Disc((0.5, 0.5), 0.2)
    problem = Problem("p", domain, lambda u: laplacian(u), [Periodic("x")])
    assert len(problem.terms) == 2


@pytest.mark.parametrize(
    "others",
    [
        [Condition("t_min", lambda u, x: u - x, exact=True)],  # a value that does not repeat itself
        [Condition("t_min", lambda u, x: u - x**2, exact=True)],  # nor does this one's slope
        [Condition("x_min", lambda u: u, exact=True)],  # nor the distance from one end
    ],
)
def test_exact_conditions_that_do_not_repeat_themselves_are_refused_beside_an_exact_one(
    others: list[Condition],
) -> None:
    message = "the exact conditions of u do not repeat themselves along x"
    ring = Periodic("x", exact=True)
    with pytest.raises(UserError, match=message):
        convection(ring, conditions=[*others, ring], residual=lambda u: u.t - u.xx)


def test_exact_conditions_repeat_themselves_as_far_as_the_equations_need() -> None:
    ring, start = Periodic("x", exact=True), Condition("t_min", lambda u, x: u - x**2, exact=True)
    assert convection(ring, conditions=[start, ring]).describe_fields()[0]["exact"]


def test_fields_in_one_word_are_refused() -> None:
    with pytest.raises(UserError, match="expected fields as a list of names"):
        convection(Periodic("x", fields="u"))
