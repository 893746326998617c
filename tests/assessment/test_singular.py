"""Jumps and infinite gradients that conditions ask for and no form of a field has."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.assessment.singular import unmet
from nas.assessment.telling import jumps
from nas.checking.check import check
from nas.problems import Box, Condition, Disc, Integral, Polygon, Problem, laplacian
from nas.problems.domains import Domain

SQUARE, ROD = Box(x=(0, 1), y=(0, 1)), Box(x=(0, 1), t=(0, 1))
CORNERS = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)])


def problem(residual: Any, *conditions: Any, domain: Domain = SQUARE) -> Problem:
    return Problem("asked", domain, residual, conditions)


def strip(x: Tensor) -> Tensor:
    return torch.where((x > 0.3) & (x < 0.6), 1.0, 0.0)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            problem(lambda u: u.tt - u.xx, Condition("t_min", lambda u, x: u - strip(x)),
                    domain=ROD),
            "along t_min, at x=0.",
        ),
        (
            problem(lambda u: u.tt - u.xx,
                    Condition("t_min", lambda u, x: (u.t, u - strip(x))), domain=ROD),
            "along t_min, at x=0.",
        ),
        (
            problem(lambda u: u.t + u.x, Condition("x_min", lambda u, t: 2 * u - 2 * strip(t)),
                    domain=ROD),
            "along x_min, at x=0, t=0.",
        ),
        (
            problem(lambda u: u.xx - u.yy, Condition("edge_0", lambda u, x: u - strip(x)),
                    domain=CORNERS),
            "along edge_0, at x=0.",
        ),
        (
            problem(lambda u: u.xx - u.yy,
                    Condition("rim", lambda u, y: u - torch.where(y > 0.5, 1.0, 0.0)),
                    domain=Disc((0, 0), 1)),
            "along rim, at x=",
        ),
        (
            problem(lambda u: laplacian(u), Condition("z_min", lambda u, x: u - strip(x)),
                    domain=Box(x=(0, 1), y=(0, 1), z=(0, 1))),
            "along z_min, at x=0.",
        ),
        (
            problem(lambda u: laplacian(u),
                    Condition("y_min", lambda u, x: u - torch.floor(40 * x))),
            "along y_min, at x=",
        ),
    ],
)  # fmt: skip
def test_a_value_that_jumps_within_a_part_is_told(made: Problem, expected: str) -> None:
    (line,) = unmet(made)
    assert line.startswith("u jumps from ")
    assert expected in line
    assert line in check(made).warnings
    (note,) = jumps(made)
    assert note == (
        f"{line}: no smooth answer does that, and the estimated error may be too small close to it"
    )


@pytest.mark.parametrize(
    "made",
    [
        problem(lambda u: laplacian(u), Condition("y_min", lambda u, x: u - strip(x))),
        problem(lambda u: u.t - u.xx, Condition("t_min", lambda u, x: u - torch.sign(x - 0.5)),
                domain=ROD),
        problem(lambda u: u.tt - u.xx,
                Condition("t_min", lambda u, x: u - torch.tanh(2000 * (x - 0.3))), domain=ROD),
        problem(lambda u: u.tt - u.xx, Condition("t_min", lambda u, x: u - (x - 0.3).abs()),
                domain=ROD),
        problem(lambda u: u.tt - u.xx,
                Condition("t_min", lambda u, x: u - torch.where(x > 0, 1.0, 0.0)), domain=ROD),
        problem(lambda u: u.xx + 1, Condition(("x_min", "x_max"), lambda u: u),
                domain=Box(x=(0, 1))),
    ],
)  # fmt: skip
def test_what_is_known_or_smooth_is_not(made: Problem) -> None:
    assert unmet(made) == []


def test_a_jump_that_is_known_hides_no_other() -> None:
    both = Condition(("y_min", "x_min"), lambda u, x, y: u - strip(x + y))
    cut = problem(lambda u: laplacian(u), both, Condition("x_max", lambda u: u.x))
    assert (len(cut.known_jumps), unmet(cut)) == (4, [])
    waves = problem(lambda u: u.yy - u.xx, both)
    assert len(unmet(waves)) == 2


@pytest.mark.parametrize("domain", [SQUARE, CORNERS])
def test_a_part_that_gives_a_value_here_and_a_slope_there_is_told(domain: Domain) -> None:
    part = "y_min" if domain is SQUARE else "edge_0"
    mixed = Condition(part, lambda u, x: torch.where(strip(x) > 0, u - 1, u.n))
    (line,) = unmet(problem(lambda u: u.xx + u.xy + u.yy, mixed, domain=domain))
    told = (
        f"{part} gives the value of u on one part and a derivative on another, which meet at x=0."
    )
    assert line.startswith(told)
    at = float(line.split("x=")[1].split(",")[0])
    assert np.isclose(at, [0.3, 0.6], atol=1e-9).any()


def test_where_networks_see_what_a_field_does_there_it_is_not() -> None:
    mixed = Condition("y_min", lambda u, x: torch.where(strip(x) > 0, u - 1, u.n))
    known = problem(lambda u: laplacian(u), mixed)
    assert (len(known.corners), unmet(known)) == (2, [])


@pytest.mark.parametrize(
    "residual",
    [
        lambda u, x: u.n + strip(x) * (u - 1),  # Robin, in part with nothing to give
        lambda u, x: u.n + (1 + x) * u,
        lambda u, x: torch.where(strip(x) > 0, u.n - 1, u.n),
    ],
)
def test_where_the_derivative_stands_everywhere_nothing_turns(residual: Any) -> None:
    assert unmet(problem(lambda u: laplacian(u), Condition("y_min", residual))) == []


def test_a_flux_over_a_side_with_a_jump_is_told() -> None:
    cooled = Condition("t_min", lambda u: u), Condition("x_min", lambda u: u - 1)
    for side, count in (("x_min", 1), ("x_max", 0)):
        flux = Integral(lambda u: u.n, equals=1.0, on=side)
        lines = unmet(problem(lambda u: u.t - u.xx, *cooled, flux, domain=ROD))
        assert len(lines) == count
    level = Integral(lambda u: u, equals=1.0, on="x_min")
    assert unmet(problem(lambda u: u.t - u.xx, *cooled, level, domain=ROD)) == []
    flux = Integral(lambda u: u.n, equals=1.0, on="x_min")
    (line,) = unmet(problem(lambda u: u.t - u.xx, *cooled, flux, domain=ROD))
    assert "derivatives of u grow without bound there" in line
    assert "u jumps from 1 on x_min to 0 on t_min" in line
