"""The page: verdicts, notes, and what was not measured."""

import pytest

from experiments.harness import page
from experiments.harness.figures import Figure, Findings

STANDARD = Findings(
    "standard",
    [
        Figure("standard", "ours", 70.25, "ms"),
        Figure("standard", "JAX over ours", 3.45678, "", "higher", 3.0),
    ],
    notes=["With care."],
    effort="5 seeds",
    date="2026-01-01",
    machine="2 cores",
)
DROP = Findings("drop", [Figure("drop", "pause at a drop", 61.0, "ms", "lower", 50.0)])
CUDA = Findings("cuda", skipped=["no CUDA GPU here"], date="2026-01-02", machine="1 core")


def test_it_has_verdicts_notes_and_what_was_not_measured_in_order() -> None:
    text = page.text("Speed", "python -m speed", "By the clock.", [DROP, STANDARD, CUDA])
    order = [
        "# Speed",
        "1 of 2 targets are met. `python -m speed` wrote this page.",
        "| drop | pause at a drop | 61.0 ms | ≤ 50 ms | missed |",
        "| standard | ours | 70.2 ms |  |  |",
        "| standard | JAX over ours | 3.46 | ≥ 3 | met |",
        "| cuda |  | not measured |  |  |",
        "## How it was measured\n\nBy the clock.",
        "### drop",
        "### standard\n\nWith care.\n\n*2026-01-01, 5 seeds: 2 cores.*",
        "### cuda\n\nNot measured: no CUDA GPU here.\n\n*2026-01-02: 1 core.*",
    ]
    assert [text.count(part) for part in order] == [1] * len(order)
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


def test_without_targets_there_is_no_score() -> None:
    assert "targets" not in page.text("Speed", "python -m speed", "", [CUDA])


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
    assert page.quantity(value, unit) == expected


def test_the_terminal_has_figures_without_the_case() -> None:
    assert page.lines(DROP) == ["pause at a drop  61.0 ms  ≤ 50 ms  missed"]
    assert page.lines(CUDA) == ["not measured: no CUDA GPU here"]
