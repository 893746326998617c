"""The race: nobody better is lost, who left is told, and the same digits however it is driven."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate
from nas.training import checkpoint
from nas.training.fine_tuning import FineTuningSettings, gauss_newton
from nas.training.meter import Meter
from nas.training.physics_loss import HeldOutLoss
from nas.training.pool.learning import only
from nas.training.pool.waves import WaveSearch, as_network
from nas.training.race import Heat, Race, RaceSettings
from nas.training.race.contestant import Contestant
from nas.training.run_result import Progress
from tests.training.problems import FEW, POISSON, POOL, sampler

WAVES = Candidate("sine", 1, 12, scale=0.5, learns="output")
TUNING = FineTuningSettings(
    iterations=2**62, method=gauss_newton.Settings(resampling=FEW), check_every=2
)
SETTINGS = RaceSettings(
    heats=(Heat(keep=3, share=0.4), Heat(keep=2, share=0.2)),
    tuning=TUNING,
    correct_at=(0.9,),
    most_columns=100,
)
NAMES = ("0", "1", "2", "team")
# Of any order in which they may rank: a stage that does not come about has no iterations.
COUNTS = (
    {f"heat 1: {name}": 4 for name in NAMES}
    | {f"heat 2: {name}": 4 for name in NAMES}
    | {f"rest 1: {name}": 6 for name in NAMES}
    | {f"rest 1, corrected: {name}": 3 for name in NAMES}
)


def mixtures() -> dict[str, Mixture]:
    """Three that are alone, and a team of two; fresh ones each time."""
    whole = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, outputs=1, seed=0)
    return {name: only(whole, [int(name)]) for name in NAMES[:3]} | {"team": only(whole, [1, 3])}


def made(
    meter: Meter | None = None,
    settings: RaceSettings = SETTINGS,
    contestants: dict[str, Mixture] | None = None,
    restart: Callable[[int, int], Mixture] | None = None,
) -> Race:
    meter = meter or Meter(0.0, COUNTS)
    return Race(POISSON, sampler(32, 4), contestants or mixtures(), settings, meter, restart)


def restart(index: int, number: int) -> Mixture:
    """A network of the pool with the initial weights of a number."""
    whole = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, outputs=1, seed=number)
    return only(whole, [index])


def facts(race: Race) -> dict[str, Any]:
    """All that must be equal, bit for bit."""
    return {
        "counts": race.meter.counts,
        "left": race.left_in,
        "losses": {name: one.loss for name, one in race.contestants.items()},
        "iterations": {name: one.iterations for name, one in race.contestants.items()},
        "history": {name: one.log.history for name, one in race.contestants.items()},
        "leader": race.leader.name,
        "state": {
            name: value.tolist() for name, value in race.leader.result().state_dict().items()
        },
    }


def held_out(mixture: Mixture) -> float:
    return HeldOutLoss(POISSON, sampler(32, 4), mixture.centre)(mixture)


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    race = made()
    assert race.run()
    return facts(race)


def test_the_result_is_never_worse_than_the_best_that_was_seen() -> None:
    seen: list[float] = []
    race = made()
    seen += [one.loss for one in race.contestants.values()]
    race.run(watch=lambda progress: seen.append(race.leader.loss))
    assert race.leader.loss == min(seen)
    assert held_out(race.leader.result()) == pytest.approx(min(seen), rel=1e-6)
    assert race.leader.loss < 0.1 * min(seen[: len(NAMES)])


def test_one_that_begins_best_and_gets_no_better_is_not_lost() -> None:
    """It is exact before the race, and there is no time for anything."""
    race = made(Meter(1.0, spent=2.0))
    before = {name: one.loss for name, one in race.contestants.items()}
    assert race.run()
    assert race.step == 0
    assert race.leader.name == min(before, key=before.__getitem__)
    assert race.leader.loss == min(before.values())


def test_half_leave_after_each_heat_and_their_heat_is_told(whole: dict[str, Any]) -> None:
    race = made()
    ranked = sorted(NAMES, key=lambda name: race.contestants[name].loss)
    left = whole["left"]
    assert {name for name, heat in left.items() if heat == 0} == {ranked[3]}  # of four, three begin
    assert sorted(left.values()) == [0, 1, 2]
    (stayed,) = set(NAMES) - set(left)
    counts = whole["counts"]
    assert {name.split(": ")[1] for name in counts if name.startswith("heat 1")} == set(ranked[:3])
    second = {name.split(": ")[1] for name in counts if name.startswith("heat 2")}
    assert second == {stayed, next(name for name, heat in left.items() if heat == 2)}


def test_the_cut_are_those_behind_in_their_heat() -> None:
    race = made()
    seen = {}

    def watch(progress: Progress) -> None:
        seen[race.heat] = {name: one.loss for name, one in race.contestants.items()}

    race.run(watch=watch)
    for heat in (0, 1):
        out = [name for name, left in race.left_in.items() if left == heat + 1]
        on = [name for name in NAMES if race.left_in.get(name, 99) > heat + 1]
        assert max(seen[heat][name] for name in on) <= min(seen[heat][name] for name in out)


class Ticks:
    """A clock that moves on by some seconds whenever it is looked at."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_counts_give_the_digits_that_the_clock_gave() -> None:
    timed = made(Meter(100.0, clock=Ticks(1.0)))
    assert timed.run()
    stages = {name.split(":")[0] for name in timed.meter.counts}
    assert stages >= {"heat 1", "heat 2", "rest 1"}  # else one had no time
    again = made(Meter(0.0, timed.meter.counts))
    assert again.run()
    assert facts(again) == facts(timed)


def test_each_has_an_equal_part_of_a_heat() -> None:
    race = made(Meter(20.0, clock=Ticks(0.2)))
    race.run()
    first = [n for name, n in race.meter.counts.items() if name.startswith("heat 1")]
    assert len(first) == 3
    assert min(first) >= 5
    assert max(first) - min(first) <= 2  # a look more or less at the clock


def stopped(after: int) -> Callable[[], bool]:
    asked = count(1)
    return lambda: next(asked) >= after


@pytest.mark.parametrize("after", [1, 4, 5, 9, 13, 17, 20, 24, 27])
def test_stopped_anywhere_it_ends_with_the_same_digits(
    whole: dict[str, Any], tmp_path: Path, after: int
) -> None:
    part = made()
    assert not part.run(stopped(after))
    checkpoint.save(tmp_path / "c", part.state())
    again = made()
    again.restore(checkpoint.load(tmp_path / "c"))
    assert again.step == part.step
    assert again.run()
    assert facts(again) == whole


def test_stopped_at_the_same_call_it_goes_on(whole: dict[str, Any]) -> None:
    race, stops = made(), 0
    while not race.run(stopped(10)):
        stops += 1
    assert stops >= 2
    assert facts(race) == whole


def test_a_contestant_that_diverges_leaves_and_the_others_go_on(whole: dict[str, Any]) -> None:
    contestants = mixtures()
    with torch.no_grad():
        contestants["1"].expert_stacks[0].weights[0].fill_(torch.nan)
    race = made(contestants=contestants)
    assert race.contestants["1"].loss == torch.inf
    assert race.run()
    assert race.leader.name != "1"
    assert race.leader.loss < 1e-2
    assert race.left_in["1"] == 0
    alone = made(contestants={"1": contestants["1"]}, meter=Meter(0.0, COUNTS))
    assert alone.run()  # it ends, although nothing ever lowers the loss
    assert alone.leader.loss == torch.inf


def test_one_that_diverges_under_way_keeps_its_best_and_the_others_go_on() -> None:
    race = made()
    done = [0]

    def poison(progress: Progress) -> None:
        done[0] += 1
        if done[0] == 3:  # in the first turn, after its first look at the held-out loss
            (first, *_) = (name for name in race.meter.counts if name.startswith("heat 1"))
            with torch.no_grad():
                for stack in race.contestants[first.split(": ")[1]].mixture.expert_stacks:
                    stack.weights[0].fill_(torch.nan)

    assert race.run(watch=poison)
    (broken,) = [name for name, one in race.contestants.items() if "loss nan" in one.tuning.ended]
    one = race.contestants[broken]
    assert not one.can_learn
    assert one.loss < torch.inf
    assert held_out(one.result()) == pytest.approx(one.loss, rel=1e-6)
    learnt = {name: other.iterations for name, other in race.contestants.items()}
    assert sum(n > one.iterations for name, n in learnt.items() if name != broken) >= 2


# Whoever is looked at stalls, so that a second look comes with the winner's third.
STALLING = replace(
    SETTINGS,
    heats=(Heat(keep=2, share=0.1),),
    tuning=replace(TUNING, patience=1, progress=0.0),
    correct_at=(1.0,),
)


def looks(race: Race) -> dict[str, int]:
    """How long each has learnt in a second look."""
    stage = "rest 1, second look: "
    found = race.meter.counts.items()
    return {name.removeprefix(stage): n for name, n in found if name.startswith(stage)}


def test_the_other_finalist_has_a_second_look_for_as_long_as_the_winner_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once, after the winner's third stall; whoever leads then goes on."""
    monkeypatch.setattr(Contestant, "loss", property(lambda one: NAMES.index(one.name) + 1.0))
    race = made(Meter(200.0, clock=Ticks(1.0)), STALLING)
    learnt = []
    race.run(watch=lambda progress: learnt.append(progress.phase.split(": ")[1]))
    assert race.left_in == {"2": 0, "team": 0, "1": 1}
    assert list(looks(race)) == ["1"]
    (had,) = looks(race).values()
    heat = race.meter.counts["heat 1: 0"]
    rest = "".join(learnt[heat + race.meter.counts["heat 1: 1"] :])
    winner = rest.index("1")
    assert race.contestants["0"].stalls > 3
    assert abs(had - winner) <= 2  # a look more or less at the clock
    assert rest.startswith(winner * "0" + had * "1" + "0")


def test_who_passes_the_winner_in_a_second_look_has_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def loss(one: Contestant) -> float:
        return 0.5 if one.name == "1" and one.iterations > 8 else NAMES.index(one.name) + 1.0

    monkeypatch.setattr(Contestant, "loss", property(loss))
    race = made(Meter(200.0, clock=Ticks(1.0)), STALLING)
    learnt = []
    race.run(watch=lambda progress: learnt.append(progress.phase.split(": ")[1]))
    assert race.leader.name == "1"
    before = race.meter.counts["heat 1: 1"] + looks(race)["1"]
    assert before == 9  # its look ends as it leads
    last = race.contestants["1"].iterations - before
    assert last == race.meter.counts["rest 1: 1"] > 0
    on = (looks(race)["1"] + last) * "1"
    assert f"0{on}0" in "".join(learnt)  # whoever led before it is next


@pytest.mark.parametrize("after", [1, 3])
def test_a_second_look_is_the_same_after_a_stop_and_by_counts(tmp_path: Path, after: int) -> None:
    whole = made(Meter(200.0, clock=Ticks(1.0)), STALLING)
    assert whole.run()
    assert looks(whole)
    counts = whole.meter.counts
    part = made(Meter(0.0, counts), STALLING)
    assert not part.run(should_stop=lambda: sum(looks(part).values()) == after)
    checkpoint.save(tmp_path / "c", part.state())
    again = made(Meter(0.0, counts), STALLING)
    again.restore(checkpoint.load(tmp_path / "c"))
    assert again.run()
    assert facts(again) == facts(whole)


def test_once_the_winner_has_ended_the_next_best_goes_on() -> None:
    short = replace(SETTINGS, heats=(Heat(4, 0.5),), tuning=replace(TUNING, iterations=6))
    race = made(settings=short)
    assert race.run()
    assert {one.iterations for one in race.contestants.values()} == {6}


@pytest.mark.parametrize(("columns", "expected"), [(50, False), (100, True)])
def test_where_a_correction_was_worth_nothing_the_rest_is_for_training(
    columns: int, expected: bool
) -> None:
    settings = replace(SETTINGS, correct_at=(0.5, 0.8), most_columns=columns)
    race = made(Meter(200.0, clock=Ticks(1.0)), settings)
    # What is so small is as good as exact: there would be no second correction either.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nas.training.race.race.EXACT", 0.0)
        assert race.run()
    again = {stage for stage in race.meter.counts if stage.startswith("rest 2, corrected")}
    assert bool(again) == expected
    assert expected or race.meter.spent >= 199  # it learns to the end


# Each learns six iterations at most: with the clock's hundred seconds there is time for restarts.
ENDING = replace(
    SETTINGS, heats=(Heat(4, 0.2),), tuning=replace(TUNING, iterations=6), most_columns=50
)


def test_where_all_have_ended_the_best_network_begins_anew() -> None:
    race = made(Meter(100.0, clock=Ticks(1.0)), ENDING, restart=restart)
    assert race.run()
    single = min(NAMES[:3], key=lambda name: race.contestants[name].loss)
    assert race.restarts["4"] == single  # not the team, which may be better
    first = race.contestants["4"]
    assert first.mixture.alive == [int(single)]
    assert first.iterations == 6
    assert first.loss != race.contestants[single].loss
    # Whoever is the best by now lends its architecture to the next.
    assert set(race.restarts.values()) <= {*NAMES[:3], *race.restarts}
    assert race.leader.loss == min(one.loss for one in race.contestants.values())
    alone = made(Meter(100.0, clock=Ticks(1.0)), ENDING)
    assert alone.run()
    assert not alone.restarts


def test_nobody_begins_anew_without_time_nor_more_often_than_is_allowed() -> None:
    late = replace(ENDING, restart_for=0.9)
    race = made(Meter(100.0, clock=Ticks(1.0)), late, restart=restart)
    assert race.run()
    assert not race.restarts
    few = replace(ENDING, most_restarts=2)
    race = made(Meter(1000.0, clock=Ticks(1.0)), few, restart=restart)
    assert race.run()
    assert list(race.restarts) == ["4", "5"]
    waves = Mixture([WAVES], GateSettings(1, 4), POISSON.domain.bounds, outputs=1, seed=0)
    race = made(Meter(100.0, clock=Ticks(1.0)), ENDING, {"0": waves}, restart)
    assert race.run()
    assert not race.restarts  # it has no luck to try again


def test_restarts_are_the_same_after_a_stop_and_by_counts(tmp_path: Path) -> None:
    whole = made(Meter(100.0, clock=Ticks(1.0)), ENDING, restart=restart)
    assert whole.run()
    counts = whole.meter.counts
    stopped = made(Meter(0.0, counts), ENDING, restart=restart)
    assert not stopped.run(should_stop=lambda: len(stopped.restarts) == 1)
    checkpoint.save(tmp_path / "c", stopped.state())
    again = made(Meter(0.0, counts), ENDING, restart=restart)
    again.restore(checkpoint.load(tmp_path / "c"))
    assert again.run()
    assert again.restarts == whole.restarts
    assert facts(again) == facts(whole)


def test_random_waves_take_part_and_are_corrected_rather_than_tuned() -> None:
    """They lead, the other learns on, and what they leave is solved for."""
    search = WaveSearch(sampler(32, 4), 100, Meter(0.0, {"waves": 10**6}), 1.0, 1.0)
    assert search.run()
    assert search.found is not None
    hidden, last = search.found.weights
    nearly = replace(search.found, weights=[hidden, (1 + 1e-6) * last])
    whole = Mixture([*POOL, WAVES], GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    waves = as_network(whole, len(POOL), nearly)
    contestants = {"0": mixtures()["0"], "waves": waves}
    counts = COUNTS | {"heat 1: waves": 4, "rest 1, corrected: waves": 40}
    race = made(Meter(0.0, counts), contestants=contestants)
    before = {name: one.loss for name, one in race.contestants.items()}
    assert before["waves"] < before["0"]
    assert race.run()
    assert race.contestants["0"].iterations > 0
    assert race.contestants["waves"].iterations == 0
    assert race.contestants["waves"].loss < 1e-3 * before["waves"]
    winner = race.leader.result()
    assert held_out(winner) == pytest.approx(race.leader.loss, rel=1e-3, abs=1e-20)


@pytest.mark.parametrize(("behind", "corrected"), [(0.0, True), (1e-3, False)])
def test_what_training_has_left_far_behind_waves_are_not_asked_to_correct(
    monkeypatch: pytest.MonkeyPatch, behind: float, corrected: bool
) -> None:
    """Random waves whose output layer is random say nothing of the problem."""
    monkeypatch.setattr("nas.training.race.race.BEHIND", behind)

    def contestants() -> dict[str, Mixture]:
        whole = Mixture([*POOL, WAVES], GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
        return mixtures() | {"waves": only(whole, [len(POOL)])}

    race = made(Meter(200.0, clock=Ticks(1.0)), contestants=contestants())
    assert race.run()
    assert race.leader.loss < 1e-3 * race.contestants["waves"].loss
    assert any("corrected" in stage for stage in race.meter.counts) == corrected
    again = made(Meter(0.0, race.meter.counts), contestants=contestants())
    assert again.run()
    assert facts(again) == facts(race)


def test_a_watcher_is_told_who_learns_and_how_well() -> None:
    told: list[Progress] = []
    race = made()
    race.run(watch=told.append)
    assert {one.phase for one in told} <= {f"race: {name}" for name in NAMES}
    assert [one.step for one in told] == sorted(one.step for one in told)
    done = [one.done for one in told]
    assert done == sorted(done)
    assert 0 < done[-1] <= 1


def test_with_more_time_it_goes_on_and_is_not_worse(tmp_path: Path) -> None:
    few = replace(SETTINGS, most_columns=50)  # no correction, which would be exact
    short = made(Meter(60.0, clock=Ticks(1.0)), few)
    assert short.run()
    checkpoint.save(tmp_path / "c", short.state())
    again = made(Meter(60.0, clock=Ticks(1.0)), few)
    again.restore(checkpoint.load(tmp_path / "c"))
    assert again.run()
    assert again.step == short.step  # nothing is left to be done
    longer = made(Meter(150.0, clock=Ticks(1.0)), few)
    longer.restore(checkpoint.load(tmp_path / "c"))
    assert longer.run()
    assert longer.step > short.step + 5
    assert longer.leader.loss <= short.leader.loss
    assert longer.left_in == short.left_in
    replayed = made(Meter(0.0, longer.meter.counts), few)
    assert replayed.run()
    assert replayed.meter.counts == longer.meter.counts
    for name, one in replayed.contestants.items():
        assert one.tuning.best_loss == longer.contestants[name].tuning.best_loss


def test_weights_of_other_networks_are_refused() -> None:
    """Those of the same shapes would be taken without a word."""
    race, others = made(), mixtures()
    others["0"], others["1"] = others["1"], others["0"]
    state = race.state()
    made().restore(state)
    with pytest.raises(ValueError, match=r"^contestants are \[.*\] there and \[.*\] here$"):
        made(contestants=others).restore(state)
