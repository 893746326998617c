"""The rivals are fair: the same loss, the same gradient, the same steps for the same parameters."""

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
import torch
from torch import Tensor

from experiments.benchmarks import ours as benchmarked
from experiments.benchmarks import rivals, settings
from experiments.benchmarks.rivals import nested
from experiments.benchmarks.rivals.parameters import Layers, networks
from nas.problems import Problem
from nas.training.loss import individual_losses
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
    rival = nested.Nested(ours.mixture, residual, ours.points.interior)
    expected = benchmarked.gradient(problem, ours.mixture, ours.points)
    assert relative(rival.gradient(), expected) < 1e-10
    wanted = networks(ours.mixture, of=gradient_of)
    for network, layers in zip(
        [*rival.mixture.experts, rival.mixture.gate], [*wanted.experts, wanted.gate], strict=True
    ):
        for got, want in zip(gradients(network), as_linear(layers), strict=True):
            assert relative(got, want) < 1e-9


def test_a_step_of_nested_autograd_is_ours() -> None:
    ours = stirred(settings.BURGERS)
    rival = nested.Nested(ours.mixture, nested.burgers, ours.points.interior)
    for _ in range(STEPS):
        expected, got = ours(), rival()
        assert float(got) == pytest.approx(float(expected), rel=1e-9)


@pytest.mark.parametrize("stacked", [True, False])
def test_a_step_in_jax_is_ours(stacked: bool) -> None:
    jax = pytest.importorskip("jax")
    in_jax = rivals.load("in_jax")
    assert in_jax is not None
    ours = stirred(settings.BURGERS)
    losses = []
    with jax.enable_x64(True):
        rival = in_jax.InJax(ours.mixture, ours.points.interior, stacked=stacked)
        losses += [rival() for _ in range(STEPS)]
    assert losses == pytest.approx([float(ours()) for _ in range(STEPS)], rel=1e-9)


@pytest.fixture
def in_deepxde() -> Iterator[ModuleType]:
    """DeepXDE in float64; its setting is torch's default too."""
    rival = rivals.load("in_deepxde")  # not deepxde itself, which writes into the home folder
    if rival is None:
        pytest.skip("DeepXDE is not installed")
    rival.deepxde.config.set_default_float("float64")
    yield rival
    rival.deepxde.config.set_default_float("float32")


def test_deepxde_has_each_experts_own_loss_and_learns(in_deepxde: ModuleType) -> None:
    ours = stirred(settings.BURGERS)
    rival = in_deepxde.InDeepxde(ours.mixture, ours.points.interior)
    own = individual_losses(settings.BURGERS, ours.mixture, ours.points)
    before = rival.losses()
    assert before == pytest.approx(own.tolist(), rel=1e-9)
    rival()
    assert all(after != one for after, one in zip(rival.losses(), before, strict=True))


@pytest.mark.parametrize("name", list(rivals.PACKAGES))
def test_a_rival_that_is_not_installed_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(name, monkeypatch)
    assert rivals.load(name) is None


def test_a_rival_that_breaks_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rivals.PACKAGES, "in_jax", "something_else")
    hide("in_jax", monkeypatch, package="jax")
    with pytest.raises(ImportError, match="jax"):
        rivals.load("in_jax")


def test_networks_come_in_the_mixtures_order() -> None:
    mixture = stirred(settings.BURGERS).mixture
    found = networks(mixture)
    assert found.candidates == [POOL[index] for index in mixture.alive]
    for candidate, layers in zip(found.candidates, found.experts, strict=True):
        assert [len(bias) for _, bias in layers] == [candidate.width] * candidate.depth + [1]


def hide(name: str, monkeypatch: pytest.MonkeyPatch, package: str | None = None) -> None:
    """Let the rival's package be missing."""
    monkeypatch.delitem(sys.modules, f"experiments.benchmarks.rivals.{name}", raising=False)
    monkeypatch.setitem(sys.modules, package or rivals.PACKAGES[name], None)
