"""Single networks in time: starts that differ, the same points, and a clock that ends them."""

from itertools import count

import pytest

from experiments.arena import training
from experiments.arena.columns.halving import SPACE, halves
from experiments.arena.columns.halving import run as halve
from experiments.arena.looks import Looks
from experiments.arena.truth import Truth
from nas import problems
from nas.search_spaces import Candidate
from nas.training.fine_tuning import FineTuning
from nas.training.physics_loss import HeldOutLoss
from nas.training.warm_up import WarmUp

# torch.func.jvp asks torch.jit for its rules.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")
BEAM, SMALL = problems.load("beam"), Candidate("tanh", 1, 6)


def looks_of_ticks(ticks: float = 1.0) -> Looks:
    """Looks by a clock that goes on by so much whenever it is read."""
    return Looks(BEAM, Truth(BEAM), map(float, count(0, ticks)).__next__)


def test_a_network_is_trained_until_its_time_is_over() -> None:
    looks = looks_of_ticks()
    training.train(BEAM, SMALL, 160.0, 0, looks)
    losses = [look.loss for look in looks.found]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0]
    assert looks.found[-1].seconds < 170
    assert (looks.told["starts"], looks.told["endings"]) == (1, ["the time was over"])


def test_time_that_is_over_at_once_leaves_a_look() -> None:
    looks = looks_of_ticks(ticks=100.0)
    training.train(BEAM, SMALL, 1.0, 0, looks)
    assert len(looks.found) == 1


def test_who_stalls_begins_anew_with_other_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[float] = []

    def stalls(self: FineTuning) -> None:
        if not self.ended:
            begun.append(self.held_out_loss)
        self.ended = "stalled"

    monkeypatch.setattr(FineTuning, "advance", stalls)
    monkeypatch.setattr(WarmUp, "finished", True)
    looks = looks_of_ticks()
    training.train(BEAM, SMALL, 30.0, 0, looks)
    assert looks.told["starts"] == len(begun) == len(set(begun)) > 2
    assert looks.best_loss == min(begun)


def test_all_starts_are_judged_on_the_same_points_and_seeds_on_others() -> None:
    first, second = (training.settings(BEAM, [SMALL], 0, start) for start in (0, 1))
    other = training.settings(BEAM, [SMALL], 1)
    assert first.sampler == second.sampler
    assert first.sampler.seed != other.sampler.seed
    assert len({first.seed, second.seed, other.seed}) == 3


def test_a_slice_ends_with_a_measured_loss() -> None:
    found = training.settings(BEAM, [SMALL, Candidate("sine", 1, 6)], 0)
    looks = looks_of_ticks()
    pool = found.mixture(BEAM)
    one = training.Tuning(BEAM, pool, found, 1)
    before = one.loss
    one.until(looks.seconds, looks)  # a single iteration
    assert one.loss < before
    assert looks.best_loss == one.loss
    assert sorted(pool.alive) == [0, 1]
    alone = HeldOutLoss(BEAM, found.sampler, pool.centre).individual(pool)[pool.alive.index(1)]
    assert before == pytest.approx(alone, rel=1e-3)  # it has begun as what the pool knows


def test_halving_ends_with_one_of_the_space_and_has_all_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert len(SPACE) == 36
    assert halves(36) == [36, 18, 9, 5, 3, 2, 1]
    monkeypatch.setattr(WarmUp, "finished", True)
    small = SPACE.grid(activations=["tanh"], depths=[1], widths=[4, 6, 8], scales=[1])
    monkeypatch.setattr("experiments.arena.columns.halving.SPACE", small)
    looks = looks_of_ticks()
    halve(BEAM, 60.0, 0, looks)
    assert looks.told["winner"] in {str(one) for one in small.candidates}
    assert looks.found[-1].loss < looks.found[0].loss
    assert looks.seconds > 60
