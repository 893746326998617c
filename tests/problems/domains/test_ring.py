"""Rings: by hand, and what is refused."""

import re
from typing import Any

import numpy as np
import pytest

from nas.errors import UserError
from nas.problems.domains import Disc, Ring


def test_by_hand() -> None:
    ring = Ring((1, 0), 1, 2, coordinates=("r", "z"))
    assert ring.measure == pytest.approx(3 * np.pi)
    assert ring.coordinates == ("r", "z")
    assert list(ring.bounds) == [(-1, 3), (-2, 2)]
    points = np.array([[1, 0], [2, 0], [2.5, 0], [3, 0], [3.1, 0]], float)
    assert ring.contains(points).tolist() == [False, True, True, True, False]
    assert ring.interior(points).tolist() == [False, False, True, False, False]


def test_it_is_a_disc_with_a_hole() -> None:
    ring = Ring((0, 0), 1, 2)
    cut = Disc((0, 0), 2, name="outer") - Disc((0, 0), 1, name="inner")
    assert cut.measure == pytest.approx(ring.measure)
    assert cut.parts == pytest.approx(dict(ring.parts))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((0, 0), 2, 1), "expected inner < outer, got inner=2 and outer=1"),
        (((0, 0), 1, 1), "expected inner < outer, got inner=1 and outer=1"),
        (((0, 0), 0, 1), "Ring: inner=0: expected a finite number above 0"),
        (((0, 0), 1, float("nan")), "Ring: outer=nan: expected a finite number above 0"),
        (((0,), 1, 2), "Ring: center=(0,): expected two finite numbers"),
        (((0, 0), 1, 2, "xy"), "Ring: coordinates='xy': expected 2 names"),
    ],
)
def test_bad_rings(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        Ring(*arguments)
