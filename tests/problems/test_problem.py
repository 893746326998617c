"""`Problem` as its users write it: systems, ODEs, three dimensions, coefficients, fluxes."""

import functools
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from nas.calculus.jets import Laplacian
from nas.checking import known_solution as local
from nas.errors import UserError
from nas.problems import Box, Condition, Disc, Periodic, Polygon, Problem, Unknown, laplacian
from nas.problems.terms import PointCounts
from tests.training.problems import PERIODIC

RE = 40.0  # Reynolds number
DECAY = RE / 2 - np.sqrt(RE**2 / 4 + 4 * np.pi**2)  # Kovasznay 1948


def kovasznay(x: Any, y: Any) -> tuple[Any, Any, Any]:
    decay = np.exp(DECAY * x)
    u = 1 - decay * np.cos(2 * np.pi * y)
    v = DECAY / (2 * np.pi) * decay * np.sin(2 * np.pi * y)
    return u, v, (1 - decay**2) / 2


KOVASZNAY = Problem(
    name="kovasznay",
    domain=Box(x=(-0.5, 1), y=(-0.5, 0.5)),
    fields=("u", "v", "p"),
    residual=lambda u, v, p: (
        u * u.x + v * u.y + p.x - laplacian(u) / RE,
        u * v.x + v * v.y + p.y - laplacian(v) / RE,
        u.x + v.y,
    ),
    conditions=[
        Condition(
            "x_min",
            lambda u, y: u - 1 + float(np.exp(-DECAY / 2)) * torch.cos(2 * torch.pi * y),
        ),
        Condition(("y_min", "y_max"), lambda v: v, weight=2.0),
    ],
    solution=kovasznay,
)

OSCILLATOR = Problem(
    name="oscillator",
    domain=Box(t=(0, 3)),
    residual=lambda u: u.tt + 0.4 * u.t + u,
    conditions=[
        Condition("t_min", lambda u: u - 1),
        Condition("t_min", lambda u: u.t),
    ],
    solution=lambda t: (
        np.exp(-0.2 * t) * (np.cos(t * 0.96**0.5) + 0.2 / 0.96**0.5 * np.sin(t * 0.96**0.5))
    ),
)

HEAT_IN_SPACE = Problem(
    name="heat in space and time",
    domain=Box(x=(0, 1), y=(0, 1), z=(0, 1), t=(0, 0.1)),
    residual=lambda u: u.t - laplacian(u),
    conditions=[
        Condition(("x_min", "x_max"), lambda u: u),
        Condition(("y_min", "y_max"), lambda u: u.y),
        Condition("t_min", lambda u, x, y: u - torch.sin(torch.pi * x) * (torch.pi * y).cos()),
    ],
    solution=lambda x, y, z, t: (
        np.exp(-2 * np.pi**2 * t) * np.sin(np.pi * x) * np.cos(np.pi * y) + 0 * z
    ),
)

TWO_MATERIALS = Problem(
    name="two materials",
    domain=Box(x=(-1, 1)),
    residual=lambda u, x: torch.where(x > 0, 1.0, 2.0) * u.xx + 2,
    conditions=[
        Condition("x_min", lambda u: u),  # a value
        Condition("x_max", lambda u: u.x + 1.25),  # a flux
    ],
    # The flux is continuous; k u' = -2x + 3/4, and u is 0 at x = -1.
    solution=lambda x: np.where(x > 0, 0.75 * x - x**2, (0.75 * x - x**2) / 2) + 0.875,
)


BEAM = Problem(
    name="beam",
    domain=Box(x=(0, 1)),
    residual=lambda u: u.xxxx - 24,
    conditions=[Condition(("x_min", "x_max"), lambda u: u), Condition("x_min", lambda u: u.xx)],
    solution=lambda x: x * (1 - x) * (1 + x - x**2),
)

PLATE = Problem(  # x^2 + y^2 on a triangle whose edges have two names
    name="plate",
    domain=Polygon([(0, 0), (1, 0), (0, 1)], names=["leg", "slope", "leg"]),
    residual=lambda u: laplacian(u) - 4,
    conditions=[Condition(("slope", "leg"), lambda u, x, y: u - x**2 - y**2)],
    solution=lambda x, y: x**2 + y**2,
)


@pytest.mark.parametrize(
    "problem",
    [KOVASZNAY, OSCILLATOR, HEAT_IN_SPACE, TWO_MATERIALS, PLATE, BEAM],
    ids=lambda problem: problem.name,
)
def test_known_solutions_leave_no_remainder(problem: Problem) -> None:
    remainders = [*local.equations(problem), *local.conditions(problem)]
    for remainder in remainders:
        assert remainder.resolved.mean() > 0.7
        assert remainder.worst < 1e-7


def test_a_wrong_solution_leaves_one() -> None:
    wrong = replace(PLATE, solution=lambda x, y: x**2 + 1.0001 * y**2)
    assert local.equations(wrong)[0].worst > 1e-5
    assert local.conditions(wrong)[0].worst > 1e-5


def test_fourth_derivatives_are_found() -> None:
    assert BEAM.derivatives.keys == ((0,), (1,), (2,), (3,), (4,))


def test_the_derivatives_are_found_and_kept_apart_from_those_of_the_conditions() -> None:
    assert KOVASZNAY.terms[0].derivatives == {
        (0, 0), (1, 0), (0, 1), Laplacian((0, 1))
    }  # fmt: skip
    assert KOVASZNAY.groups[1].derivatives.keys == ((0, 0),)
    assert HEAT_IN_SPACE.terms[0].derivatives == {(0, 0, 0, 1), Laplacian((0, 1, 2))}
    assert OSCILLATOR.groups[1].derivatives.keys == ((0,), (1,))


def test_a_system_has_a_residual_an_equation() -> None:
    points = torch.rand(5, 2)
    jet = torch.rand(4, len(KOVASZNAY.derivatives), 5, 3)
    residuals = KOVASZNAY.terms[0].residuals(jet, KOVASZNAY.derivatives, points, points[:, :0])
    assert [tuple(residual.shape) for residual in residuals] == [(4, 5)] * 3


def test_points_are_drawn_in_the_order_of_the_domain_where_a_condition_wants_them() -> None:
    for problem, parts in ((KOVASZNAY, ["x_min", "y_min", "y_max"]), (PLATE, ["leg", "slope"])):
        _, boundary = problem.groups
        drawn = boundary.source.draw(
            problem.domain, boundary.regions, PointCounts(1, 9), seed=0, draw=0, method="sobol"
        )
        assert list(drawn) == parts


def test_terms_of_one_source_are_one_group_with_all_derivatives_that_they_need() -> None:
    interior, boundary = OSCILLATOR.groups
    assert [term.regions for term in interior.terms] == [("interior",)]
    assert [term.regions for term in boundary.terms] == [("t_min",)] * 2
    assert boundary.regions == ("t_min",)
    assert len(PERIODIC.groups) == 2
    assert PERIODIC.groups[1].regions == ("x: 0 ~ 1",)


def test_reference_of_several_fields_and_of_none() -> None:
    points = np.array([[0.0, 0.25], [1.0, 0.0]])
    reference = KOVASZNAY.reference(points)
    assert reference is not None
    assert reference.shape == (2, 3)
    assert reference[0] == pytest.approx([1, DECAY / (2 * np.pi), 0])
    assert replace(KOVASZNAY, solution=None).reference(points) is None


def test_a_constant_solution_is_spread_over_the_points() -> None:
    flat = replace(BEAM, solution=lambda x: 3.0)
    reference = flat.reference(np.zeros((4, 1)))
    assert reference is not None
    assert reference.tolist() == [[3.0]] * 4


def test_many_parts_in_one_condition() -> None:
    corners = [(np.cos(a), np.sin(a)) for a in np.arange(40) * np.pi / 20]
    disc = Polygon(corners)
    parts = tuple(disc.parts)
    problem = Problem("disc", disc, lambda u: laplacian(u), [Condition(parts, lambda u: u)])
    assert problem.terms[1].regions == parts


@pytest.mark.parametrize(
    "changes",
    [
        {"residual": lambda u: u.xx + u},
        {"residual": lambda u: 1.001 * u.xxxx - 24},
        {"domain": Box(x=(0, 1.5))},
        {
            "domain": Box(y=(0, 1)),
            "residual": lambda u: u.yyyy - 24,
            "conditions": [Condition("y_min", lambda u: u)],
        },
        {"conditions": BEAM.conditions[:1]},
        {"conditions": [Condition(("x_min", "x_max"), lambda u: u, 3.0), BEAM.conditions[1]]},
    ],
)
def test_another_problem_has_another_fingerprint(changes: dict[str, Any]) -> None:
    assert replace(BEAM, **{"solution": None, **changes}).fingerprint != BEAM.fingerprint


def test_a_hole_elsewhere_has_another_fingerprint() -> None:
    def plate(x: float) -> Problem:
        domain = Box(x=(0, 1), y=(0, 1)) - Disc((x, 0.5), 0.2)
        return Problem("plate", domain, lambda u: laplacian(u), [Condition("rim", lambda u: u - 1)])

    assert plate(0.3).fingerprint == plate(0.3).fingerprint != plate(0.7).fingerprint


def test_what_holds_by_construction_has_a_fingerprint_too() -> None:
    def wave(start: Callable[..., Any], *more: Periodic) -> Problem:
        start_exactly = Condition("t_min", start, exact=True)
        box = Box(x=(-1, 1), t=(0, 1))
        return Problem("wave", box, lambda u: u.t - u.xx, [start_exactly, *more])

    sine = wave(lambda u, x: u - (torch.pi * x).sin())
    cosine = wave(lambda u, x: u - (torch.pi * x).cos())
    again = wave(lambda u, x: u - (torch.pi * x).sin())
    periodic = wave(lambda u, x: u - (torch.pi * x).sin(), Periodic("x", exact=True))
    assert sine.fingerprint == again.fingerprint
    assert len({sine.fingerprint, cosine.fingerprint, periodic.fingerprint}) == 3


def test_names_titles_and_the_solution_do_not_count() -> None:
    told = replace(BEAM, name="balken", title="A beam", solution=None)
    assert told.fingerprint == BEAM.fingerprint


def test_each_derivative_of_each_field_has_a_fingerprint_of_its_own() -> None:
    plane = Polygon([(0, 0), (1, 0), (0, 1)])
    residuals = [
        lambda u: u, lambda u: u.x, lambda u: u.y, lambda u: u.xx, lambda u: u.xy, lambda u: u.yy,
        lambda u: u.xxx, lambda u: u.xxy, lambda u: u.yyyy, lambda v: v, lambda v: v.x,
        lambda v: v.y, lambda u: laplacian(u), lambda v: laplacian(v),
    ]  # fmt: skip
    prints = {
        Problem(
            "p", plane, lambda u, v: u.x + v.x, [Condition("edge_0", residual)], fields=("u", "v")
        ).fingerprint
        for residual in residuals
    }
    assert len(prints) == len(residuals)


def test_a_laplacian_is_the_same_mathematics_as_its_second_derivatives() -> None:
    written_out = replace(PLATE, residual=lambda u: u.xx + u.yy - 4)
    assert written_out.fingerprint == PLATE.fingerprint


def test_coefficients_may_be_bound_beforehand() -> None:
    def load(u: Any, force: float) -> Any:
        return u.xxxx - force

    bound = replace(BEAM, residual=functools.partial(load, force=24))
    default = replace(BEAM, residual=lambda u, force=24: u.xxxx - force)
    assert bound.fingerprint == default.fingerprint == BEAM.fingerprint


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"residual": lambda u: u.t}, "beam: residual: u.t: no such derivative; expected u and 1"),
        ({"residual": lambda u, q: u}, "beam: residual: unknown parameter 'q'"),
        ({"residual": "u.xx"}, "beam: residual: expected a function, got 'u.xx'"),
        (
            {"residual": [lambda u: u.xx, lambda u: u.x]},
            "beam: residual: expected a function, got a list; one function returns a tuple of",
        ),
        (
            {"conditions": [Condition("top", lambda u: u)]},
            "beam: condition on 'top': no such part of the boundary; expected one of x_min, x_max",
        ),
        (
            {"conditions": [Condition((), lambda u: u)]},
            "beam: condition on no part of the boundary; expected some of x_min, x_max",
        ),
        (
            {"conditions": [Condition("x_min", lambda u: u.q)]},
            "beam: condition on x_min: u.q: no such derivative",
        ),
        (
            {"conditions": [Condition(("x_min", "x_max"), lambda u: u, weight=0)]},
            "beam: condition on x_min, x_max: expected a finite weight above 0, got 0",
        ),
        ({"fields": "u"}, "beam: fields: expected names such as ('u', 'v')"),
        ({"fields": ()}, "beam: fields: expected names"),
        (
            {"fields": ("u", "u")},
            "beam: 'u': expected fields, unknown coefficients and coordinates with",
        ),
        (
            {"fields": ("u", "x")},
            "beam: 'x': expected fields, unknown coefficients and coordinates with",
        ),
        (
            {"fields": ("u v",)},
            "beam: 'u v': expected fields, unknown coefficients and coordinates",
        ),
        ({"solution": lambda y: y}, "beam: solution: raised TypeError: "),
        ({"solution": lambda x: sys.exit(3)}, "beam: solution: raised SystemExit: 3; it is called"),
        (
            {"solution": lambda x: (x, x)},
            "beam: solution: expected a tuple of 1 arrays of shape (points,), one a field, "
            "got a tuple of 2",
        ),
        (
            {
                "fields": ("u", "v"),
                "residual": lambda u, v: (u.xx, v.xx),
                "solution": lambda x: np.stack([x, x], -1),
            },
            "beam: solution: expected a tuple of 2 arrays of shape (points,), one a field, "
            "got ndarray",
        ),
        ({"solution": lambda x: x[:3]}, "beam: solution: expected one number a point, shape (16,)"),
        ({"solution": lambda x: "x"}, "beam: solution: expected numbers, got 'x'"),
        (
            {"solution": lambda x: np.where(x > 0.5, np.nan, x)},
            "beam: solution: expected finite numbers, got nan at x=",
        ),
        ({"solution": 3.0}, "beam: solution: expected a function of x, or None, got 3.0"),
        ({"conditions": []}, "beam: conditions: expected at least one, got none"),
        ({"conditions": None}, "beam: conditions: expected a list of nas.Condition(...)"),
        (
            {"conditions": [("x_min", lambda u: u)]},
            "beam: conditions[0]: expected nas.Condition(part, residual) or another kind, got",
        ),
        (
            {"conditions": [Condition]},
            "beam: conditions[0]: expected nas.Condition(part, residual)",
        ),
        ({"domain": Box}, "beam: domain: expected a domain such as nas.Box(x=(0, 1))"),
        ({"unknown": {"D": 3.0}}, "beam: unknown 'D': expected nas.Unknown(start=...), got 3.0"),
        ({"unknown": ["D"]}, "beam: unknown: expected coefficients by name"),
        ({"fields": ("lambda",)}, "beam: 'lambda': expected fields, unknown coefficients and"),
        ({"fields": ("u", "v")}, "beam: fields: no equation speaks of 'v'; expected it in the"),
        (
            {"unknown": {"D": Unknown(1.0)}},
            "beam: unknown: nothing speaks of 'D'; expected it as a parameter",
        ),
        ({"title": 3}, "beam: title: expected text, got 3"),
        ({"name": ""}, "name='': expected a short name"),
        ({"fields": {"u": "steel"}}, "beam: fields: expected pieces of the domain (it is in one"),
    ],
)
def test_user_errors_are_raised_at_construction(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        replace(BEAM, **changes)


def test_a_condition_that_uses_no_field_is_refused() -> None:
    with pytest.raises(
        UserError, match=r"condition on x_min: .* uses none of them; it would demand"
    ):
        Problem(
            name="nothing",
            domain=Box(x=(0.0, 1.0)),
            residual=lambda u: u.xx,
            conditions=[Condition("x_min", lambda x: x - 1)],
        )


END = [Condition("x_min", lambda u: u)]


def test_a_residual_that_uses_no_field_is_refused() -> None:
    with pytest.raises(UserError, match="expected a function of u, got one that uses none of them"):
        Problem(name="nothing", domain=Box(x=(0.0, 1.0)), residual=lambda x: x, conditions=END)


def test_a_solution_may_compute_in_place() -> None:
    def solution(x: Any) -> Any:
        x *= 2
        return x

    points = np.array([[0.25], [0.5]])
    line = replace(BEAM, solution=solution)
    assert line.reference(points) == pytest.approx(np.array([[0.5], [1.0]]))
    assert points.tolist() == [[0.25], [0.5]]
