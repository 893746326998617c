"""The figures of a validated campaign, worked by hand."""

from pathlib import Path

import pytest

from experiments.harness.figures import Figure, Findings
from experiments.selection import figures
from nas.campaign.records import Records
from tests.reports.synthetic_campaign import Campaign, expert, run_row
from tests.reports.validated_campaign import made


def measured(folder: Path, deepxde: dict[int, float]) -> dict[str, Figure]:
    findings = Findings("made_up")
    figures.measure(findings, made(folder, selected=(0.02, 0.035, 0.045)), deepxde)
    return {figure.figure: figure for figure in findings.figures}


def test_figures_are_medians_over_the_seeds_beside_their_targets(tmp_path: Path) -> None:
    found = measured(tmp_path, {0: 0.04, 1: 0.05, 2: 0.02})
    expected: dict[str, tuple[float, bool | None]] = {
        "random subsets that the selected subset beats, median": (0.5, False),
        "random subsets that the selected subset beats, worst seed": (0.25, False),
        "selected subset over subset of best single networks": (0.035 / 0.04, True),
        "search's mixture over best single network, equal iterations": (0.5, False),
        "search's error over DeepXDE's, equal time": (0.01 / 0.04, True),
        "share of the parameters that survive": (0.5, False),
        f"tau of {figures.GUIDE}, mean": (1.0, True),
        f"tau of {figures.GUIDE}, worst seed": (1.0, True),
        "tau of two seeds of single networks, mean": (1.0, None),
    }
    for name, (value, met) in expected.items():
        assert found[name].value == pytest.approx(value), name
        assert found[name].met is met, name


def test_what_was_not_measured_has_no_figure(tmp_path: Path) -> None:
    assert not [name for name in measured(tmp_path, {}) if "DeepXDE" in name]


def test_the_search_costs_a_share_of_training_one_by_one(tmp_path: Path) -> None:
    findings = Findings("made_up")
    figures.one_by_one(findings, made(tmp_path), seconds=80.0)  # a search took 20 s
    (figure,) = findings.figures
    assert figure.value == pytest.approx(0.25)
    assert figure.met is False


def survivors(folder: Path, second: str) -> Records:
    """Six runs in which sine survives and tanh goes; in the last three it is ``second``."""
    made = Campaign()
    for repetition in range(6):
        run, keeps = f"0000-{repetition}", "sine" if repetition < 3 else second
        made.tables["runs"].append(run_row(run, repetition=repetition))
        for index in range(12):
            activation = ("sine", "tanh")[index % 2]
            outcome = "survived" if activation == keeps else "dropped"
            row = expert(run, index, outcome, 50, activation=activation, repetition=repetition)
            made.tables["experts"].append(row)
    return made.records(folder)


@pytest.mark.parametrize(("second", "share"), [("sine", 1.0), ("tanh", 0.0)])
def test_claims_of_one_half_of_the_seeds_are_tested_by_the_other(
    tmp_path: Path, second: str, share: float
) -> None:
    findings = Findings("made_up")
    figures.claims(findings, survivors(tmp_path, second))
    count, held = findings.figures
    assert (count.value, held.value) == (1, share)
    assert any(note.startswith("activation sine over tanh:") for note in findings.notes)
    assert any("sine: " in note and "of 36 survive" in note for note in findings.notes)
