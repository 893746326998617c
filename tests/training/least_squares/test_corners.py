"""What networks see of a problem's corners: in scaled coordinates, where it matters."""

from typing import Any

import pytest
import torch

from nas.calculus.derivatives import DerivativeSet, Laplacian
from nas.problems import Box, Condition, Periodic, Polygon, Problem, laplacian
from nas.training.least_squares.corners import CornerFunctions, encoding
from tests.assessment import answers

STEP = Polygon([(0, 1), (2, 1), (2, 0), (6, 0), (6, 2), (0, 2)])


def problem(residual: Any, domain: Any = STEP) -> Problem:
    return Problem("step", domain, residual, [Condition(tuple(domain.parts), lambda u: u)])


def test_a_corner_is_told_in_scaled_coordinates_and_its_angles_as_they_are() -> None:
    kind, *names, x, y, angle, cut, ending, ratio = encoding(
        problem(lambda u: laplacian(u))
    ).split()
    assert (kind, names, angle, cut, ending) == ("corner", ["x", "y"], "270", "225", "0")
    assert [float(x), float(y), float(ratio)] == pytest.approx([-1 / 3, 0, 1 / 3])


def test_the_cut_of_a_hole_ends_half_way() -> None:
    plate = Box(x=(0, 6), y=(0, 2)) - Box(x=(2, 4), y=(0.5, 1.5))
    text = encoding(problem(lambda u: laplacian(u), plate))
    endings = [float(one.split()[6]) for one in text.split("corner ")[1:]]
    lengths = [one.length for one in problem(lambda u: laplacian(u), plate).corners]
    assert endings == pytest.approx([3 / (length / 2) for length in lengths], abs=1e-6)
    assert len(endings) == 4


@pytest.mark.parametrize("by", [0.25, 5.0])
def test_of_a_stretched_equation_it_is_that_of_a_stretched_domain(by: float) -> None:
    """u_xx + u_yy / by² in a domain is a Laplacian in one that is as much higher."""

    def plate(height: float) -> Any:
        hole = Polygon([(2, 0.5 * height), (4, 0.5 * height), (4, height), (2, height)])
        return Box(x=(0, 6), y=(0, 2 * height)) - hole

    as_it_is = encoding(problem(lambda u: u.xx + u.yy, plate(by)))
    stretched = encoding(problem(lambda u: u.xx + u.yy / by**2, plate(1.0)))
    both = [
        sorted([float(number) for number in one.split()[2:]] for one in text.split("corner ")[1:])
        for text in (as_it_is, stretched)
    ]
    assert len(both[0]) == len(both[1]) == 4
    for (x, y, angle, _, ending, ratio), other in zip(*both, strict=True):
        assert [x, y, angle, ratio] == pytest.approx([*other[:3], other[5]], abs=1e-6)
        # The cut leads elsewhere, but to a point of the same hole.
        assert 0.2 < ending / other[4] < 5


def test_along_time_it_is_the_same_one() -> None:
    heat = problem(lambda u: u.t - u.xx - u.yy, STEP * Box(t=(0, 9)))
    assert encoding(heat) == encoding(problem(lambda u: laplacian(u)))


def test_of_equations_of_first_order_none_is_seen() -> None:
    assert encoding(problem(lambda u: u.x + u.y)) == ""


def test_where_something_repeats_itself_none_is_seen() -> None:
    heat = Problem("heat", STEP * Box(t=(0, 1)), lambda u: u.t - u.xx, [Periodic("t", exact=True)])
    assert len(heat.corners) == 1
    assert encoding(heat) == ""


def test_as_features_they_have_the_jets_of_autograd() -> None:
    heat = problem(lambda u: u.t - u.xx - u.yy, STEP * Box(t=(0, 9)))
    functions, values = CornerFunctions(heat), DerivativeSet([], 3)
    points = torch.rand(6, 3, generator=torch.Generator().manual_seed(0)).double() + 0.5
    derivatives = DerivativeSet([(1, 1, 0), (0, 2, 0), (0, 0, 1), Laplacian((0, 1))], 3)
    jet = functions.jet(points, derivatives)
    assert jet.shape == (len(derivatives), 6, len(functions)) == (len(derivatives), 6, 12)
    expected = answers.of(lambda x: functions.jet(x, values)[0])(points, derivatives)
    torch.testing.assert_close(jet, expected, rtol=1e-9, atol=1e-10)
