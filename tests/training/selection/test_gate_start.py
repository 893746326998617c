"""What the gate starts from, by hand."""

import torch

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.training.selection import ByLossAndSize
from tests.training.problems import POISSON, POOL


def test_weights_are_inverse_to_loss_times_parameters() -> None:
    mixture = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    losses = [1e-2, 1e-4, 3.0, 0.5]
    weights = torch.softmax(ByLossAndSize()(losses, mixture), 0)
    merit = torch.tensor(
        [
            1 / (loss * mixture.expert_parameters(index))
            for loss, index in zip(losses, mixture.alive, strict=True)
        ],
        dtype=torch.float64,
    )
    torch.testing.assert_close(weights, merit / merit.sum())


def test_an_exact_expert_has_all_the_weight_and_no_infinity() -> None:
    mixture = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    scores = ByLossAndSize()([0.0, 1.0, 1.0, 1.0], mixture)
    assert scores.isfinite().all()
    assert torch.softmax(scores, 0)[0] > 1 - 1e-6


def test_a_hopeless_expert_has_a_finite_score_too() -> None:
    mixture = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    scores = ByLossAndSize()([1.0, 1e38, 1e306, 1.0], mixture)
    assert scores.isfinite().all()
    assert torch.softmax(scores, 0)[1:3].sum() < 1e-30
