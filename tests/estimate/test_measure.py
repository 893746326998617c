"""Estimates beside true errors, of a run in miniature."""

import dataclasses
import math

import pytest

from experiments.estimate import measure
from experiments.estimate.measure import Compared, compare

ROW = Compared("heat", 0, 8, 1e-3, 0.01, 0.01, 0.5, "")


@pytest.mark.parametrize(
    ("error", "estimate", "right"),
    [
        (0.01, 0.029, True),
        (0.01, 0.031, False),
        (0.01, 0.0034, True),
        (0.01, 0.0032, False),
        (1e-13, 1e-11, True),  # both are rounding
        (0.01, None, False),
        (math.nan, 0.01, False),
    ],
)
def test_an_estimate_is_right_within_a_factor_of_three(
    error: float, estimate: float | None, right: bool
) -> None:
    assert dataclasses.replace(ROW, error=error, estimate=estimate).right is right


def test_a_run_is_compared_at_each_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "LENGTHS", (3, 6))
    monkeypatch.setattr(measure, "LONGEST", 1e9)
    monkeypatch.setattr(
        measure,
        "TRAINING",
        {"warm_up": {"iterations": 4}, "steps": 4, "fine_tuning": {"iterations": 1}},
    )
    rows = list(compare("damped_oscillator", seed=0))
    assert [row.step for row in rows] == [3, 6, 9]
    assert all(row.case == "damped_oscillator" and row.error > 0 for row in rows)
