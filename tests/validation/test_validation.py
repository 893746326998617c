"""Baseline and validation of a small campaign, as a user runs them."""

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nas import validation
from nas.campaign import records
from nas.campaign.config import Campaign
from nas.campaign.run_settings import seed_of
from nas.errors import UserError
from nas.problems import loading
from nas.runner.executors.serial import Engine
from nas.validation import single_job, warm_up_job
from nas.validation import validation as orchestra
from tests.campaign.processes import HANGS
from tests.command_line import beside_progress


def test_every_candidate_is_trained_by_itself_once_a_seed(found: records.Records) -> None:
    singles = found.singles
    assert len(singles) == 2 * 4
    assert not singles.duplicated(["repetition", "activation", "depth", "width"]).any()
    assert (singles.relative_l2 < 0.1).all()
    assert (singles.held_out_loss <= singles.individual_loss).all()
    assert (singles.held_out_loss < singles.individual_loss).any()
    assert (singles.seconds > 0).all()


def test_beside_each_run_stand_the_subsets_that_it_has_to_beat(found: records.Records) -> None:
    for run, subsets in found.subsets.groupby("run"):
        experts = found.experts[found.experts.run == run].sort_values("candidate")
        survived = experts[experts.outcome == "survived"]
        names = [f"{e.activation} {e.depth}×{e.width}" for e in survived.itertuples()]
        kinds = subsets.set_index("kind")
        assert kinds.loc["selected", "members"] == ", ".join(names)
        assert kinds.loc["all", "size"] == 4
        assert kinds.loc["best", "size"] == len(names)
        assert kinds.loc["longest", "size"] == 1
        drawn = subsets[subsets.kind == "random"]
        assert (drawn["size"] == len(names)).all()
        assert len(drawn) == min(2, math.comb(4, len(names)) - 1)
        assert (subsets.status == "completed").all()
        assert (subsets.relative_l2 < 0.5).all()
        assert (subsets.parameters > 0).all()


def test_the_best_single_network_learns_as_long_as_the_search_took(found: records.Records) -> None:
    longest = found.subsets[found.subsets.kind == "longest"]
    for row in longest.to_dict("records"):
        spent = found.attempts.seconds[found.attempts.run == row["run"]].sum()
        ended = "stalled" in row["reason"] or "converged" in row["reason"]
        assert ended or row["seconds"] >= spent
        assert row["iterations"] > 10


def test_nothing_is_dropped_where_the_penalty_is_nothing(found: records.Records) -> None:
    alone = found.subsets[found.subsets.kind == "all"]
    assert (alone["size"] == 4).all()
    assert (alone.parameters == found.runs.parameters_before.iloc[0]).all()


def test_what_is_done_is_not_done_again(
    found: records.Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a worker was started")

    monkeypatch.setattr(orchestra, "SUBSETS", 2)
    monkeypatch.setattr(Engine, "start", never)
    again = validation.validate(found.folder)
    assert again.subsets.equals(found.subsets)
    assert again.singles.equals(found.singles)


def test_the_report_tells_what_was_found(found: records.Records, tmp_path: Path) -> None:
    from nas import reports

    page = reports.write(found.folder, tmp_path / "report").read_text(encoding="utf-8")
    assert "random subsets of its size" in page
    assert "Not measured." not in page
    assert (tmp_path / "report" / "figures" / "subsets.svg").exists()
    assert (tmp_path / "report" / "tables" / "subsets.csv").exists()


def test_a_baseline_needs_no_search(home: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nas.cli", "baseline", str(home / "bend.yaml")]
    out = ["--out", str(tmp_path / "alone"), "--set", "seeds=1"]
    done = subprocess.run(
        [*command, *out], capture_output=True, text=True, timeout=HANGS, check=True
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "4 candidates, each by itself, 1 repetition; the lowest held-out loss first"
    assert lines[1].split() == ["parameters", "held-out", "loss", "relative", "L2"]
    losses = [float(line.split()[3]) for line in lines[2:]]
    assert len(losses) == 4
    assert losses == sorted(losses)
    assert beside_progress(done.stderr) == ""
    assert "singles, repetition 0 fine-tuning ended at step " in done.stderr
    assert "singles, repetition 0 completed after " in done.stderr


def test_its_seeds_are_none_of_the_search(found: records.Records) -> None:
    """An expert that began with the search's weights would not be trained from scratch."""
    alone = found.singles.set_index(["repetition", "activation", "depth", "width"]).individual_loss
    learnt = found.experts.set_index(["repetition", "activation", "depth", "width"]).individual_loss
    both = alone.to_frame("alone").join(learnt.rename("search"))
    assert (both.alone != both.search).all()


def test_no_such_run_is_told(found: records.Records) -> None:
    with pytest.raises(
        UserError, match=r"expected the name of a completed run, got '0009-0'; there"
    ):
        validation.validate(found.folder, "0009-0")


def test_one_run_can_be_named(found: records.Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orchestra, "SUBSETS", 2)
    again = validation.validate(found.folder, "0000-1")
    assert set(again.subsets.run) == {"0000-0", "0000-1"}


def test_a_folder_without_a_campaign_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"expected a campaign folder, found no campaign.json"):
        validation.validate(tmp_path)


def test_another_problem_than_the_campaigns_is_told(found: records.Records, home: Path) -> None:
    other = replace(loading.load(home / "bend.py"), residual=lambda u: u.xx)
    with pytest.raises(UserError, match=r"the mathematics of problem bend has changed"):
        validation.validate(found.folder, problem=other)


def test_no_two_kinds_of_training_share_their_seeds(found: records.Records) -> None:
    campaign = Campaign.from_resolved(found.campaign["configuration"])
    kinds = (0, single_job.SINGLE_SEEDS, warm_up_job.SUBSET_SEEDS)
    assert len({seed_of(campaign.seed, 0, 1, kind) for kind in kinds}) == 3
