"""The figures of a validated campaign, worked by hand."""

from pathlib import Path

import pytest

from experiments.benchmarks.figures import Findings
from experiments.selection import figures
from tests.reports.test_trust import made


def measured(folder: Path, rivals: dict[int, float]) -> dict[str, tuple[float, bool | None]]:
    findings = Findings("made_up")
    figures.measure(findings, made(folder, selected=(0.02, 0.035, 0.045)), rivals)
    return {figure.figure: (figure.value, figure.met) for figure in findings.figures}


def test_figures_are_medians_over_the_seeds_beside_their_targets(tmp_path: Path) -> None:
    found = measured(tmp_path, {0: 0.04, 1: 0.05, 2: 0.02})
    assert found["random teams that the selected team beats, median"] == (0.5, False)
    assert found["random teams that the selected team beats, worst seed"] == (0.25, False)
    ratio, met = found["selected team over team of best single networks"]
    assert (ratio, met) == (pytest.approx(0.035 / 0.04), True)
    ratio, met = found["search's mixture over best single network, equal iterations"]
    assert (ratio, met) == (pytest.approx(0.5), False)
    ratio, met = found["search's error over DeepXDE's, equal time"]
    assert (ratio, met) == (pytest.approx(0.01 / 0.04), True)
    assert found["share of the parameters that survive"] == (0.5, False)
    assert found["tau of own residual, mean"] == (pytest.approx(1.0), True)
    assert found["tau of own residual, worst seed"] == (pytest.approx(1.0), True)
    assert found["tau of two seeds of single networks, mean"] == (pytest.approx(1.0), None)


def test_what_was_not_measured_has_no_figure(tmp_path: Path) -> None:
    assert not [name for name in measured(tmp_path, {}) if "DeepXDE" in name]
