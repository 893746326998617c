"""Coefficients at scattered points against scipy and against quadratic functions."""

from typing import Any

import numpy as np
import pytest
import torch
from scipy.interpolate import RBFInterpolator

from nas.errors import UserError
from nas.problems import ScatteredData
from nas.problems.coefficients import scattered

RANDOM = np.random.default_rng(0)
X, Y = RANDOM.uniform(size=80), RANDOM.uniform(size=80)
AT = torch.as_tensor(RANDOM.uniform(0.2, 0.8, size=(30, 2)))


def test_it_is_scipys_quintic() -> None:
    values = np.sin(5 * X) * np.exp(Y)
    got = ScatteredData(values, x=X, y=Y)(*AT.unbind(1))
    low, extent = np.array([X.min(), Y.min()]), np.array([np.ptp(X), np.ptp(Y)])
    points = (np.stack([X, Y], axis=1) - low) / extent
    expected = RBFInterpolator(points, values, kernel="quintic")((AT.numpy() - low) / extent)
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-8)


def test_quadratic_functions_are_met_with_their_derivatives() -> None:
    k = ScatteredData(1 + X * Y - Y**2, x=X, y=Y)
    x, y = (column.clone().requires_grad_() for column in AT.unbind(1))
    value = k(x, y)
    torch.testing.assert_close(value, 1 + x * y - y**2, rtol=1e-7, atol=1e-8)
    by_x, by_y = torch.autograd.grad(value.sum(), (x, y))
    torch.testing.assert_close(by_x, y, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(by_y, x - 2 * y, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_high_derivatives_at_a_given_point_are_those_beside_it(dtype: torch.dtype) -> None:
    k = ScatteredData(np.sin(3 * X) * Y, x=X, y=Y)
    at = torch.tensor([X[0], X[0] + 1e-6], dtype=dtype).requires_grad_()
    slope = k(at, torch.full_like(at, Y[0]).to(dtype))
    for _ in range(3):
        (slope,) = torch.autograd.grad(slope.sum(), at, create_graph=True)
    here, beside = slope.tolist()
    assert here == pytest.approx(beside, rel=1e-2)


def test_values_are_met_unless_smoothed() -> None:
    values = RANDOM.normal(size=80)
    x, y = torch.as_tensor(X), torch.as_tensor(Y)
    np.testing.assert_allclose(ScatteredData(values, x=X, y=Y)(x, y), values, atol=1e-6)
    rough = np.abs(ScatteredData(values, smoothing=10.0, x=X, y=Y)(x, y).numpy() - values)
    assert rough.mean() > 0.1


@pytest.mark.parametrize(
    ("values", "given", "message"),
    [
        (np.ones(79), {"x": X, "y": Y}, "expected a value for each point"),
        (np.ones(5), {"x": X[:5], "y": Y[:5]}, "expected 6 to 5000 points, got 5"),
        (np.ones(80), {"x": X, "y": np.zeros(80)}, "y: expected points at different y"),
        (np.ones(80), {"x": X, "y": Y, "smoothing": -1}, "smoothing: expected a number ≥ 0"),
        (np.ones(80), {"x": X, "y": 2 * X}, "got all of them on one line or curve in x, y"),
        (
            np.ones(81),
            {"x": [*X, X[4] + 1e-13], "y": [*Y, Y[4]]},
            "expected different points, got point",
        ),
        (np.ones(81), {"x": [*X, X[4]], "y": [*Y, Y[4]]}, "expected different points, got point"),
    ],
)
def test_what_does_not_fit_is_refused(values: Any, given: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        ScatteredData(values, **given)


def test_too_many_points_belong_on_a_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scattered, "MOST", 10)
    with pytest.raises(UserError, match=r"got 80; put them on a grid, as nas\.GridData"):
        ScatteredData(np.ones(80), x=X, y=Y)
