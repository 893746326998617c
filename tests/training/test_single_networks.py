"""Every candidate alone: as good as by itself, wherever it is stopped."""

from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.calculus.jets import DerivativeSet
from nas.errors import UserError
from nas.mixture.mixture import Mixture
from nas.training import checkpoint
from nas.training.physics_loss import individual_losses, mixture_loss
from nas.training.single_networks import SingleNetwork, SingleNetworks
from nas.training.warm_up import WarmUp
from tests.training.problems import ENDS, POISSON, POOL, settings


def error(mixture: Mixture) -> float:
    """Relative L2 error on sin πx."""
    x = torch.linspace(0, 1, 101, dtype=torch.float64).unsqueeze(-1)
    truth = torch.sin(torch.pi * x)
    return float((mixture(x, DerivativeSet([], 1))[0].detach() - truth).norm() / truth.norm())


def reached(checks: Iterator[int], stop: int) -> bool:
    """Whether as many checks have been made."""
    return next(checks) >= stop


def facts(singles: list[SingleNetwork] | None) -> list[dict[str, Any]]:
    """All but the wall time, which no run has twice."""
    assert singles is not None
    return [vars(single) | {"seconds": None} for single in singles]


def test_each_candidate_learns_the_problem_alone() -> None:
    losses = []

    def measure(mixture: Mixture) -> float:
        points = settings().sampler.held_out(torch.device("cpu"))
        losses.append(float(mixture_loss(POISSON, mixture, points)))
        assert len(mixture.alive) == 1
        return error(mixture)

    singles = SingleNetworks(POISSON, settings(iterations=40), measure).run()
    assert singles is not None
    assert [single.index for single in singles] == list(range(len(POOL)))
    for single, loss in zip(singles, losses, strict=True):
        assert single.measured is not None
        assert single.measured < 1e-2
        assert single.held_out_loss < single.individual_loss
        assert single.held_out_loss == pytest.approx(loss, rel=1e-10)
        assert single.seconds > 0
        assert single.iterations <= 40
    assert min(single.measured or 1 for single in singles) < 1e-4


def test_the_warm_up_is_that_of_a_search_of_the_same_seed() -> None:
    chosen = settings(iterations=0)
    singles = SingleNetworks(POISSON, chosen).run()
    mixture = chosen.mixture(POISSON)
    warm_up = WarmUp(POISSON, mixture, chosen.sampler, chosen.warm_up)
    while not warm_up.finished:
        warm_up.advance()
    held_out = chosen.sampler.held_out(torch.device("cpu"))
    expected = dict(
        zip(mixture.alive, individual_losses(POISSON, mixture, held_out).tolist(), strict=True)
    )
    assert singles is not None
    for single in singles:
        assert single.individual_loss == pytest.approx(expected[single.index], rel=1e-4)
        assert single.parameters == mixture.expert_parameters(single.index)
        points = chosen.warm_up.counts.interior + ENDS
        assert single.evaluations == chosen.warm_up.iterations * points


@pytest.mark.parametrize("stops", [[0, 4], [7], [6, 9, 12]])
def test_interrupted_anywhere_it_ends_bit_for_bit_the_same(
    tmp_path: Path, stops: list[int]
) -> None:
    whole = SingleNetworks(POISSON, settings(), error).run()
    for stop in stops:
        path = tmp_path / "checkpoint"
        begun = SingleNetworks(POISSON, settings(), error, path)
        assert begun.run(partial(reached, count(), stop)) is None
        assert path.exists()
    resumed = SingleNetworks(POISSON, settings(), error, path)
    assert resumed.step > 0
    assert facts(resumed.run()) == facts(whole)


def test_no_more_is_lost_by_a_kill_than_was_promised(tmp_path: Path) -> None:
    """Killed at any iteration, also between two checks of the fine-tuning."""
    calls = count()

    def die() -> bool:
        if next(calls) == 9:
            raise KeyboardInterrupt
        return False

    path = tmp_path / "checkpoint"
    begun = SingleNetworks(POISSON, settings(), error, path, save_after=0.0)
    with pytest.raises(KeyboardInterrupt):
        begun.run(die)
    assert SingleNetworks(POISSON, settings(), error, path).step == begun.step == 9


def test_a_checkpoint_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    checkpoint.save(path, {"step": 3})
    with pytest.raises(
        UserError, match=r"expected a checkpoint of this run and of this version of the toolkit"
    ):
        SingleNetworks(POISSON, settings(), error, path)


def test_a_watcher_is_told_how_much_is_done() -> None:
    told: list[tuple[str, float]] = []
    SingleNetworks(POISSON, settings()).run(watch=lambda one: told.append((one.phase, one.done)))
    assert [done for _, done in told] == sorted(done for _, done in told)
    assert told[-1][1] == 1
    assert {phase for phase, _ in told} == {"warm-up", "fine-tuning"}
