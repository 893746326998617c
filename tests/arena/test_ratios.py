"""Ratios and their means, with numbers that were worked out by hand."""

import math

import pytest

from experiments.arena.ratios import STATISTICS, complete, geometric, medians, ratio
from tests.arena.made_up import row, rows


def test_one_easy_win_decides_nothing() -> None:
    # (0.01 · 2 · 0.5)^(1/3) = 0.01^(1/3), whatever the first is below a hundredth.
    assert geometric([1e-9, 2.0, 0.5]) == geometric([1e-2, 2.0, 0.5]) == pytest.approx(0.215443469)
    assert STATISTICS["median"]([0.1, 9.0, 0.2]) == 0.2
    assert STATISTICS["worst"]([0.1, 9.0, 0.2]) == 9.0


def test_the_median_of_the_seeds_counts() -> None:
    found = [row("wave", "search", 60, seed, error) for seed, error in enumerate((0.3, 0.1, 0.2))]
    strange = [row("wave", "search", 60, 10, 9.0), row("wave", "search", 300, 0, 9.0)]
    assert medians([*found, *strange], 60) == {"search": {"wave": 0.2}}
    assert complete(found, 60) == {("search", "wave")}
    assert complete(found[1:], 60) == complete(found, 300) == set()


def test_winners_have_the_errors_of_their_columns() -> None:
    found = medians(rows(lambda *key: 1.0), 300)
    assert found["best_fixed"]["burgers"] == 8e-4
    assert found["best_each"]["burgers"] == found["best_fixed"]["wave"] == 2e-4
    assert "best_fixed" not in medians([row("wave", "search", 300, 0, 1.0)], 300)


def test_ratios_of_failures() -> None:
    assert ratio(math.inf, 0.1) == math.inf
    assert ratio(0.1, 0.0) == math.inf
    assert ratio(0.0, 0.0) == 1.0
