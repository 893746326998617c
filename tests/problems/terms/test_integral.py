"""Integral conditions against integrals worked by hand."""

from typing import Any

import numpy as np
import pytest
import torch

from nas.calculus.jets import DerivativeSet
from nas.errors import UserError
from nas.problems import Box, Condition, Integral, Polygon, Problem, Unknown
from nas.problems.domains import Domain
from nas.problems.terms import PointCounts
from nas.problems.terms.quadrature import EVEN, Quadrature

SQUARE = Box(x=(0, 1), y=(0, 2))
TRIANGLE = Polygon([(0, 0), (2, 0), (0, 1)], names=["bottom", "slope", "left"])


def left_over(condition: Integral, domain: Domain, solution: Any) -> torch.Tensor:
    """The residual of the condition, given a function of points (B, D) for the field."""
    corner = Condition(next(iter(domain.parts)), lambda u: u)
    problem = Problem("p", domain, lambda u: u.x, [corner, condition])
    group = problem.groups[-1]
    (term,) = group.terms
    counts = PointCounts(interior=10, boundary=10)
    drawn = group.source.draw(domain, group.regions, counts, seed=0, draw=0, method="sobol")
    (found,) = drawn.values()
    points = torch.as_tensor(found.points)
    values = DerivativeSet([], len(domain.coordinates))
    jet = solution(points.flatten(0, -2))[None, :, None]
    (residual,) = term.residuals(jet, values, points, torch.as_tensor(found.data))
    return residual


def test_a_total_over_a_box_is_that_of_the_smooth_function() -> None:
    def solution(x: torch.Tensor) -> torch.Tensor:
        return torch.exp(x[:, 0]) * torch.cos(3 * x[:, 1])

    total = (np.e - 1) * np.sin(6) / 3
    residual = left_over(Integral(lambda u: u, equals=1.0), SQUARE, solution)
    torch.testing.assert_close(residual, torch.tensor([total - 1]).double(), rtol=0, atol=1e-10)
    mean = left_over(Integral(lambda u: u, equals=0.0, mean=True), SQUARE, solution)
    torch.testing.assert_close(mean, torch.tensor([total / 2]).double(), rtol=0, atol=1e-10)


def test_over_one_coordinate_at_each_value_of_the_other() -> None:
    """∫ x y dx over [0, 1] is y / 2, whatever y."""
    condition = Integral(lambda u: u, equals=lambda y: y / 2, over="x")
    residual = left_over(condition, SQUARE, lambda x: x[:, 0] * x[:, 1])
    assert residual.shape == (8,)
    assert residual.abs().max() < 1e-14


def test_over_a_side_of_a_box() -> None:
    condition = Integral(lambda u, y: u * y, equals=0.0, on="x_max")
    residual = left_over(condition, SQUARE, lambda x: x[:, 0] + x[:, 1] ** 2)
    assert float(residual) == pytest.approx(2 + 4)  # ∫ (1 + y²) y dy over [0, 2]


def test_over_a_polygon_and_its_side_evenly_spread_points_do() -> None:
    total = left_over(Integral(lambda u: u, 0.0), TRIANGLE, lambda x: x[:, 0])
    assert float(total) == pytest.approx(2 / 3, rel=1e-4)
    curved = left_over(Integral(lambda u: u, 0.0), TRIANGLE, lambda x: torch.exp(x.sum(-1)))
    assert float(curved) == pytest.approx(2 * (np.e**2 / 2 - np.e + 0.5), rel=1e-4)
    side = left_over(Integral(lambda u: u, 0.0, on="slope"), TRIANGLE, lambda x: x[:, 0])
    assert float(side) == pytest.approx(5**0.5, rel=1e-6)
    assert len(Quadrature(on="slope").weights(TRIANGLE)) == EVEN


def test_more_points_are_more_accurate() -> None:
    fast, exact = lambda x: torch.sin(100 * x[:, 0]), 2 * (1 - np.cos(100)) / 100
    few, many = (
        float(left_over(Integral(lambda u: u, 0.0, points=points), SQUARE, fast))
        for points in (None, 60)
    )
    assert abs(few - exact) > 1e-2
    assert many == pytest.approx(exact, abs=1e-9)
    assert len(Quadrature(on="slope", points=50).nodes(TRIANGLE)) == 50


def test_how_many_totals_are_demanded() -> None:
    totals = left_over(Integral(lambda u: u, 0.0, over="x", values=3), SQUARE, lambda x: x[:, 1])
    assert totals.shape == (3,)


@pytest.mark.parametrize("dimension", [1, 2, 3, 4])
def test_weights_make_a_mean(dimension: int) -> None:
    box = Box(**dict.fromkeys("xyzw"[:dimension], (0, 3)))
    rule = Quadrature()
    assert float(rule.weights(box).sum()) == pytest.approx(1)
    assert rule.nodes(box).shape == (len(rule.weights(box)), dimension)
    assert rule.measure(box) == pytest.approx(3**dimension)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Integral(lambda u: u, 1.0, on="top"), "integral on 'top': no such part of the boundary"),
        (
            Integral(lambda u: u, 1.0, over="z"),
            "integral over 'z': expected coordinates among x, y",
        ),
        (
            Integral(lambda u: u, 1.0, over="x", on="x_min"),
            "either over=.* or on='x_min', got both",
        ),
        (Integral(lambda u: u, float("nan")), "equals: expected a finite number, got nan"),
        (Integral(lambda u: u, lambda y: y), "equals: expected a finite number, got <function"),
        (Integral(lambda x: x, 1.0), "expected an integrand of u, got one that uses none"),
        (Integral(lambda u: u, 1.0, weight=-1), "expected a finite weight above 0, got -1"),
        (Integral(lambda u: u, 1.0, points=0), "points: expected a whole number ≥ 1, got 0"),
        (Integral(lambda u: u, 1.0, points=10**12), "points: expected at most 316, got 1000000000"),
        (Integral(lambda u: u, 1.0, "x", points=1001), "points: expected at most 1,000, got 1001"),
        (Integral(lambda u: u, 1.0, values=1.5), "values: expected a whole number ≥ 1, got 1.5"),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_fit_is_refused(condition: Integral, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Problem("p", SQUARE, lambda u: u.x, [condition])


def test_a_value_may_depend_on_unknown_coefficients() -> None:
    total = Integral(lambda u: u, lambda y, k: k * y, over="x")
    unknown = {"k": Unknown(start=2.0)}
    corner = Condition("x_min", lambda u: u)
    problem = Problem("p", SQUARE, lambda u: u.x, [corner, total], unknown=unknown, balanced=False)
    (term,) = problem.groups[-1].terms
    (drawn,) = term.source.draw(
        SQUARE, term.regions, PointCounts(1, 1), seed=0, draw=0, method="sobol"
    ).values()
    points = torch.as_tensor(drawn.points)
    jet = torch.tensor([5.0, 1.0]).double().expand(1, points[..., 0].numel(), 2)  # u = 5, k = 2
    (left,) = term.residuals(jet, DerivativeSet([], 2), points, torch.as_tensor(drawn.data))
    assert torch.allclose(left, 5 - 2 * points[0, :, 1])
    assert term.components == {0, 1}


@pytest.mark.parametrize(
    ("equals", "message"),
    [
        (lambda x: x, "value: expected a function of the other coordinates alone, got one of x"),
        (
            lambda u: u,
            "value: expected one function of the other coordinates .*, got one of fields",
        ),
        (lambda y: (y, y), "value: expected one function of the other coordinates .*, got 2"),
    ],
)
def test_a_value_is_one_function_of_the_other_coordinates(equals: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Problem("p", SQUARE, lambda u: u.x, [Integral(lambda u: u, equals, over="x")])


def test_a_coordinate_named_twice_is_integrated_over_once() -> None:
    twice = left_over(
        Integral(lambda u: u, 1.0, over=("y", "y")), SQUARE, lambda x: 0 * x[:, 0] + 3
    )
    assert torch.allclose(twice, torch.tensor(5.0).double())


def test_nothing_is_integrated_over_a_point() -> None:
    total = Integral(lambda u: u, 1.0, on="x_min")
    with pytest.raises(UserError, match=r"expected more than a point; .* a nas\.Condition"):
        Problem("p", Box(x=(0, 1)), lambda u: u.x, [total])


@pytest.mark.parametrize("changes", [{"over": None}, {"on": 3}, {"mean": "no"}])
def test_other_kinds_of_arguments_are_refused(changes: Any) -> None:
    with pytest.raises(UserError, match=r"expected names of coordinates|expected True or False"):
        Integral(lambda u: u, 1.0, **changes)


def test_a_number_of_an_array_library_is_taken() -> None:
    wanted: Any = np.float32(0.5)
    assert Integral(lambda u: u, wanted).describe() == "total over the domain equals 0.5"


def test_coordinates_of_a_polygon_cannot_be_told_apart() -> None:
    with pytest.raises(UserError, match="integral over x: expected a box, got Polygon"):
        Problem("p", TRIANGLE, lambda u: u.x, [Integral(lambda u: u, 1.0, over="x")])
