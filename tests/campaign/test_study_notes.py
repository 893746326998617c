"""A dashboard finds names and results; proposals stay as they are."""

from pathlib import Path

import optuna
import pytest

from nas.campaign import config
from nas.campaign.study_notes import OBJECTIVES, StudyNotes
from nas.campaign.tuner import Tuner

ROW = {"status": "completed", "reason": "", "experts_before": 8, "experts_after": 2}
ROW |= {"relative_l2": float("nan"), "seconds": 1.5, "steps": 7}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'study.sqlite'}"


def test_names_and_results_are_in_the_study(url: str) -> None:
    tuner = Tuner(config.build(problem="burgers"), url, "one")
    tuner.propose(0)
    StudyNotes(url, "one").note(0, "0000-1", ROW)
    tuner.tell(0, (1e-3, 80.0))
    StudyNotes(url, "one").note(0, "0000-0", ROW)  # too late: Optuna knows the result
    study = optuna.load_study(study_name="one", storage=url)
    assert study.metric_names == list(OBJECTIVES)
    assert study.trials[0].user_attrs == {
        "run 0000-1": {
            "status": "completed", "experts in the pool": 8, "experts left": 2, "seconds": 1.5,
        }
    }  # fmt: skip


def test_proposals_are_as_without_them(tmp_path: Path) -> None:
    campaign = config.build(problem="burgers")
    found = []
    for noted in (False, True):
        storage = f"sqlite:///{tmp_path / f'{noted}.sqlite'}"
        tuner = Tuner(campaign, storage, "one")
        notes = StudyNotes(storage, "one") if noted else None
        proposals = []
        for trial in range(11):  # the last three learn from the others
            proposals.append(tuner.propose(trial))
            if notes is not None:
                notes.note(trial, f"{trial:04d}-0", ROW)
            tuner.tell(trial, (1.0 / (1 + proposals[-1].m), 100.0 + proposals[-1].m))
        found.append(proposals)
    assert found[0] == found[1]


def test_what_cannot_be_noted_is_left_out(url: str, tmp_path: Path) -> None:
    StudyNotes(url, "one").note(0, "0000-0", ROW)  # there is no such study
    tuner = Tuner(config.build(problem="burgers"), url, "one")
    notes = StudyNotes(url, "one")
    notes.note(5, "0005-0", ROW)  # nor such a trial
    tuner.propose(0)
    (tmp_path / "study.sqlite").write_bytes(b"damaged")
    notes.note(0, "0000-0", ROW)
