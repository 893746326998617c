"""The search: what it writes down before it chooses, and whom it may be told to keep."""

import pytest
import torch

from nas.training import resampling
from nas.training.loss import mixture_loss
from nas.training.search import GATE, SELECTION, Search
from nas.training.trainer import Trainer
from tests.training.problems import POISSON, settings, to


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampling, "CANDIDATES", 256)


def begun() -> Search:
    return Trainer(POISSON, settings()).search


def test_what_the_mixture_would_be_without_each_expert_is_known_before_any_is_dropped() -> None:
    search = to(begun(), GATE)
    assert all(outcome.leave_one_out is None for outcome in search.outcomes.values())
    to(search, SELECTION)
    whole = mixture_loss(POISSON, search.mixture, search._held_out)
    for index, outcome in search.outcomes.items():
        without = mixture_loss(POISSON, search.mixture, search._held_out, index)
        assert outcome.leave_one_out == pytest.approx(float(without / whole), rel=1e-6)


def test_evaluations_count_points_for_each_expert_that_learns() -> None:
    search = begun()
    chosen, pool = search.settings.warm_up, len(search.mixture.alive)
    for _ in range(2):
        search.advance()
    warm = 2 * pool * (chosen.interior + chosen.boundary)
    assert search.evaluations == warm
    to(search, GATE)
    before = search.evaluations
    search.advance()
    points = settings().sampler
    assert search.evaluations - before == pool * (points.interior + points.boundary)


def test_somebody_has_to_be_kept() -> None:
    search = to(begun(), GATE)
    search.selection.drop(1)
    with pytest.raises(
        ValueError, match=r"expected one of the experts at \[1\] to be alive .* got"
    ):
        search.keep([1])


def test_those_that_are_kept_are_as_if_no_others_had_been() -> None:
    search = to(begun(), GATE)
    own = {index: outcome.individual_loss for index, outcome in search.outcomes.items()}
    before = search.evaluations
    alone = {
        index: float(loss)
        for index, loss in zip(
            search.mixture.alive, search.individual_held_out_losses(), strict=True
        )
    }
    search.keep([0, 2])
    assert sorted(search.mixture.alive) == sorted(search.outcomes) == [0, 2]
    assert search.evaluations == before * 2 / len(search.mixture.pool)
    for index, loss in zip(search.mixture.alive, search.individual_held_out_losses(), strict=True):
        assert float(loss) == pytest.approx(alone[index], rel=1e-6)
    merit = torch.tensor(
        [
            1 / ((own[index] or 1) * search.mixture.expert_parameters(index))
            for index in search.mixture.alive
        ]
    )
    told = torch.softmax(search.mixture.gate.networks.biases[-1].squeeze(0), 0)
    torch.testing.assert_close(told, (merit / merit.sum()).to(told))
