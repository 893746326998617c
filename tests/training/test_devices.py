"""Runs with experts on several devices end as those on one; the devices are the CPU, or GPUs."""

import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor

from nas.problems.terms import PointCounts
from nas.training import side_by_side as side_by_side_module
from nas.training.meter import Meter
from nas.training.pool import PoolSettings, Round
from nas.training.pool.learning import PoolLearning
from nas.training.residuals import MixtureResiduals
from nas.training.side_by_side import side_by_side
from nas.training.training_run import RunResult, TrainingRun
from nas.training.training_settings import TrainingSettings
from tests.training.problems import POISSON, sampler, settings

CPU = torch.device("cpu")
METHODS = ["gauss_newton", "adam"]
CLOSE = 1e-6  # sums are rounded in another order, and training multiplies what that makes


def spread(chosen: TrainingSettings, devices: int = 2) -> TrainingSettings:
    return replace(chosen, devices=(CPU,) * devices)


def at_step(run: TrainingRun, stop: int) -> bool:
    return run.step >= stop


def state(result: RunResult) -> dict[str, Tensor]:
    return dict(result.mixture.state_dict())


@pytest.mark.parametrize("by", METHODS)
def test_a_whole_run_is_as_on_one_device(by: str) -> None:
    chosen = settings(warm_up=by, dtype=torch.float64, steps=60, iterations=6)
    one, two = (TrainingRun(POISSON, each).run() for each in (chosen, spread(chosen)))
    assert [stack.slot for stack in TrainingRun(POISSON, spread(chosen)).mixture.expert_stacks] == [
        0,
        1,
    ]
    assert two.mixture.alive == one.mixture.alive
    assert len(one.mixture.alive) < len(chosen.pool)  # there were drops
    for name, value in state(one).items():
        torch.testing.assert_close(state(two)[name], value, rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize("by", METHODS)
def test_a_run_on_several_devices_goes_on_bit_for_bit(by: str, tmp_path: Path) -> None:
    chosen = spread(settings(warm_up=by, steps=60, iterations=6))
    whole = TrainingRun(POISSON, chosen).run()
    for stop in (3, 40, 80):
        path = tmp_path / f"{stop}.safetensors"
        run = TrainingRun(POISSON, chosen, path)
        run.run(should_stop=partial(at_step, run, stop))
        again = TrainingRun(POISSON, chosen, path).run()
        assert again.mixture.alive == whole.mixture.alive
        assert again.held_out_loss == whole.held_out_loss


def test_a_pool_learns_as_on_one_device() -> None:
    rounds = Round(3, PointCounts(16, 2), 0.5), Round(2, PointCounts(32, 2), 1.0)
    found = []
    for devices in (1, 3):
        chosen = spread(settings(dtype=torch.float64), devices)
        shapes = {f"{one.depth}×{one.width}" for one in chosen.pool}
        counts = {f"round {number}: {one}": 3 + number for number in (1, 2) for one in shapes}
        meter = Meter(seconds=0.0, counts=counts)
        pool = PoolLearning(
            POISSON,
            chosen.mixture(POISSON),
            sampler(64, 4),
            PoolSettings(rounds, method=chosen.warm_up.method),
            meter,
        )
        assert pool.run()
        found.append(pool.losses)
    one, three = found
    assert three.keys() == one.keys()
    assert list(three.values()) == pytest.approx(list(one.values()), rel=CLOSE)


def test_the_derivative_of_a_mixture_is_as_on_one_device() -> None:
    chosen = settings(dtype=torch.float64)
    points = sampler(16, 2).draw(0, CPU)
    one, three = (
        MixtureResiduals(POISSON, spread(chosen, devices).mixture(POISSON)).linearise(points)
        for devices in (1, 3)
    )
    assert torch.equal(three[0], one[0])
    assert torch.equal(three[1].dense(), one[1].dense())
    assert torch.equal(three[1].gram(), one[1].gram())


def test_each_device_has_a_thread_and_answers_keep_their_order() -> None:
    barrier = threading.Barrier(3, timeout=30)  # passed only if all are at work at once

    def task(number: int) -> int:
        barrier.wait()
        return number

    assert side_by_side([partial(task, number) for number in range(3)]) == [0, 1, 2]


def test_a_single_device_needs_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side_module, "ThreadPoolExecutor", None)
    assert side_by_side([lambda: 7]) == [7]


def test_what_is_wrong_on_a_device_is_raised() -> None:
    def wrong() -> int:
        raise ValueError("no such number")

    with pytest.raises(ValueError, match="no such number"):
        side_by_side([lambda: 1, wrong])


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="there are no two GPUs here")
def test_a_run_on_two_gpus_is_as_on_one() -> None:
    chosen = settings(dtype=torch.float64, steps=60, iterations=6)
    devices = tuple(torch.device(f"cuda:{index}") for index in range(2))
    one, two = (
        TrainingRun(POISSON, replace(chosen, devices=some)).run() for some in (devices[:1], devices)
    )
    assert two.mixture.alive == one.mixture.alive
    assert two.held_out_loss == pytest.approx(one.held_out_loss, rel=1e-3)
