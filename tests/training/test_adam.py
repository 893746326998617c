"""Optimiser state follows a drop."""

import pytest
import torch
from torch import nn

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.training.adam import adam, cosine, follow, set_learning_rates
from tests.training.problems import POISSON, POOL


def trained() -> tuple[Mixture, torch.optim.Adam]:
    """A mixture with Adam moments that differ from entry to entry."""
    mixture = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    optimiser = adam(1e-3, mixture.parameters())
    generator = torch.Generator().manual_seed(0)
    for _ in range(3):
        for parameter in mixture.parameters():
            parameter.grad = torch.randn(
                parameter.shape, generator=generator, dtype=parameter.dtype
            )
        optimiser.step()
    return mixture, optimiser


@pytest.mark.parametrize("index", range(4))
def test_moments_of_the_others_stay_and_those_of_the_dropped_go(index: int) -> None:
    mixture, optimiser = trained()
    before = {p: optimiser.state[p]["exp_avg"].clone() for p in mixture.parameters()}
    changes = mixture.drop(index)
    follow(optimiser, changes)

    assert set(optimiser.state) == set(mixture.parameters())
    assert list(optimiser.param_groups[0]["params"]) == list(mixture.parameters())
    for old, (new, rows) in changes.items():
        if new is not None:
            assert torch.equal(optimiser.state[new]["exp_avg"], before[old][rows])
            assert optimiser.state[new]["step"] == 3
    for parameter in mixture.parameters():
        assert optimiser.state[parameter]["exp_avg_sq"].shape == parameter.shape


def test_a_step_after_a_drop_moves_the_others_as_if_nothing_had_happened() -> None:
    with_drop, without = trained(), trained()
    follow(with_drop[1], with_drop[0].drop(1))
    for mixture, optimiser in (with_drop, without):
        for parameter in mixture.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimiser.step()
    kept = [column for column, index in enumerate(without[0].alive) if index != 1]
    got, expected = (one[0].gate.networks.biases[-1] for one in (with_drop, without))
    torch.testing.assert_close(got, expected[:, kept])


def test_a_drop_before_the_first_step_needs_no_state() -> None:
    mixture = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    optimiser = adam(1e-3, mixture.parameters())
    follow(optimiser, mixture.drop(0))
    assert not optimiser.state
    assert list(optimiser.param_groups[0]["params"]) == list(mixture.parameters())


def test_cosine_falls_from_one_to_its_floor() -> None:
    assert cosine(0.0, floor=0.1) == pytest.approx(1.0)
    assert cosine(0.5, floor=0.0) == pytest.approx(0.5)
    assert cosine(1.0, floor=0.1) == pytest.approx(0.1)
    assert cosine(7.0, floor=0.1) == pytest.approx(0.1)


def test_learning_rate_is_set_for_all() -> None:
    optimiser = adam(1e-3, [nn.Parameter(torch.zeros(1))], [nn.Parameter(torch.zeros(1))])
    set_learning_rates(optimiser, [0.5, 0.25])
    assert optimiser.param_groups[0]["lr"] == 0.5
