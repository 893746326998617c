"""Complex unknowns as two fields, against Python's own complex numbers."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.calculus.complex_fields import Complex
from nas.calculus.fields import laplacian
from nas.errors import UserError
from tests.calculus.formulas import OTHER, VALUE, expression, field

W = torch.complex(VALUE, OTHER)


def w() -> Complex:
    return Complex(field(VALUE), field(OTHER, "v"))


def joined(number: Any) -> Tensor:
    return torch.complex(number.real.value, number.imag.value)


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul, operator.truediv])
@pytest.mark.parametrize("other", [2, 0.5, 2j, 1 - 3j, np.complex128(2j), np.float64(3)], ids=repr)
def test_arithmetic_with_numbers(operation: Callable[[Any, Any], Any], other: Any) -> None:
    torch.testing.assert_close(joined(operation(w(), other)), operation(W, complex(other)))
    torch.testing.assert_close(joined(operation(other, w())), operation(complex(other), W))


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_arithmetic_with_fields_and_complex_ones(operation: Callable[[Any, Any], Any]) -> None:
    torch.testing.assert_close(joined(operation(field(), w())), operation(VALUE + 0j, W))
    torch.testing.assert_close(joined(operation(w(), field())), operation(W, VALUE + 0j))
    torch.testing.assert_close(joined(operation(w(), w() * 1j)), operation(W, W * 1j))


def test_powers_sizes_conjugates() -> None:
    torch.testing.assert_close(joined(w() ** 3), W**3)
    torch.testing.assert_close(joined(-w().conj()), -W.conj())
    torch.testing.assert_close(abs(w()).value, W.abs())
    torch.testing.assert_close(w().abs2.value, W.abs() ** 2)
    assert +w().real is not None
    for power in (0, -1, 0.5):
        with pytest.raises(UserError, match="expected a whole power of at least 1"):
            w() ** power  # type: ignore[operator]


def test_derivatives_are_those_of_both_parts() -> None:
    def schroedinger(u: Any, v: Any, x: Any) -> Any:
        w = Complex(u, v)
        return 1j * w.t + laplacian(w) + (x * w).d("x") + w.abs2 * w.xt + w.d("x", "x")

    found = expression(schroedinger, fields=("u", "v"))
    assert len(found.probed) == 2
    assert {(0, 1), (1, 1), (2, 0), (1, 0)} < found.derivatives

    def by_hand(u: Any, v: Any, x: Any) -> Any:
        size = u * u + v * v
        return (
            -v.t + laplacian(u) + (x * u).d("x") + size * u.xt + u.xx,
            u.t + laplacian(v) + (x * v).d("x") + size * v.xt + v.xx,
        )

    for one, other in zip(found.probed, expression(by_hand, ("u", "v")).probed, strict=True):
        torch.testing.assert_close(one, other)


def test_a_phasor_returned_by_parts() -> None:
    def residual(u: Any, v: Any) -> Any:
        w = Complex(u, v)
        r = w.t - 2j * w
        return r.real, r.imag

    whole = expression(lambda u, v: Complex(u.t, v.t) - 2j * Complex(u, v), ("u", "v"))
    for one, other in zip(expression(residual, ("u", "v")).probed, whole.probed, strict=True):
        torch.testing.assert_close(one, other)


def test_what_has_no_derivative_of_the_name() -> None:
    for number, name in ((w(), "exp"), (Complex(1.0, 2.0), "x")):
        with pytest.raises(UserError, match="no such derivative; a complex number has those"):
            getattr(number, name)
    with pytest.raises(UserError, match=r"u\.y: no such derivative"):
        _ = w().y
