"""Campaigns within a budget: pool, trials, race; interrupted anywhere, and with more time later."""

import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from nas.campaign import layout, pool_job, records, schedule
from nas.campaign.budgeted import Budgeted
from nas.campaign.folder import opened
from nas.campaign.gate_job import GateJob
from nas.campaign.stages import Stages
from nas.errors import UserError
from nas.runner import dispatcher
from nas.runner.attempt_log import read_attempts
from nas.runner.job import Job
from nas.runner.worker import Worker
from nas.training import mixture_file
from nas.training.least_squares.answer import of_mixture, values
from nas.training.meter import exploring
from tests.campaign.within_a_budget import (
    BUDGET,
    POOL,
    PROBLEM,
    RACE,
    STAGES,
    campaign_of,
    interrupted,
    quick,
    search,
)
from tests.runner import apart


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> records.Records:
    return search(tmp_path_factory.mktemp("budgeted") / "whole")


def assert_consistent(found: records.Records) -> None:
    """What the tables say of each other."""
    runs, experts, race, pool = found.runs, found.experts, found.race, found.pool
    assert set(runs.stage) == {"selection", "race"}
    assert set(runs[runs.stage == "race"].run) == set(race.run)
    for _, contestant in race.iterrows():
        run = runs[runs.run == contestant.run].iloc[0]
        assert run.held_out_loss == contestant.held_out_loss
        assert run.iterations == contestant.iterations
        members = experts[experts.run == contestant.run]
        assert set(members.outcome) == {"survived"}
        assert run.experts_after == len(members) == len(contestant.members.split(", "))
    assert race.won.sum() == 1
    winner = race[race.won].iloc[0]
    assert winner.held_out_loss == race.held_out_loss.min()
    assert (winner.held_out_loss <= pool.held_out_loss).all()
    chosen = runs[(runs.stage == "selection") & (runs.status == "completed")]
    assert (winner.held_out_loss <= chosen.held_out_loss * (1 + 1e-9)).all()
    last = pool.drop_duplicates(["repetition", "candidate"], keep="last")
    for _, run in chosen.iterrows():
        rows = experts[experts.run == run.run]
        assert sorted(rows.candidate) == list(range(len(last)))
        assert (rows.outcome == "cut").sum() == len(last) - run.m
        assert (rows.outcome == "survived").sum() == run.experts_after
        assert (rows.outcome == "dropped").sum() == run.drops
        assert set(rows[rows.outcome == "cut"].individual_loss) <= set(last.held_out_loss)
    recommended = found.trials[found.trials.recommended]
    assert list(recommended.stage) == ["race"]


def test_all_stages_are_recorded_and_agree(whole: records.Records) -> None:
    assert_consistent(whole)
    assert list(whole.runs[whole.runs.stage == "selection"].run) == ["0000-0", "0001-0", "0002-0"]
    assert set(whole.pool["round"]) == {1, 2}
    assert whole.campaign["configuration"]["budget"] == BUDGET
    assert set(whole.attempts.ending) == {"completed"}


def test_the_winner_can_be_looked_at(whole: records.Records) -> None:
    (winner,) = whole.race[whole.race.won].run
    run = whole.runs[whole.runs.run == winner].iloc[0]
    assert whole.map(winner) is not None
    assert not math.isnan(run.error_estimate)
    others = whole.race[whole.race.held_out_loss > 2 * run.held_out_loss].run
    assert len(others)
    assert all(whole.map(other) is None for other in others)


def test_who_left_the_race_and_when(whole: records.Records) -> None:
    stayed = whole.race[whole.race.left_in.isna()]
    assert len(stayed) == 1
    assert set(whole.race.left_in.dropna()) <= {0, 1, 2}
    assert (whole.race[whole.race.left_in == 0].iterations == 0).all()


def test_the_schedule_tells_the_iterations(whole: records.Records) -> None:
    race = schedule.read_part(whole.folder / "races" / "0")
    assert race is not None
    assert race.seconds == BUDGET
    tuned = sum(n for name, n in race.counts.items() if "corrected" not in name)
    assert tuned == whole.race.iterations.sum()
    (told,) = schedule.read(whole.folder / schedule.FILE)
    assert told["trials"] == 3
    assert told["race"] == race.counts
    pool = whole.pool
    stages = "round " + pool["round"].astype(str) + ": " + pool.depth.astype(str)
    stages += "×" + pool.width.astype(str)
    assert [told["pool"].get(stage, 0) for stage in stages] == list(pool.iterations)


def test_run_again_it_has_nothing_to_do(whole: records.Records, tmp_path: Path) -> None:
    out = shutil.copytree(whole.folder, tmp_path / "out")
    again = search(out)
    assert len(again.attempts) == len(whole.attempts)
    assert again.race.equals(whole.race)


def test_a_contestant_whose_folder_is_gone_is_recorded_anew(
    whole: records.Records, tmp_path: Path
) -> None:
    out = shutil.copytree(whole.folder, tmp_path / "out")
    (best,) = whole.trials[whole.trials.recommended].best_run
    shutil.rmtree(out / "runs" / best)
    again = search(out)
    assert again.race.equals(whole.race)
    assert again.trials.equals(whole.trials)
    assert again.runs.equals(whole.runs)


MOMENTS: dict[str, Callable[[str, int], bool]] = {
    "in the pool": lambda where, asked: where == "pools/0" and asked == 5,
    "in the first trial": lambda where, asked: where == "runs/0000-0" and asked == 20,
    "between trials": lambda where, asked: where == "runs/0001-0" and asked == 1,
    "in the race": lambda where, asked: where == "races/0" and asked == 7,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_interrupted_it_goes_on(whole: records.Records, tmp_path: Path, moment: str) -> None:
    out = tmp_path / "out"
    interrupted(out, MOMENTS[moment])
    found = search(out)
    assert_consistent(found)
    chosen, expected = (one.runs[one.runs.stage == "selection"].run for one in (found, whole))
    assert list(chosen) == list(expected)
    if moment != "in the pool":  # there the clock is looked at more often
        assert found.pool.equals(whole.pool)


def test_jobs_find_what_they_need_where_they_see_nothing_but_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trials their pool, and the race its pool, the trials and, with more time, itself."""
    monkeypatch.setattr(dispatcher, "create", apart.create(f"file://{tmp_path}/store"))
    found, more = (search(tmp_path / "out", budget) for budget in (BUDGET, 2 * BUDGET))
    for one in (found, more):
        assert_consistent(one)
    assert more.pool.equals(found.pool)
    assert list(more.race.run) == list(found.race.run)
    assert more.race.iterations.sum() > found.race.iterations.sum()
    attempts = read_attempts(tmp_path / "out" / "races" / "0")
    assert [row["from_step"] for row in attempts] == [0, attempts[0]["to_step"]]


def test_with_a_larger_budget_the_same_race_goes_on(whole: records.Records, tmp_path: Path) -> None:
    out = shutil.copytree(whole.folder, tmp_path / "out")
    more = search(out, budget=2 * BUDGET)
    assert_consistent(more)
    assert more.pool.equals(whole.pool)
    before, after = (one.race.set_index("run") for one in (whole, more))
    assert list(before.index) == list(after.index)
    assert (after.held_out_loss <= before.held_out_loss).all()
    assert (after.iterations >= before.iterations).all()
    assert after.iterations.sum() > before.iterations.sum() + 10
    race = schedule.read_part(out / "races" / "0")
    assert race is not None
    assert race.seconds == 2 * BUDGET


def test_once_a_race_has_begun_it_is_among_the_same(whole: records.Records, tmp_path: Path) -> None:
    """A larger budget would have had more trials, and other contestants."""
    out = shutil.copytree(whole.folder, tmp_path / "out")
    more = search(out, budget=2 * BUDGET, stages=replace(STAGES, trial_every=2 * BUDGET / 5))
    assert_consistent(more)
    assert list(more.runs.run) == list(whole.runs.run)
    assert more.race.held_out_loss.min() <= whole.race.held_out_loss.min()


def test_networks_that_begin_anew_are_contestants_too(tmp_path: Path) -> None:
    tuning = replace(RACE.tuning, iterations=4)
    ending = replace(RACE, tuning=tuning, most_columns=50, most_restarts=2)
    stages = replace(STAGES, race=ending)
    found = search(tmp_path / "out", 4 * BUDGET, stages=stages)
    given: dict[str, Any] = {"schedule": str(tmp_path / "out" / schedule.FILE)}
    again = search(tmp_path / "again", None, stages=stages, **given)
    assert_consistent(found)
    anew = found.race[found.race.origin.str.startswith("restart of ")]
    assert len(anew) == 2
    first = int(anew.iloc[0].run.split("-")[-1])
    assert list(anew.run) == [f"race-0-{first}", f"race-0-{first + 1}"]
    of = anew.iloc[0].origin.removeprefix("restart of ")
    members = found.race.set_index("run").members
    assert members[f"race-0-{first}"] == members[f"race-0-{of}"]
    assert set(anew.iterations) == {4}
    assert anew.left_in.isna().all()
    assert again.race.equals(found.race)


def test_with_a_smaller_budget_there_is_nothing_to_do(
    whole: records.Records, tmp_path: Path
) -> None:
    out = shutil.copytree(whole.folder, tmp_path / "out")
    assert search(out, budget=BUDGET / 2).race.equals(whole.race)


def plan_of(
    out: Path, stages: Stages = STAGES, **sections: Any
) -> tuple[Budgeted, Callable[[Job], None]]:
    with opened(campaign_of(**sections), out, PROBLEM, stages) as home:
        plan = Budgeted(home)

    def do(job: Job) -> None:
        with quick():
            Worker(out, threads=1)(job, lambda: False)
        plan.ended(job)

    return plan, do


def startable(plan: Budgeted) -> list[Job]:
    return list(iter(plan.following, None))


def test_each_stage_begins_when_all_of_the_one_before_has_ended(tmp_path: Path) -> None:
    """Of two repetitions, as many workers as one likes."""
    workers = {"engine": "serial", "workers": 2}
    plan, do = plan_of(tmp_path / "out", seeds=2, parallel=workers)
    pools = startable(plan)
    assert [job.name for job in pools] == ["pool-0", "pool-1"]
    do(pools[0])
    assert startable(plan) == []
    do(pools[1])
    trials = startable(plan)
    assert [job.name for job in trials] == [f"{t:04d}-{r}" for t in range(3) for r in range(2)]
    for job in trials[:-1]:
        do(job)
    assert startable(plan) == []
    do(trials[-1])
    races = startable(plan)
    assert [job.name for job in races] == ["race-0", "race-1"]  # side by side
    assert plan.finished == 8
    assert plan.jobs == 10
    assert plan.failed == 0
    do(races[0])
    do(races[1])
    assert startable(plan) == []
    assert plan.finished == plan.jobs
    plan.close()
    assert all(isinstance(job, GateJob) for job in trials)


@pytest.mark.parametrize(("budget", "trials"), [(20.0, 1), (60.0, 1), (300.0, 7), (1200.0, 20)])
def test_there_are_as_many_trials_as_a_budget_has_room_for(
    tmp_path: Path, budget: float, trials: int
) -> None:
    plan, _ = plan_of(tmp_path / "out", Stages(), budget=budget, trials=20)
    assert plan.jobs == trials + 2


@pytest.mark.parametrize(("of_it", "late"), [(0.9, False), (1.1, True)])
@pytest.mark.parametrize("budget", [60.0, 3600.0])
def test_no_trial_begins_once_the_time_for_finding_out_is_spent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: float, of_it: float, late: bool
) -> None:
    plan, _ = plan_of(tmp_path / "out", Stages(), budget=budget)
    spent = of_it * Stages().trials_until * exploring(budget) * budget
    monkeypatch.setattr(Budgeted, "_race", lambda *_: SimpleNamespace(spent=spent))
    assert plan._late() == late


@pytest.mark.parametrize(
    ("seeds", "workers", "share"), [(1, 1, 1.0), (2, 1, 0.5), (2, 2, 1.0), (3, 2, 0.5)]
)
def test_a_repetition_has_the_seconds_that_the_workers_can_give_it(
    tmp_path: Path, seeds: int, workers: int, share: float
) -> None:
    parallel = {"engine": "serial", "workers": workers}
    plan, _ = plan_of(tmp_path / "out", seeds=seeds, parallel=parallel)
    (first, *others) = startable(plan)
    assert len(others) == seeds - 1
    assert first.seconds == share * BUDGET  # type: ignore[attr-defined]


SMOOTH = replace(PROBLEM, residual=lambda u, x: u.xx + torch.sin(torch.pi * x))
WITH_WAVES = {
    "activations": ["tanh", "sine"], "depths": [1], "widths": [4, 6], "learning": ["all", "output"],
}  # fmt: skip


def solved(out: Path, budget: float | None = BUDGET, **sections: Any) -> records.Records:
    """Random waves have the time that they need."""
    settings = replace(POOL, waves_until=0.9, waves_patience=0.9)
    stages = replace(STAGES, pool=settings)
    return search(out, budget, SMOOTH, stages, space=WITH_WAVES, **sections)


def test_where_random_waves_are_exact_there_is_nothing_to_choose(tmp_path: Path) -> None:
    found = solved(tmp_path / "out")
    (run,) = found.runs.to_dict("records")
    assert run["stage"] == "race"
    assert run["held_out_loss"] < 1e-20
    assert run["experts_after"] == 1
    assert list(found.trials[found.trials.recommended].best_run) == [run["run"]]
    assert found.race.won.all()
    assert set(found.pool.held_out_loss.dropna()) == {found.pool.held_out_loss.min()}
    (told,) = schedule.read(found.folder / schedule.FILE)
    assert told["trials"] == 0
    assert set(told["pool"]) == {"waves"}
    again = solved(tmp_path / "out", budget=2 * BUDGET)
    assert list(again.runs.held_out_loss) == list(found.runs.held_out_loss)
    given: dict[str, Any] = {"schedule": str(tmp_path / "out" / schedule.FILE)}
    replayed = solved(tmp_path / "again", budget=None, **given)
    assert list(replayed.runs.held_out_loss) == list(found.runs.held_out_loss)
    assert replayed.race.equals(found.race)


def test_waves_that_were_found_are_one_network(tmp_path: Path) -> None:
    found = solved(tmp_path / "out")
    (run,) = found.runs.run
    mixture = mixture_file.load(found.folder / "runs" / run / mixture_file.FILE, [(0.0, 1.0)], 1)
    x = torch.linspace(0, 1, 9, dtype=torch.float64)[:, None]
    u = values(SMOOTH, of_mixture(mixture), x)
    assert torch.allclose(u, torch.sin(torch.pi * x) / torch.pi**2, atol=1e-10)
    assert [mixture.pool[index].width for index in mixture.alive] == [100]
    assert not len(mixture.corrections)


def test_no_trial_is_proposed_where_one_repetition_is_exact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = {"engine": "serial", "workers": 2}
    plan, do = plan_of(tmp_path / "out", seeds=2, parallel=workers)
    for job in startable(plan):
        do(job)
    monkeypatch.setattr(
        pool_job.PoolJob, "decided", property(lambda job: bool(job.repetition == 1))
    )
    assert [job.name for job in startable(plan)] == ["race-0", "race-1"]
    assert plan.jobs == 4


def test_a_trial_whose_folder_is_gone_is_repeated_once_the_race_is_over(
    whole: records.Records, tmp_path: Path
) -> None:
    out = shutil.copytree(whole.folder, tmp_path / "out")
    shutil.rmtree(out / "runs" / "0002-0")
    again = search(out)
    assert again.runs.equals(whole.runs)
    assert again.trials.equals(whole.trials)


def test_a_race_whose_table_is_gone_is_recorded_anew(
    whole: records.Records, tmp_path: Path
) -> None:
    out = shutil.copytree(whole.folder, tmp_path / "out")
    (out / "races" / "0" / "race.parquet").unlink()
    assert search(out).race.equals(whole.race)


def test_choices_among_others_than_the_pool_has_learnt_are_told(
    whole: records.Records, tmp_path: Path
) -> None:
    """The pool was deleted, and has learnt otherwise, in another time."""
    out = shutil.copytree(whole.folder, tmp_path / "out")
    shutil.rmtree(out / "pools" / "0")
    shutil.rmtree(out / "races" / "0")
    other = replace(POOL, rounds=(replace(POOL.rounds[0], until=0.05), POOL.rounds[1]))
    with pytest.raises(UserError, match="expected a choice among the leaders of the pool, got"):
        search(out, 2 * BUDGET, stages=replace(STAGES, pool=other))


def test_what_a_search_is_recording_anew_is_not_read_from_the_tables_before(
    whole: records.Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is killed once its race is over, before it gathers its tables."""

    def killed(folder: Path) -> None:
        raise KeyboardInterrupt

    out = shutil.copytree(whole.folder, tmp_path / "out")
    with monkeypatch.context() as patch:
        patch.setattr(records, "gather", killed)
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            search(out, budget=2 * BUDGET)
    found = records.read(out)
    assert_consistent(found)
    assert found.race.iterations.sum() > whole.race.iterations.sum()


def test_a_validation_of_a_race_that_goes_on_is_told_and_removed(
    whole: records.Records, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out = shutil.copytree(whole.folder, tmp_path / "out")
    beside = layout.validation_folder(out, whole.race.run.iloc[0])
    beside.mkdir(parents=True)
    search(out)
    assert beside.exists()
    search(out, budget=2 * BUDGET)
    assert "race 0 goes on, so its validation within 20 s no longer holds and is" in caplog.text
    assert not beside.exists()
