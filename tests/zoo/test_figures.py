"""The figures of a campaign on one problem, worked by hand."""

from pathlib import Path
from typing import Any

import pytest

from experiments.harness.figures import Figure, Findings
from experiments.zoo import figures
from nas import problems
from tests.reports.synthetic_campaign import Campaign, expert, run_row, unknown_row

RUN = "0000-0"

# torch.func.jvp asks torch.jit for its rules.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")


def measured(folder: Path, problem: str, campaign: Campaign) -> Findings:
    findings = Findings(problem)
    figures.measure(findings, campaign.records(folder), problems.load(problem))
    return findings


def made(errors: dict[str, float], **changes: Any) -> Campaign:
    """One run, its ``errors`` by field, two attempts of 20 and 5 seconds."""
    campaign = Campaign()
    campaign.tables["runs"].append(run_row(RUN, m=3, experts_after=2, **changes))
    for field, error in errors.items():
        row = {"run": RUN, "trial": 0, "repetition": 0, "field": field, "relative_l2": error}
        campaign.tables["fields"].append(row | {"error_estimate": None})
    for candidate, outcome in enumerate(("survived", "dropped", "survived")):
        row = expert(RUN, candidate, outcome, 50, activation="sine", width=8 + 8 * candidate)
        campaign.tables["experts"].append(row)
    return campaign


def by_name(findings: Findings) -> dict[str, Figure]:
    return {figure.figure: figure for figure in findings.figures}


def attempt(seconds: float, number: int) -> dict[str, Any]:
    return {
        "run": RUN, "trial": 0, "repetition": 0, "attempt": number, "started": "2026-03-01T10:00Z",
        "seconds": seconds, "from_step": 0, "to_step": 100, "ending": "completed", "device": "cpu",
        "threads": 1, "machine": "a", "processor": "A", "platform": "Linux", "versions": "{}",
    }  # fmt: skip


def test_an_equation_has_its_error_beside_its_target(tmp_path: Path) -> None:
    campaign = made({"u": 0.02})
    campaign.tables["attempts"] += [attempt(20.0, 0), attempt(5.0, 1)]
    findings = measured(tmp_path, "wave", campaign)
    assert findings.figures == [
        Figure("wave", "relative L2 error", 0.02, target=1e-2),
        Figure("wave", "time", 25.0, "s"),
        Figure("wave", "experts left", 2.0),
    ]
    assert findings.effort == "1 seed"
    assert findings.notes == ["Left: sine 2×8 ×1, sine 2×24 ×1."]
    assert findings.skipped == []


def test_of_several_fields_the_worst_counts(tmp_path: Path) -> None:
    found = by_name(measured(tmp_path, "lotka_volterra", made({"prey": 1e-3, "predator": 4e-3})))
    worst = found["relative L2 error of predator, the worst field"]
    assert (worst.value, worst.met) == (4e-3, True)


@pytest.mark.parametrize("name", ["cavity", "kuramoto_sivashinsky"])
def test_what_is_hard_for_all_has_a_target_of_its_own(name: str, tmp_path: Path) -> None:
    found = by_name(measured(tmp_path, name, made({"u": 0.04})))
    assert found["relative L2 error"].target == 5e-2


def test_of_unknown_coefficients_the_last_estimates_count(tmp_path: Path) -> None:
    campaign = made({"u": 0.3})
    campaign.tables["unknowns"] += [
        unknown_row(RUN, 10, 1.0, name="nu", truth=2.0),
        unknown_row(RUN, 20, 1.99, name="nu", truth=2.0),
        unknown_row(RUN, 20, 7.0, name="unheard of"),
    ]
    found = by_name(measured(tmp_path, "burgers_inverse", campaign))
    assert found["relative error of nu"].value == pytest.approx(5e-3)
    assert found["relative error of nu"].met is True
    assert found["relative L2 error"].met is None  # it stands beside them, and asks nothing
    assert not [name for name in found if "unheard" in name]


def test_warnings_are_notes_and_a_failure_is_a_line(tmp_path: Path) -> None:
    campaign = made({}, status="diverged", reason="loss nan", warnings="too flat\nestimated 90%")
    findings = measured(tmp_path, "wave", campaign)
    assert findings.notes[1:] == ["Warned: too flat", "Warned: estimated 90%"]
    assert findings.skipped == ["diverged: loss nan"]
    assert not [figure for figure in findings.figures if "L2" in figure.figure]
