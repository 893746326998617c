"""The CSV and the page: what is written is read again, and only what is measured is replaced."""

import csv
from pathlib import Path

import pytest

from experiments.benchmarks import table
from experiments.benchmarks.figures import Better, Figure, Findings, targets

STEP = Figure("standard", "ours", 70.25, "ms")
RATIO = Figure("standard", "JAX over ours", 3.45678, "", "higher", 3.0)
PAUSE = Figure("drop", "pause at a drop", 61.0, "ms", "lower", 50.0)
ORDER = ["drop", "standard", "cuda"]


@pytest.mark.parametrize(
    ("value", "better", "met", "times"),
    [(6.0, "higher", True, 2.0), (1.5, "higher", False, 0.5), (1.5, "lower", True, 2.0)],
)
def test_a_target_is_met_in_its_direction(
    value: float, better: Better, met: bool, times: float
) -> None:
    figure = Figure("c", "f", value, "", better, 3.0)
    assert figure.met is met
    assert figure.times_better == pytest.approx(times)


def test_targets_are_counted_where_there_are_some() -> None:
    assert targets([STEP, RATIO, PAUSE]) == (1, 2)


def test_csv_has_the_columns_and_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    table.write(path, [STEP, RATIO, PAUSE])
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["case", "figure", "value", "target", "better"],
        ["standard", "ours [ms]", "70.25", "", "lower"],
        ["standard", "JAX over ours", "3.45678", "3", "higher"],
        ["drop", "pause at a drop [ms]", "61", "50", "lower"],
    ]
    assert table.read(path) == [STEP, RATIO, PAUSE]


def test_there_are_no_figures_before_the_first_time(tmp_path: Path) -> None:
    assert table.read(tmp_path / "results.csv") == []


def test_only_the_rows_of_the_measured_case_are_replaced() -> None:
    faster = Figure("standard", "ours", 50.0, "ms")
    findings = Findings("standard", [faster])
    assert table.replaced([STEP, RATIO, PAUSE], findings, ORDER) == [PAUSE, faster]


def test_rows_of_a_case_that_is_no_more_go() -> None:
    old = Figure("gone", "f", 1.0, "")
    assert table.replaced([old, PAUSE], Findings("standard", [STEP]), ORDER) == [PAUSE, STEP]


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (70.25, "ms", "70.2 ms"),
        (12345.6, "ms", "12,346 ms"),
        (0.012345, "", "0.0123"),
        (3.0, "", "3"),
        (3.0, "GiB", "3.00 GiB"),
        (99.96, "s", "100 s"),
    ],
)
def test_quantities_have_three_digits(value: float, unit: str, expected: str) -> None:
    assert table.quantity(value, unit) == expected
