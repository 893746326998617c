"""The pool learns in rounds: what each leaves, and the same digits however it is driven."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems.terms import PointCounts
from nas.search_spaces import Candidate
from nas.training import checkpoint
from nas.training.meter import Meter
from nas.training.physics_loss import HeldOutLoss
from nas.training.pool import PoolLearning, PoolSettings, Round, leaders
from nas.training.pool.learning import only
from nas.training.run_result import Progress
from nas.training.warm_up import method
from tests.training.problems import FEW, INVERSE, POISSON, POOL, sampler

WAVES = tuple(Candidate("sine", 1, width, scale=0.5, learns="output") for width in (6, 12))
ROUNDS = (
    Round(keep=64, counts=PointCounts(16, 4), until=0.4),
    Round(keep=3, counts=PointCounts(24, 4), until=0.7),
    Round(keep=1, counts=PointCounts(32, 4), until=1.0),
)
SETTINGS = PoolSettings(
    ROUNDS,
    waves_until=0.1,
    waves_patience=0.1,
    most_columns=100,
    method=method("gauss_newton", resampling=FEW),
)
# Of each round, by depth and width.
ITERATIONS = ({"1×8": 4, "2×6": 5}, {"1×8": 3, "2×6": 2}, {"1×8": 5, "2×6": 6})
COUNTS = {"waves": 2} | {
    f"round {number}: {shape}": count
    for number, some in enumerate(ITERATIONS, start=1)
    for shape, count in some.items()
}


def untrained(pool: tuple[Candidate, ...] = POOL + WAVES) -> Mixture:
    return Mixture(pool, GateSettings(1, 4), POISSON.domain.bounds, outputs=1, seed=0)


def made(
    meter: Meter | None = None, settings: PoolSettings = SETTINGS, mixture: Mixture | None = None
) -> PoolLearning:
    meter = meter or Meter(0.0, COUNTS)
    return PoolLearning(POISSON, mixture or untrained(), sampler(32, 4), settings, meter)


def numbers(mixture: Mixture) -> dict[int, list[list[float]]]:
    """All numbers of each expert, by its index."""
    return {
        index: [parameter[row].detach().flatten().tolist() for parameter in stack.parameters()]
        for stack in mixture.expert_stacks
        for row, (index, _) in enumerate(stack.members)
    }


def facts(pool: PoolLearning) -> dict[str, Any]:
    """All that must be equal, bit for bit."""
    return {
        "learnt": pool.learnt,
        "numbers": numbers(pool.mixture),
        "counts": pool.meter.counts,
        "evaluations": pool.evaluations,
    }


@pytest.fixture(scope="module")
def whole() -> PoolLearning:
    pool = made()
    assert pool.run()
    return pool


def test_each_round_has_the_leaders_of_the_one_before(whole: PoolLearning) -> None:
    trained = set(range(len(POOL)))
    before = {one.index: one.held_out_loss for one in whole.learnt if one.round == 0}
    assert set(before) == trained | {4, 5}
    before = {index: before[index] for index in trained}
    for number, settings in enumerate(ROUNDS[1:], start=1):
        now = {one.index: one.held_out_loss for one in whole.learnt if one.round == number}
        assert set(now) == set(leaders(before, whole.mixture.pool, settings.keep))
        before = now
    assert len(before) == 1


def test_the_iterations_of_each_round_are_noted(whole: PoolLearning) -> None:
    for one in whole.learnt:
        solved, learns = one.index >= len(POOL), whole.mixture.pool[one.index]
        shape = f"{learns.depth}×{learns.width}"
        assert one.iterations == (COUNTS["waves"] if solved else ITERATIONS[one.round][shape])
    assert whole.step == sum(whole.meter.counts.values())
    assert whole.meter.counts.items() <= COUNTS.items()
    assert whole.finished


class Ticks:
    """A clock that moves on by some seconds whenever it is looked at."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_each_candidate_has_an_equal_part_of_a_round_whatever_its_size() -> None:
    """Three small ones together have three times as much as a large one."""
    pool = tuple(Candidate(name, 1, 8) for name in ("sine", "tanh", "swish"))
    mixture = untrained((Candidate("tanh", 2, 16), *pool))
    rounds = (Round(keep=4, counts=PointCounts(8, 4), until=0.8),)
    learning = made(Meter(20.0, clock=Ticks(1 / 6)), replace(SETTINGS, rounds=rounds), mixture)
    assert learning.run()
    taken = learning.meter.taken
    assert taken["round 1: 2×16"] == pytest.approx(0.8 * 20 / 4, abs=2 / 3)
    assert taken["round 1: 1×8"] == pytest.approx(0.8 * 20 * 3 / 4, abs=2 / 3)
    assert {one.index: one.iterations for one in learning.learnt}.keys() == {0, 1, 2, 3}


def test_a_turn_that_was_late_leaves_less_to_the_next() -> None:
    """The second shape's turn ends where it would have, the first one's having taken too long."""
    ticks = Ticks(1 / 6)
    rounds = (Round(keep=4, counts=PointCounts(8, 4), until=0.8),)
    learning = made(Meter(20.0, clock=ticks), replace(SETTINGS, rounds=rounds), untrained(POOL))

    def late(progress: Progress) -> None:
        ticks.now += 38 / 3 if progress.step == 1 else 0.0

    assert learning.run(watch=late)
    assert learning.meter.counts["round 1: 1×8"] == 1
    assert learning.meter.taken["round 1: 2×6"] == pytest.approx(0.8 * 20 - 40 / 3, abs=2 / 3)


def test_the_latest_loss_of_each_is_that_of_its_network(whole: PoolLearning) -> None:
    mixture = whole.mixture
    losses = HeldOutLoss(POISSON, sampler(32, 4), mixture.centre).individual(mixture)
    expected = dict(zip(mixture.alive, losses, strict=True))
    assert whole.waves is None  # two solves find none
    expected |= {len(POOL): math.inf, len(POOL) + 1: math.inf}
    assert whole.losses == pytest.approx(expected, rel=1e-6)
    first = {one.index: one.held_out_loss for one in whole.learnt if one.round == 0}
    last = whole.learnt[-1]
    assert last.held_out_loss < first[last.index]


def test_those_not_in_a_later_round_keep_their_weights_bit_for_bit(whole: PoolLearning) -> None:
    """One round alone leaves them with the same numbers."""
    short = made(settings=replace(SETTINGS, rounds=ROUNDS[:1]))
    assert short.run()
    later = {one.index for one in whole.learnt if one.round > 0}
    first, last = numbers(short.mixture), numbers(whole.mixture)
    others = set(first) - later
    assert others
    assert {index: first[index] for index in others} == {index: last[index] for index in others}
    assert all(first[index] != last[index] for index in later)


def test_the_gate_is_not_touched(whole: PoolLearning) -> None:
    before, after = untrained().gate.state_dict(), whole.mixture.gate.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_where_random_waves_are_exact_nobody_else_learns(tmp_path: Path) -> None:
    pool = made(Meter(0.0, COUNTS | {"waves": 10**6}))
    assert pool.run()
    assert pool.finished
    assert pool.losses[len(POOL)] < 1e-20
    assert pool.losses[len(POOL) + 1] == math.inf  # they are not searched for twice
    assert set(pool.losses) == {len(POOL), len(POOL) + 1}
    assert set(pool.meter.counts) == {"waves"}
    checkpoint.save(tmp_path / "c", pool.state())
    again = made()
    again.restore(checkpoint.load(tmp_path / "c"))
    assert again.finished
    assert again.waves is not None
    assert pool.waves is not None
    got, expected = again.waves.state_dict(), pool.waves.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in got.items())


def test_counts_give_the_digits_that_the_clock_gave() -> None:
    timed = made(Meter(60.0, clock=Ticks(2.0)))
    assert timed.run()
    stages = {stage.split(":")[0] for stage in timed.meter.counts}
    assert stages == {"waves", "round 1", "round 2", "round 3"}  # else one had no time
    again = made(Meter(0.0, timed.meter.counts))
    assert again.run()
    assert facts(again) == facts(timed)


def stopped(after: int) -> Callable[[], bool]:
    asked = count(1)
    return lambda: next(asked) >= after


@pytest.mark.parametrize("after", [1, 2, 3, 5, 6, 7, 10, 11, 12, 13, 15, 17])
def test_stopped_anywhere_it_ends_with_the_same_digits(
    whole: PoolLearning, tmp_path: Path, after: int
) -> None:
    part = made()
    assert not part.run(stopped(after))
    checkpoint.save(tmp_path / "c", part.state())
    again = made()
    again.restore(checkpoint.load(tmp_path / "c"))
    assert again.run()
    assert facts(again) == facts(whole)


def test_after_the_end_it_can_be_restored(whole: PoolLearning, tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "c", whole.state())
    again = made()
    again.restore(checkpoint.load(tmp_path / "c"))
    assert again.finished
    assert again.run(lambda: True)
    assert facts(again) == facts(whole)


def test_stopped_at_the_same_call_it_goes_on(whole: PoolLearning) -> None:
    pool, stops = made(), 0
    while not pool.run(stopped(6)):
        stops += 1
    assert stops >= 2
    assert facts(pool) == facts(whole)


def test_an_expert_that_diverges_leaves_after_its_round() -> None:
    mixture = untrained(POOL)
    with torch.no_grad():
        for stack in mixture.expert_stacks:
            for row, (index, _) in enumerate(stack.members):
                if index == 1:
                    stack.weights[0][row] = torch.nan
    pool = made(mixture=mixture)
    assert pool.run()
    first = {one.index: one.held_out_loss for one in pool.learnt if one.round == 0}
    assert first[1] == torch.inf
    assert 1 not in {one.index for one in pool.learnt if one.round > 0}
    assert all(loss < torch.inf for index, loss in pool.losses.items() if index != 1)


def test_without_time_everybody_is_told_of_all_the_same() -> None:
    pool = made(Meter(1.0, spent=2.0))
    assert pool.run()
    assert set(pool.losses) == set(range(len(POOL + WAVES)))
    assert {one.iterations for one in pool.learnt} == {0}


@pytest.mark.parametrize("pool", [POOL[:1], WAVES, POOL[:1] + WAVES[:1]], ids=len)
def test_any_pool_will_do(pool: tuple[Candidate, ...]) -> None:
    learning = made(mixture=untrained(pool))
    assert learning.run()
    assert set(learning.losses) == set(range(len(pool)))


def test_a_watcher_is_told_of_each_iteration() -> None:
    told: list[Progress] = []
    pool = made(mixture=untrained(POOL))
    pool.run(watch=told.append)
    assert [one.step for one in told] == list(range(1, pool.step + 1))
    assert [one.experts for one in told[:9]] == [2] * 4 + [2] * 5  # two of each shape
    of_round = [sum(one.round == number for one in pool.learnt) for number in range(3)]
    assert of_round == [4, 3, 1]
    assert told[-1].experts == 1
    done = [one.done for one in told]
    assert done == sorted(done)
    assert done[-1] <= 1


def test_evaluations_are_points_for_each_that_learnt() -> None:
    pool = made(mixture=untrained(POOL))
    pool.run()
    points = [one.counts.interior + 2 for one in ROUNDS]  # and the two ends
    assert pool.evaluations == sum(one.iterations * points[one.round] for one in pool.learnt)


def test_only_some_are_as_they_were_and_a_single_one_rules() -> None:
    mixture = Mixture(
        POOL, GateSettings(1, 4), INVERSE.domain.bounds, 1, seed=0, unknown=[0.1, 0.2]
    )
    with torch.no_grad():
        for number, stack in enumerate(mixture.expert_stacks):
            assert stack.unknown is not None
            stack.unknown.add_(torch.arange(len(stack.members)).view(-1, 1) + 10.0 * number)
    before = numbers(mixture)
    pair, single = only(mixture, [3, 1]), only(mixture, [2])
    assert numbers(pair) == {index: before[index] for index in (1, 3)}
    assert torch.equal(pair.raw, mixture.raw)
    assert single.alive == [2]
    assert torch.equal(single.raw, mixture.raw_of(2))
    assert not torch.equal(single.raw, mixture.raw)
    assert numbers(mixture) == before
    assert sorted(mixture.alive) == [0, 1, 2, 3]
