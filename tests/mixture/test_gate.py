"""What every kind of gate promises, whatever it computes."""

import pytest
import torch

from nas.calculus.jets import DerivativeSet, Laplacian
from nas.errors import UserError
from nas.mixture.gate import Gate, GateSettings, build, kinds, settings, written
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate
from tests.oracles import relative

POOL = [Candidate("sine", 1, 3), Candidate("tanh", 2, 4), Candidate("gelu", 1, 3)]
VALUE = DerivativeSet([], 2)
KINDS = pytest.mark.parametrize("kind", kinds())


@pytest.fixture
def chosen(kind: str) -> GateSettings:
    """The kind as it is by default."""
    return settings(kind)


def points() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(7, 2, dtype=torch.float64, generator=generator)


@KINDS
def test_settings_survive_being_written(chosen: GateSettings) -> None:
    assert settings(**written(chosen)) == chosen


@KINDS
def test_weights_are_uniform_until_one_is_preferred_and_dropped(chosen: GateSettings) -> None:
    mixture = Mixture(POOL, chosen, [(0.0, 1.0), (-1.0, 1.0)], 1, seed=0)
    jet = mixture.coordinates(points(), VALUE)
    uniform = torch.full((7, 3), 1 / 3, dtype=torch.float64)
    torch.testing.assert_close(mixture.weights(mixture.logits(jet, VALUE)), uniform)
    mixture.gate.prefer(torch.log(torch.tensor([2.0, 1.0, 1.0], dtype=torch.float64)))
    expected = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64).expand(7, 3)
    torch.testing.assert_close(mixture.weights(mixture.logits(jet, VALUE)), expected)
    mixture.drop(mixture.alive[0])
    torch.testing.assert_close(mixture.weights(mixture.logits(jet, VALUE)), expected[:, 1:] * 2)


@KINDS
def test_plain_module_is_the_gate(chosen: GateSettings) -> None:
    mixture = Mixture(POOL, chosen, [(-1.0, 1.0), (-1.0, 1.0)], 1, seed=0)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in mixture.gate.parameters():
            parameter.add_(torch.rand(parameter.shape, generator=generator))
    (module,) = mixture.gate.networks.modules()
    expected = mixture.logits(mixture.coordinates(points(), VALUE), VALUE)[0]
    torch.testing.assert_close(module(points()), expected, rtol=1e-13, atol=1e-13)


@KINDS
def test_a_mixture_of_periodic_candidates_is_periodic(chosen: GateSettings) -> None:
    """Gate and all; in x alone, where all are."""
    pool = [
        Candidate("sine", 1, 3, encoding="periodic x 2"),
        Candidate("tanh", 2, 4, encoding="periodic x t"),
    ]
    mixture = Mixture(pool, chosen, [(1.0, 3.0), (0.0, 1.0)], 1, seed=0, names=["x", "t"])
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in mixture.parameters():
            parameter.add_(torch.rand(parameter.shape, generator=generator))
    derivatives = DerivativeSet([(2, 1), (0, 4), Laplacian((0, 1))], 2)
    left = points()
    left[:, 0] = 1.0
    further = [left + torch.tensor(step, dtype=torch.float64) for step in ([2.0, 0.0], [0.0, 1.0])]
    here, along_x, along_t = (mixture(side, derivatives) for side in (left, *further))
    for one, other in zip(along_x, here, strict=True):
        assert relative(one, other) < 1e-12
    assert relative(along_t[0], here[0]) > 1e-2


@KINDS
def test_all_that_learns_stands_in_the_layers(chosen: GateSettings) -> None:
    """So that Gauss–Newton, which sees the layers alone, moves the whole gate."""
    gate = build(chosen, "raw", ["x", "y"], experts=3, seed=0)
    layers = [*gate.networks.weights, *gate.networks.biases]
    assert sum(layer.numel() for layer in layers) == sum(p.numel() for p in gate.parameters())
    assert chosen.describe()
    assert isinstance(gate, Gate)


def test_unknown_kind() -> None:
    with pytest.raises(UserError, match=r"gate\.kind: expected one of .*perceptron.*, got 'wall'"):
        settings("wall")
