"""Baselines are fair: the same loss, gradient and steps for the same parameters."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import pytest
import torch
from torch import Tensor

from experiments.benchmarks import settings
from experiments.benchmarks.baselines import nested
from experiments.benchmarks.baselines.parameters import Layers, networks
from nas.problems import Problem
from nas.training.physics_loss import individual_losses
from tests.benchmarks.pools import POOL, stirred
from tests.oracles import relative

STEPS = 3


def gradient_of(tensor: Tensor) -> Tensor:
    assert tensor.grad is not None
    return tensor.grad


def gradients(sequential: torch.nn.Module) -> list[Tensor]:
    return [gradient_of(parameter) for parameter in sequential.parameters()]


def as_linear(layers: Layers) -> list[Tensor]:
    """Weights and biases in the order and the shapes of PyTorch's linear layers."""
    return [part for weight, bias in layers for part in (weight.T, bias)]


@pytest.mark.parametrize(
    ("problem", "residual"),
    [
        (settings.BURGERS, nested.burgers),
        (settings.POISSON, nested.poisson),
        (settings.PLATE, nested.plate),
    ],
    ids=["burgers", "poisson", "plate"],
)
def test_nested_autograd_has_our_loss_and_our_gradient(
    problem: Problem, residual: nested.Residual
) -> None:
    ours = stirred(problem)
    baseline = nested.Nested(ours.mixture, residual, ours.points.interior)
    assert relative(baseline.gradient(), ours.gradient()) < 1e-10
    wanted = networks(ours.mixture, of=gradient_of)
    for network, layers in zip(
        [*baseline.experts, baseline.gate], [*wanted.experts, wanted.gate], strict=True
    ):
        for got, want in zip(gradients(network), as_linear(layers), strict=True):
            assert relative(got, want) < 1e-9


def test_a_step_of_nested_autograd_is_ours() -> None:
    ours = stirred(settings.BURGERS)
    baseline = nested.Nested(ours.mixture, nested.burgers, ours.points.interior)
    for _ in range(STEPS):
        expected, got = ours(), baseline()
        assert float(got) == pytest.approx(float(expected), rel=1e-9)


@pytest.mark.parametrize("stacked", [True, False])
def test_a_step_in_jax_is_ours(stacked: bool) -> None:
    jax = pytest.importorskip("jax")
    in_jax = import_module("experiments.benchmarks.baselines.in_jax")
    ours = stirred(settings.BURGERS)
    losses = []
    with jax.enable_x64(True):
        baseline = in_jax.InJax(ours.mixture, ours.points.interior, stacked=stacked)
        losses += [baseline() for _ in range(STEPS)]
    assert losses == pytest.approx([float(ours()) for _ in range(STEPS)], rel=1e-9)


@pytest.fixture
def in_deepxde() -> Iterator[ModuleType]:
    """DeepXDE in float64; its setting is torch's default too."""
    if find_spec("deepxde") is None:
        pytest.skip("DeepXDE is not installed")
    module = import_module("experiments.benchmarks.baselines.in_deepxde")
    module.deepxde.config.set_default_float("float64")
    yield module
    module.deepxde.config.set_default_float("float32")


def test_deepxde_has_each_experts_individual_loss_and_learns(in_deepxde: ModuleType) -> None:
    ours = stirred(settings.BURGERS)
    baseline = in_deepxde.InDeepxde(ours.mixture, ours.points.interior)
    individual = individual_losses(settings.BURGERS, ours.mixture, ours.points)
    before = baseline.losses()
    assert before == pytest.approx(individual.tolist(), rel=1e-9)
    baseline()
    assert all(after != one for after, one in zip(baseline.losses(), before, strict=True))


def test_networks_come_in_the_mixtures_order() -> None:
    mixture = stirred(settings.BURGERS).mixture
    found = networks(mixture)
    assert found.candidates == [POOL[index] for index in mixture.alive]
    for candidate, layers in zip(found.candidates, found.experts, strict=True):
        assert [len(bias) for _, bias in layers] == [candidate.width] * candidate.depth + [1]
