"""Each refusal is one line that says what to write instead."""

from collections.abc import Callable
from typing import Any

import pytest

from nas.calculus import refusals
from nas.errors import UserError


@pytest.mark.parametrize(
    ("refuse", "remedy"),
    [
        (lambda: refusals.refuse_numpy("np.cosh"), "write torch.cosh"),
        (lambda: refusals.refuse_numpy("np.interp"), "measured values are a coefficient"),
        (lambda: refusals.refuse_numpy("np.trapezoid"), "nas.Integral"),
        (lambda: refusals.refuse_complex("1j"), "w = nas.Complex"),
        (lambda: refusals.refuse_truth("x > 1"), "torch.where"),
        (lambda: refusals.refuse_number("x"), "write torch.sin, not math.sin"),
        (lambda: refusals.refuse_points("len(x)"), "torch.zeros_like"),
    ],
)
def test_they_name_the_remedy(refuse: Callable[[], Any], remedy: str) -> None:
    with pytest.raises(UserError, match=remedy.replace(".", r"\.")) as caught:
        refuse()
    assert "\n" not in str(caught.value)


def test_conversions_and_calls_are_refused() -> None:
    class Thing(refusals.PointByPoint):
        def __repr__(self) -> str:
            return "thing"

    uses: list[Callable[[Any], Any]] = [bool, float, int, complex, len, iter, lambda it: it(1)]
    for use in uses:
        with pytest.raises(UserError, match="thing"):
            use(Thing())
