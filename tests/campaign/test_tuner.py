"""Proposals: within their ranges, reproducible, and independent of how the work was cut."""

import sqlite3
from pathlib import Path

import optuna
import pytest
from optuna.storages import RDBStorage
from optuna.trial import TrialState

from nas.campaign.config import build
from nas.campaign.tuner import RANDOM_TRIALS, Proposal, Tuner
from nas.errors import UserError

LAG = 8
TUNE = {"m": [4, 9], "p": [0.2, 0.9], "threshold": [0.05, 0.5]}


def tuner(folder: Path, seed: int = 0, **tune: object) -> Tuner:
    campaign = build(problem="burgers", tune={**TUNE, **tune}, seed=seed)
    return Tuner(campaign, f"sqlite:///{folder / 'study.sqlite'}", "study")


def result(proposal: Proposal) -> tuple[float, float]:
    """A made-up result that the sampler can learn from."""
    return (proposal.p - 0.4) ** 2 + 0.01, proposal.m * 100.0 * proposal.threshold


def propose(folder: Path, count: int, restart_at: set[int] | None = None) -> list[Proposal]:
    made: list[Proposal] = []
    current = tuner(folder)
    for trial in range(count):
        if restart_at and trial in restart_at:
            current = tuner(folder)
        for known in range(max(0, trial - LAG + 1)):
            current.tell(known, result(made[known]))
        made.append(current.propose(trial))
    return made


def test_proposals_stay_within_their_ranges(tmp_path: Path) -> None:
    for proposal in propose(tmp_path, 15):
        assert 4 <= proposal.m <= 9
        assert 0.2 <= proposal.p <= 0.9
        assert 0.05 <= proposal.threshold <= 0.5


def test_a_restarted_tuner_proposes_what_an_uninterrupted_one_does(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    count = RANDOM_TRIALS + LAG + 3  # far enough for the sampler to learn
    whole = propose(tmp_path / "one", count)
    assert propose(tmp_path / "other", count, restart_at={1, 5, count - 1}) == whole
    again = tuner(tmp_path / "one")
    assert [again.propose(trial) for trial in range(count)] == whole


def test_a_proposal_is_written_whole_and_no_other_trial_is_read_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = propose(tmp_path, RANDOM_TRIALS + LAG)
    current = tuner(tmp_path)
    for trial in range(len(first)):
        current.tell(trial, result(first[trial]))
    with monkeypatch.context() as patch:
        patch.setattr(RDBStorage, "get_all_trials", lambda *_, **__: pytest.fail("it reads all"))
        patch.setattr(RDBStorage, "_get_trials", lambda *_, **__: pytest.fail("it reads all"))
        made = current.propose(len(first))
    study = optuna.load_study(study_name="study", storage=f"sqlite:///{tmp_path / 'study.sqlite'}")
    last = study.trials[-1]
    assert last.state == TrialState.RUNNING
    assert last.params == {"m": made.m, "p": made.p, "threshold": made.threshold}
    assert [trial.state for trial in study.trials[:-1]] == [TrialState.COMPLETE] * len(first)


def test_the_sampler_learns_from_results(tmp_path: Path) -> None:
    late = propose(tmp_path, 40)[-15:]
    assert sum(abs(proposal.p - 0.4) for proposal in late) / len(late) < 0.15


def test_another_seed_proposes_otherwise(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    assert tuner(tmp_path / "one", 0).propose(0) != tuner(tmp_path / "other", 1).propose(0)


def test_one_number_is_fixed(tmp_path: Path) -> None:
    proposal = tuner(tmp_path, m=7, p=0.5, threshold=0.3).propose(0)
    assert proposal == Proposal(0, 7, 0.5, 0.3)


def test_telling_twice_and_telling_of_failures(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    current = tuner(tmp_path)
    current.propose(0)
    current.tell(0, None)
    current.tell(0, (1.0, 2.0))  # too late: the first word stands
    current.propose(1)
    current.tell(1, (1.0, 2.0))
    current.tell(1, (1.0, 2.0))
    assert not caplog.messages


@pytest.mark.parametrize(("told", "shown"), [((1.0, 2.5), "1 and 2.5"), (None, "none")])
def test_another_result_than_the_study_has_is_told(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    told: tuple[float, float] | None,
    shown: str,
) -> None:
    current = tuner(tmp_path)
    current.propose(0)
    current.tell(0, (1.0, 2.0))
    tuner(tmp_path).tell(0, told)
    (message,) = caplog.messages
    assert message.startswith(f"trial 0: its runs have {shown} as held-out loss and parameters, ")
    assert "and the study 1 and 2: one of them is damaged" in message


@pytest.mark.parametrize(
    "damage",
    [
        "update trial_params set param_value = 22 where param_name = 'm'",
        "update trial_params set distribution_json = '{}'",
        "update trials set datetime_start = '2026-11-29 02;08:15'",
        "update trials set state = 'COMPLETF'",
        "delete from trials where number = 1",
    ],
)
def test_whatever_a_damaged_study_leads_to_is_told(tmp_path: Path, damage: str) -> None:
    current = tuner(tmp_path)
    for trial in range(3):
        current.propose(trial)
        current.tell(trial, (1.0, 2.0))
    with sqlite3.connect(tmp_path / "study.sqlite") as database:
        database.execute(damage)
    with pytest.raises(UserError, match=r"expected an Optuna storage .*delete it; then run the"):
        [tuner(tmp_path).propose(trial) for trial in range(3)]


def test_a_storage_out_of_reach_is_told(tmp_path: Path) -> None:
    campaign = build(problem="burgers")
    with pytest.raises(UserError, match=r"storage sqlite:.*expected an Optuna storage that can be"):
        Tuner(campaign, f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite'}", "study")


def test_a_damaged_storage_is_told(tmp_path: Path) -> None:
    (tmp_path / "study.sqlite").write_bytes(b"this is no database, whatever its name says" * 99)
    with pytest.raises(UserError, match=r"storage sqlite:.*finished runs are kept"):
        tuner(tmp_path)
