"""Formulas in words."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from nas.calculus.formulas import LONGEST
from tests.calculus.formulas import coordinate, field


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda u, x: u**1.2 * u.xx + 1.2 * u**0.2 * u.x**2, "u**1.2*u.xx + 1.2*u**0.2*u.x**2"),
        (lambda u, x: (u + 1) * (x - 1), "(u + 1)*(x - 1)"),
        (lambda u, x: u - (x - 1), "u - (x - 1)"),
        (lambda u, x: u / (x * 2), "u/(x*2)"),
        (lambda u, x: (u**2) ** x, "(u**2)**x"),
        (lambda u, x: -((u + x) ** 2), "-(u + x)**2"),
        (lambda u, x: (-1) ** x, "(-1)**x"),
        (lambda u, x: (x > 0.5) & (x < 1), "(x > 0.5) & (x < 1)"),
        (lambda u, x: torch.where(x > 0.5, u, 1), "where(x > 0.5, u, 1)"),
        (lambda u, x: torch.stack([u, x]), "stack([u, x])"),
        (lambda u, x: x.clamp(min=0.25).sqrt(), "sqrt(clamp(x, 0.25))"),
        (lambda u, x: torch.tensor(0.1) * u * torch.ones(3), "0.1*u*…"),
        (lambda u, x: (x * u).d("x"), "(x*u).d('x')"),
    ],
)
def test_they_are_written_as_in_a_file(make: Callable[[Any, Any], Any], text: str) -> None:
    assert repr(make(field(), coordinate())) == text


def test_long_and_deep_ones_are_cut() -> None:
    long: Any = coordinate()
    for _ in range(40):
        long = long + 1.23456789
    assert len(repr(long)) <= LONGEST
    assert repr(long).startswith("… + 1.23457")
    wide = coordinate() * 1.111111 + coordinate() * 2.222222 + coordinate() * 3.333333
    assert len(repr(wide * wide * wide)) == LONGEST
    assert repr(wide * wide * wide).endswith("…")
