"""Figures beside their targets."""

import pytest

from experiments.harness.figures import Better, Figure, Findings, targets


@pytest.mark.parametrize(
    ("value", "better", "met"),
    [
        (6.0, "higher", True),
        (3.0, "higher", True),
        (1.5, "higher", False),
        (1.5, "lower", True),
        (3.0, "lower", True),
        (-0.3, "lower", True),
        (6.0, "lower", False),
    ],
)
def test_a_target_is_met_in_its_direction(value: float, better: Better, met: bool) -> None:
    assert Figure("c", "f", value, "", better, 3.0).met is met


def test_targets_are_counted_where_there_are_some() -> None:
    findings = Findings("drop")
    findings.add("pause", 61.0, "ms", target=50.0)
    findings.add("ratio", 3.5, "", "higher", 3.0)
    findings.add("step", 70.0, "ms")
    assert [figure.met for figure in findings.figures] == [False, True, None]
    assert targets(findings.figures) == (1, 2)
