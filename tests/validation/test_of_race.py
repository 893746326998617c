"""Beside a contestant of a race: other choices, as many networks, as much time."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nas import validation
from nas.campaign import layout, records, schedule
from nas.campaign.config import Campaign
from nas.campaign.folder import opened
from nas.campaign.run_settings import without_competition
from nas.errors import UserError
from nas.runner.budget import time_taken
from nas.search_spaces import Candidate
from nas.training.training_settings import TrainingSettings
from nas.validation import of_race, subset_job
from nas.validation import validation as orchestra
from nas.validation.choice import best_singles
from nas.validation.subset_job import SubsetJob
from tests.campaign import within_a_budget

SPACE = {
    "activations": ["tanh", "sine"],
    "depths": [1],
    "widths": [4, 6],
    "learning": ["all", "output"],
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign within a budget, in a folder; random waves have the time to be found."""
    folder = tmp_path_factory.mktemp("raced") / "out"
    settings = replace(within_a_budget.POOL, waves_until=0.2, waves_patience=0.2)
    within_a_budget.search(
        folder, stages=replace(within_a_budget.STAGES, pool=settings), space=SPACE
    )
    return folder


@pytest.fixture
def quick() -> Iterator[None]:
    """Two random choices, short warm-ups, and seconds that pass as the clock is looked at."""

    def brief(*arguments: Any) -> TrainingSettings:
        settings = without_competition(*arguments)
        return replace(settings, warm_up=replace(settings.warm_up, iterations=4))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(orchestra, "SUBSETS", 2)
        ticking = partial(subset_job.TimeBudget, now=within_a_budget.Ticks())
        patch.setattr(subset_job, "TimeBudget", ticking)
        patch.setattr(subset_job, "without_competition", brief)
        patch.setattr(of_race, "seconds_of", lambda home, run: 60.0)
        patch.setattr(of_race, "time_taken", lambda folder: 10.0)
        yield


def trained(found: records.Records) -> str:
    """The best contestant that is no random waves."""
    waves = found.experts[found.experts["learns"] == "output"]["run"]
    race = found.race[~found.race["run"].isin(waves)]
    return str(race.sort_values("held_out_loss").iloc[0]["run"])


def planned(out: Path, known: records.Records, run: str) -> list[SubsetJob]:
    """The jobs beside a run."""
    (row,) = (one for one in records.rows(out, "runs") if one["run"] == run)
    experts = known.experts[known.experts["run"] == run]
    axes = ["activation", "depth", "width"]
    members = [Candidate(*one[axes]) for _, one in experts.iterrows()]
    campaign = Campaign.from_resolved(known.campaign["configuration"])
    with opened(campaign, out, within_a_budget.PROBLEM) as home:
        return list(of_race.beside(home, row, members, count=3))


@pytest.mark.usefixtures("quick")
def test_other_choices_have_the_contestants_time(out: Path) -> None:
    known = records.read(out)
    run = trained(known)
    found = validation.validate(out, run, within_a_budget.PROBLEM)
    subsets = found.subsets
    assert set(subsets["run"]) == {run}
    assert set(subsets["kind"]) == {"selected", "best", "random", "longest"}
    assert set(subsets["status"]) == {"completed"}, subsets[["kind", "reason"]].to_string()
    members = known.race.set_index("run").loc[run, "members"]
    (selected,) = subsets[subsets["kind"] == "selected"]["members"]
    assert sorted(selected.split(", ")) == sorted(str(members).split(", "))
    same = subsets[subsets["kind"] != "longest"]
    assert set(same["size"]) == {len(str(members).split(", "))}
    assert not subsets["members"].str.contains("output").any()
    # The best of the pool by its last losses, an oracle beside the code's own reading of them.
    last = known.pool.drop_duplicates("candidate", keep="last")
    last = last[last["learns"] == "all"]
    axes = ["activation", "depth", "width"]
    losses = {Candidate(*row[axes]): row["held_out_loss"] for _, row in last.iterrows()}
    pool = list(losses)
    best = best_singles(pool, losses, len(str(members).split(", ")))
    (chosen,) = subsets[subsets["kind"] == "best"]["members"]
    assert sorted(chosen.split(", ")) == sorted(str(pool[index]) for index in best)
    (longest,) = subsets[subsets["kind"] == "longest"]["members"]
    assert longest == str(pool[best_singles(pool, losses, 1)[0]])
    assert found.singles.empty
    again = validation.validate(out, run, within_a_budget.PROBLEM)
    assert again.subsets.equals(subsets)  # nothing is left to be done


def test_every_job_has_its_time(out: Path) -> None:
    """That of the contestant's turns and corrections; the best of the pool that of the search."""
    known = records.read(out)
    run = trained(known)
    part = schedule.read_part(out / "races" / "0")
    assert part is not None
    mine = [stage for stage in part.taken if stage.split(": ")[1] == run.split("-")[-1]]
    spent = sum(part.taken[stage] for stage in mine)
    assert 0 < spent < sum(part.taken.values())
    jobs = planned(out, known, run)
    assert {job.seconds for job in jobs if job.kind != "longest"} == {spent}
    (longest,) = (job for job in jobs if job.kind == "longest")
    logged = [path.parent for of in layout.JOBS for path in out.glob(f"{of}/*/attempts.json")]
    assert len(logged) == 5  # a pool, three trials, a race
    assert longest.seconds == sum(map(time_taken, logged))
    assert [job.number for job in jobs] == [0, 0, *range(len(jobs) - 3), 0]
    assert len({job.folder for job in jobs}) == len(jobs)


def test_a_pool_may_have_a_candidate_twice() -> None:
    one, two = Candidate("tanh", 1, 4), Candidate("sine", 1, 4)
    assert of_race._places([one, two, one], [one, one]) == (0, 2)


def test_who_had_no_time_in_the_race_is_refused(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = records.read(out)
    monkeypatch.setattr(of_race, "seconds_of", lambda home, run: 0.0)
    with pytest.raises(UserError, match=r"expected a contestant .* which had no time in its race"):
        planned(out, known, trained(known))


def test_a_trial_is_no_contestant(out: Path) -> None:
    with pytest.raises(UserError, match=r"expected a contestant of a race, got 0000-0, a trial"):
        validation.validate(out, "0000-0", within_a_budget.PROBLEM)


@pytest.mark.usefixtures("quick")
def test_of_random_waves_no_other_choice_is_of_the_same_kind(out: Path) -> None:
    known = records.read(out)
    raced = known.experts[known.experts["run"].str.startswith("race-")]
    (waves,) = set(raced[raced["learns"] == "output"]["run"])
    with pytest.raises(UserError, match=rf"trained in its race, got {waves}, whose random") as told:
        validation.validate(out, waves, within_a_budget.PROBLEM)
    named = str(told.value).rsplit(" ", 1)[1]
    assert "name another run with --run, such as" in str(told.value)
    assert named in set(known.race["run"]) - {waves}


@pytest.mark.usefixtures("quick")
def test_where_there_is_no_other_contestant_none_is_asked_for(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = records.read(out)
    run = trained(known)
    alone = replace(known, race=known.race[known.race["run"] == run])
    monkeypatch.setattr(of_race, "seconds_of", lambda home, run: 0.0)
    monkeypatch.setattr(records, "read", lambda folder: alone)
    with pytest.raises(UserError, match="there is none in this campaign, and so nothing to"):
        planned(out, known, run)
