"""Observations: tables that are good, and all that may be wrong with one."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nas.errors import UserError
from nas.problems import Box, Condition, Observations, Problem
from nas.problems.terms import PointCounts
from nas.problems.terms.given import AT_ONCE

END = Condition("x_min", lambda u: u)
TABLE = {"x": [0.25, 0.5], "t": [0.0, 1.0], "u": [3.0, 4.0]}


def heat(observations: Observations) -> Problem:
    box = Box(x=(0, 1), t=(0, 1))
    return Problem("heat", box, lambda u: u.t - u.xx, [END, observations], balanced=False)


def left_over(problem: Problem, value: float, slope: float) -> list[list[float]]:
    """The residuals of the observations of a field with this value and this u_x everywhere."""
    group = problem.groups[-1]
    (term,) = group.terms
    counts = PointCounts(interior=1, boundary=1)
    (drawn,) = group.source.draw(
        problem.domain, group.regions, counts, seed=0, draw=0, method="sobol"
    ).values()
    jet = torch.zeros(len(group.derivatives), len(drawn.points), 1, dtype=torch.float64)
    jet[0] = value
    if (1, 0) in group.derivatives.index:
        jet[group.derivatives.index[1, 0]] = slope
    points, data = torch.as_tensor(drawn.points), torch.as_tensor(drawn.data)
    return [one.tolist() for one in term.residuals(jet, group.derivatives, points, data)]


def test_residuals_are_the_differences() -> None:
    problem = heat(Observations(TABLE))
    assert left_over(problem, 10.0, 0.0) == [[7.0, 6.0]]
    assert problem.groups[-1].source.rows(problem.groups[-1].terms, PointCounts(1, 1)) == 2


def test_any_quantity_can_be_observed() -> None:
    table = {**TABLE, "flux": [1.0, 2.0]}
    problem = heat(Observations(table, of={"flux": lambda u: -u.x}))
    assert left_over(problem, 10.0, 5.0) == [[7.0, 6.0], [-6.0, -7.0]]


def test_a_file_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "lab.csv"
    path.write_text("t, x, u\n0,0.25,3\n\n1,0.5,4\n", encoding="utf-8")
    from_file, from_arrays = heat(Observations(path)), heat(Observations(TABLE))
    assert left_over(from_file, 10.0, 0.0) == [[7.0, 6.0]]
    assert from_file.fingerprint == from_arrays.fingerprint


def test_another_value_is_another_problem() -> None:
    other = heat(Observations({**TABLE, "u": [3.0, 4.5]}))
    assert other.fingerprint != heat(Observations(TABLE)).fingerprint


def test_noise_lowers_the_weight() -> None:
    """Values of size √12.5: a noise of a tenth of them counts a ten thousandth."""
    table, size = {**TABLE, "u": [-4.0, 3.0]}, 12.5**0.5
    (weight,) = heat(Observations(table, noise=0.1 * size)).terms[-1].weights
    assert weight == pytest.approx(1e-4)
    tolerant = Observations(table, noise=0.1 * size, tolerated=1e-2)
    assert heat(tolerant).terms[-1].weights == pytest.approx((1e-2,))
    assert heat(Observations(TABLE, noise=1e-6)).terms[-1].weights == (1.0,)
    assert heat(Observations(TABLE, weight=5.0)).terms[-1].weights == (5.0,)


@pytest.mark.parametrize("at_once", [AT_ONCE, 100])
def test_of_many_each_draw_has_a_part(at_once: int) -> None:
    x = np.linspace(0, 1, AT_ONCE + 500)
    group = heat(Observations({"x": x, "t": x, "u": x}, at_once=at_once)).groups[-1]
    counts, found = PointCounts(interior=1, boundary=1), []
    assert group.source.rows(group.terms, counts) == at_once
    for draw in (0, 0, 1):
        (drawn,) = group.source.draw(
            Box(x=(0, 1), t=(0, 1)), group.regions, counts, seed=0, draw=draw, method="sobol"
        ).values()
        assert len(drawn.points) == at_once
        assert (drawn.points[:, 0] == drawn.data[:, 0]).all()
        found.append(drawn.points)
    assert (found[0] == found[1]).all()
    assert (found[0] != found[2]).any()


@pytest.mark.parametrize(
    ("observations", "message"),
    [
        (
            {"x": [0.5], "u": [1.0]},
            "expected a column for each coordinate, x, t; found none called",
        ),
        ({"x": [0.5], "t": [0.5]}, "expected a column of observed values, such as 'u'"),
        ({**TABLE, "v": [1.0, 2.0]}, "column 'v': expected a coordinate .x, t., a field .u., or"),
        ({**TABLE, "u": [1.0]}, "expected columns of one length, at least 1, got x: 2, t: 2, u: 1"),
        ({**TABLE, "u": [1.0, np.nan]}, "u: expected finite numbers, got nan in row 2"),
        ({**TABLE, "u": ["a", "b"]}, "u: expected numbers, got"),
        ({**TABLE, "u": [[1.0], [2.0]]}, "u: expected one number a point, got an array"),
        (
            {**TABLE, "x": [0.5, 1.5]},
            "expected points in the domain, got 1 outside, the first at x",
        ),
        ({"x": [], "t": [], "u": []}, "expected columns of one length, at least 1"),
        (
            {**TABLE, "u": np.ma.array([1.0, 2.0], mask=[False, True])},
            "u: expected numbers, got masked ones among them",
        ),
        ({**TABLE, "u": torch.ones(2, requires_grad=True)}, "u: expected numbers, got"),
        ([[0.5, 0.5, 1.0]], "expected a dict of arrays by name, or the path of a CSV file, got"),
        (None, "expected a dict of arrays by name, or the path of a CSV file, got NoneType"),
    ],
)
def test_tables_that_do_not_fit_are_refused(observations: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        heat(Observations(observations))


@pytest.mark.parametrize(
    ("of", "message"),
    [
        (None, "of: expected functions by the names of columns, got None"),
        ({"flx": lambda u: u.x}, "of='flx': expected one of the columns of values, u, flux"),
        ({"x": lambda u: u.x}, "of='x': expected one of the columns of values"),
        ({"flux": lambda u: (u, u.x)}, "observations of flux: expected one formula, got 2"),
        ({"flux": lambda x: x}, "observations of flux: expected a function of u, got one that"),
    ],
)
def test_what_a_column_is_has_to_be_one_formula_of_fields(of: Any, message: str) -> None:
    known: Any = of if of is None else {"flux": lambda u: u.x, **of}
    with pytest.raises(UserError, match=message):
        heat(Observations({**TABLE, "flux": [1.0, 2.0]}, of=known))


@pytest.mark.parametrize("offset", [20.0, 293.15, 1e6])
def test_noise_counts_beside_what_varies_and_not_beside_an_offset(offset: float) -> None:
    def weight(offset: float, *values: float) -> float:
        table = {**TABLE, "u": [offset + value for value in values]}
        (found,) = heat(Observations(table, noise=0.1)).terms[-1].weights
        return float(found)

    assert weight(offset, 0.0, 4.0) == pytest.approx(weight(2.0, 0.0, 4.0))
    assert weight(0.0, -2.0, 2.0) == pytest.approx(weight(offset, -2.0, 2.0) / 2)
    assert weight(offset, 0.0, 0.0) == pytest.approx(min(1.0, (1e-3 * offset / 0.1) ** 2))


def test_noise_of_an_array_library_is_taken() -> None:
    as_written = heat(Observations(TABLE, noise=0.5)).fingerprint
    assert heat(Observations(TABLE, noise=np.float32(0.5))).fingerprint == as_written  # type: ignore[arg-type]


@pytest.mark.parametrize("noise", [-1.0, float("inf"), "1 %", True])
def test_noise_is_a_standard_deviation(noise: Any) -> None:
    with pytest.raises(UserError, match="noise: expected a finite number ≥ 0"):
        heat(Observations(TABLE, noise=noise))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tolerated": 0.0}, "tolerated: expected a finite number above 0, got 0.0"),
        ({"at_once": 0}, "at_once: expected a whole number ≥ 1, got 0"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        heat(Observations(TABLE, **settings))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,t,u\n", "expected a line of names and lines of numbers"),
        ("x,t,u\n1,2\n", "line 2: expected 3 numbers, as many as the first line has names"),
        ("x;t;u\n1;2;3\n", "expected columns separated by commas"),
        ("x\tt\tu\n1\t2\t3\n", "expected columns separated by commas"),
        ("x,x,t,u\n0,1,0,1\n", "expected columns of distinct names, got 'x', 'x', 't', 'u'"),
        ("x,t,u\n0,0,one\n", "u: expected numbers, got"),
    ],
)
def test_files_that_are_no_tables_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "lab.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        heat(Observations(path))


def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(UserError, match=r"could not read it .*expected a file, got a pipe"):
        heat(Observations(tmp_path / "pipe.csv"))


def test_a_missing_file_is_told() -> None:
    with pytest.raises(UserError, match=r"missing\.csv: expected a CSV file, could not read it"):
        heat(Observations("missing.csv"))
