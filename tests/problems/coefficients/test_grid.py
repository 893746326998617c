"""Coefficients on a grid against scipy's splines and against the function they were taken from."""

import warnings
from typing import Any

import numpy as np
import pytest
import torch
from scipy.interpolate import make_interp_spline

from nas.errors import UserError
from nas.problems import Box, Condition, GridData, Problem

X, Y = np.linspace(0, 1, 21), np.linspace(-1, 2, 31)


def smooth(x: Any, y: Any) -> Any:
    return 1 + x**2 * y + 0.1 * y**3


@pytest.mark.parametrize("degree", [1, 2, 3, 4, 5])
def test_on_a_line_it_is_scipys_spline(degree: int) -> None:
    values = np.random.default_rng(0).uniform(size=len(X))
    at = np.random.default_rng(1).uniform(size=50)
    at[:3] = 0.0, 1.0, 0.5
    expected = make_interp_spline(X, values, k=degree)(at)
    got = GridData(values, degree=degree, x=X)(torch.as_tensor(at))
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


def test_cubic_functions_are_met_with_their_derivatives() -> None:
    k = GridData(smooth(X[:, None], Y[None]), x=X, y=Y)
    points = torch.rand(40, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    x, y = points[:, 0].requires_grad_(), (3 * points[:, 1] - 1).detach().requires_grad_()
    value = k(y=y, x=x)
    torch.testing.assert_close(value, smooth(x, y))
    by_x, by_y = torch.autograd.grad(value.sum(), (x, y), create_graph=True)
    torch.testing.assert_close(by_x, 2 * x * y)
    torch.testing.assert_close(by_y, x**2 + 0.3 * y**2)
    (twice,) = torch.autograd.grad(by_y.sum(), y)
    torch.testing.assert_close(twice, 0.6 * y)


def test_a_flux_form_has_the_coefficients_derivative() -> None:
    k = GridData(1 + X**2, x=X)
    problem = Problem(
        name="rod",
        domain=Box(x=(0, 1)),
        residual=lambda u, x: (k(x) * u.x).d("x"),
        conditions=[Condition("x_min", lambda u: u)],
        balanced=False,
    )
    (term, _) = problem.terms
    derivatives = problem.derivatives
    points = torch.tensor([[0.3], [0.7]], dtype=torch.float64)
    jet = torch.zeros(len(derivatives), 2, 1, dtype=torch.float64)
    jet[derivatives.index[(1,)]], jet[derivatives.index[(2,)]] = 5.0, 7.0
    (residual,) = term.residuals(jet, derivatives, points, points[:, :0])
    x = points[:, 0]
    torch.testing.assert_close(residual, (1 + x**2) * 7 + 2 * x * 5)


@pytest.mark.parametrize(
    ("values", "axes", "message"),
    [
        (np.ones(21), {}, "expected the coordinates by name"),
        (np.ones(20), {"x": X}, r"expected an array of shape \(21,\) \(x: 21\), got \(20,\)"),
        (np.full(21, np.nan), {"x": X}, "values: expected finite numbers, got nan"),
        (np.ones(21), {"x": X[::-1]}, "x: expected grid lines in rising order"),
        (np.ones(3), {"x": [0, 1, 2]}, "expected more than 3 grid lines .* lower the degree"),
        (np.ones(21), {"x": X, "degree": 9}, "degree: expected 1 to 5, got 9"),
        (["a"] * 21, {"x": X}, "values: expected numbers, got"),
        ([[1.0, 2.0], [3.0]], {"x": X}, "values: expected numbers, got"),
        (1j * X, {"x": X}, "values: expected real numbers, got complex ones"),
        (np.ma.array(X, mask=X > 0.5), {"x": X}, "values: expected numbers, got masked ones among"),
    ],
)
def test_what_is_no_grid_is_refused(values: Any, axes: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        GridData(values, **axes)


def test_points_outside_are_refused() -> None:
    with pytest.raises(UserError, match=r"expected x within 0 to 1, where there are data"):
        GridData(np.ones(21), x=X)(torch.tensor([0.5, 1.5]))


def test_points_outside_are_refused_without_a_word_of_torch() -> None:
    often = torch.is_warn_always_enabled()
    torch.set_warn_always(True)  # it would warn but once in a process
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(UserError, match=r"got 0\.5 to 1\.5"):
                GridData(np.ones(21), x=X)(torch.tensor([0.5, 1.5], requires_grad=True))
    finally:
        torch.set_warn_always(often)


def test_the_wrong_number_of_coordinates_is_refused() -> None:
    k = GridData(smooth(X[:, None], Y[None]), x=X, y=Y)
    with pytest.raises(UserError, match="expected to be called with x, y, got 1 in order and none"):
        k(torch.zeros(3))


def test_coordinates_in_another_order_are_refused() -> None:
    k = GridData(smooth(X[:, None], Y[None]), x=X, y=Y)
    square = Box(x=(0, 1), y=(0, 1))
    corner = [Condition("x_min", lambda u: u)]
    assert Problem("p", square, lambda u, x, y: u.x - k(y=y, x=x), corner).terms
    with pytest.raises(UserError, match=r"expected to be called with x, y in this order, got y"):
        Problem("p", square, lambda u, x, y: u.x - k(y, x), corner)
