"""The campaigns of the experiment, and whose choice is validated."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import experiments.choice.__main__ as command
from experiments.harness.cases import Case
from experiments.harness.figures import Findings
from experiments.selection import figures
from nas import validation
from nas.campaign import campaign, config
from nas.campaign.records import Records
from nas.reports import raced


@pytest.mark.parametrize("case", command.EXPERIMENT.cases, ids=lambda case: str(case.name))
def test_each_problem_has_the_default_search_with_a_budget(case: Case) -> None:
    found = config.load(command.HERE / f"{case.name}.yaml")
    assert found.problem == case.name
    assert (found.budget, found.seeds, found.space) == (120.0, 3, "broad")


def test_there_are_eight() -> None:
    assert len(command.EXPERIMENT.cases) == 8


def contested() -> Records:
    """Two races; in the second random waves are ahead."""
    found = raced.records()
    second = found.race.assign(
        repetition=1, run=found.race["run"].str.replace("race-0", "race-1"), won=False
    )
    race = pd.concat([found.race, second], ignore_index=True)
    race["held_out_loss"] = [3e-4, 1e-4, 2e-4, 1e-3, 1e-9, 2e-3]
    learns = dict.fromkeys(race["run"], "all") | {"race-1-1": "output"}
    experts = pd.DataFrame({"run": list(learns), "learns": list(learns.values())})
    return replace(found, race=race, experts=experts)


def test_the_best_trained_of_each_race_is_validated() -> None:
    assert command.best_trained(contested()) == ["race-0-1", "race-1-0"]


def test_all_that_were_validated_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    seen: list[Records] = []

    def validate(folder: Path, run: str) -> Records:
        asked.append(run)
        return contested()

    monkeypatch.setattr(campaign, "search", lambda *given: contested())
    monkeypatch.setattr(validation, "validate", validate)
    monkeypatch.setattr(figures, "measure", lambda findings, found, deepxde: seen.append(found))
    findings = Findings("burgers")
    command.measure(command.HERE / "burgers.yaml", findings, tmp_path)
    assert asked == ["race-0-1", "race-1-0"]
    assert findings.effort == "2 seeds"
    assert not seen[0].trials["recommended"].any()
