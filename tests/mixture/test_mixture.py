"""The mixture against a plain loop over experts, and all its derivatives against autograd."""

from itertools import product

import pytest
import torch
from torch import Tensor

from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jets import Derivative, DerivativeSet, Laplacian
from nas.errors import UserError
from nas.mixture.gates import perceptron
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate
from tests.oracles import nested, relative

PLANE: list[Derivative] = [i for i in product(range(5), repeat=2) if 0 < sum(i) <= 4]
EVERY: list[Derivative] = [*PLANE, Laplacian((0, 1)), Laplacian((1,))]


def mixture(activations: list[str], gate: GateSettings, outputs: int = 2) -> Mixture:
    """Experts of two shapes and uneven bounds; the gate stirred so that λ depends on x."""
    pool = [Candidate(name, 1 + index % 2, 4 + index % 2) for index, name in enumerate(activations)]
    made = Mixture(pool, gate, [(-1.0, 3.0), (0.0, 0.5)], outputs, seed=4)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in made.parameters():
            noise = torch.rand(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.add_(0.6 * (noise - 0.5))
    return made


def points(count: int = 6) -> Tensor:
    generator = torch.Generator().manual_seed(2)
    low, high = torch.tensor([-1.0, 0.0]), torch.tensor([3.0, 0.5])
    return (low + (high - low) * torch.rand(count, 2, generator=generator)).double()


def by_loop(made: Mixture, x: Tensor, component: int) -> Tensor:
    """Σᵢ λᵢ(x) uᵢ(x), (B,), with plain matrix products, expert by expert."""
    scaled = (x - made.centre) / made.half_extent
    hidden = scaled
    assert isinstance(made.gate, perceptron.Gate)
    for weight, bias in zip(made.gate.weights, made.gate.biases, strict=True):
        hidden = ACTIVATIONS[made.gate.settings.activation](hidden @ weight + bias, 0)[0]
    shares = (hidden @ made.gate.out_weight.T + made.gate.out_bias).softmax(-1)
    total = torch.zeros(len(x), dtype=torch.float64)
    for column, index in enumerate(made.alive):
        (stack,) = (s for s in made.expert_stacks if index in [p for p, _ in s.members])
        row = [p for p, _ in stack.members].index(index)
        act = ACTIVATIONS[made.pool[index].activation]
        out = scaled
        layers = list(zip(stack.weights, stack.biases, strict=True))
        for depth, (weight, bias) in enumerate(layers):
            out = out @ weight[row] + bias[row]
            if depth < len(layers) - 1:
                out = act(out, 0)[0]
        total = total + shares[:, column] * out[:, component]
    return total


@pytest.mark.parametrize("gate", [GateSettings(2, 5, "tanh"), GateSettings(0, 1, "tanh")], ids=str)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_all_derivatives_of_the_mixture_agree_with_nested_autograd(
    name: str, gate: GateSettings
) -> None:
    made = mixture([name, name, "tanh"], gate)
    derivatives = DerivativeSet(EVERY, 2)
    x = points()
    jet = made(x, derivatives)
    for component in range(2):
        for index, key in enumerate(derivatives.keys):

            def value(x: Tensor, component: int = component) -> Tensor:
                return by_loop(made, x, component)

            expected = nested(value, x, key)
            assert relative(jet[index, :, component], expected) < 1e-10, (key, component)


def test_derivatives_of_the_gate_count() -> None:
    made = mixture(["sine", "tanh"], GateSettings(1, 4))
    derivatives = DerivativeSet([(1, 0)], 2)
    coordinates = made.coordinates(points(), derivatives)
    experts, logits = made.experts(coordinates, derivatives), made.logits(coordinates, derivatives)
    without_product_rule = (made.weights(logits).T.unsqueeze(-1) * experts[:, 1]).sum(0)
    assert relative(without_product_rule, made.mix(derivatives, logits, experts)[1]) > 1e-3


def test_parameter_gradients_agree_with_the_loop() -> None:
    made = mixture(["sine", "gelu", "swish", "softplus"], GateSettings(1, 4))
    x = points()
    parameters = list(made.parameters())
    got = torch.autograd.grad(made(x, DerivativeSet([], 2))[0, :, 0].square().sum(), parameters)
    expected = torch.autograd.grad(by_loop(made, x, 0).square().sum(), parameters)
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("index", range(5))
def test_a_drop_leaves_the_others_as_they_were(index: int) -> None:
    made = mixture(["sine", "tanh", "sine", "gelu", "swish"], GateSettings(1, 4))
    derivatives = DerivativeSet([(2, 0), (0, 1)], 2)
    coordinates = made.coordinates(points(), derivatives)
    before = dict(zip(made.alive, made.experts(coordinates, derivatives), strict=True))
    logits, experts = made.logits(coordinates, derivatives), made.experts(coordinates, derivatives)
    foreseen = made.mix(derivatives, logits, experts, without=index)
    parameters = made.parameters_alive
    changes = made.drop(index)

    assert index not in made.alive
    assert len(made.alive) == 4
    after = dict(zip(made.alive, made.experts(coordinates, derivatives), strict=True))
    for other, jet in after.items():
        torch.testing.assert_close(jet, before[other], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(made(points(), derivatives), foreseen, rtol=1e-12, atol=1e-12)
    gate_column = made.gate.networks.weights[-1].shape[-2] + 1
    assert made.parameters_alive == parameters - made.expert_parameters(index) - gate_column
    replaced = {new for new, _ in changes.values() if new is not None}
    assert replaced <= set(made.parameters())


def test_the_last_but_one_can_leave_and_the_last_rules() -> None:
    made = mixture(["sine", "tanh"], GateSettings(2, 4))
    made.drop(0)
    derivatives = DerivativeSet([(1, 0)], 2)
    coordinates = made.coordinates(points(), derivatives)
    logits = made.logits(coordinates, derivatives)
    assert torch.equal(made.weights(logits), torch.ones(6, 1, dtype=torch.float64))
    torch.testing.assert_close(
        made(points(), derivatives), made.experts(coordinates, derivatives)[0]
    )


def test_what_the_candidates_name_has_to_be_there() -> None:
    pool = [Candidate("tanh", 1, 4), Candidate("tanh", 1, 4, encoding="periodic y")]
    with pytest.raises(UserError, match=r"encoding: expected .* one of x, t, got 'y'"):
        Mixture(pool, GateSettings(), [(0.0, 1.0), (0.0, 1.0)], 1, seed=0, names=["x", "t"])


def test_the_same_pool_with_others_alive_takes_the_state() -> None:
    made = mixture(["sine", "tanh", "gelu"], GateSettings(1, 4))
    made.drop(1)
    again = made.with_alive(made.alive)
    again.load_state_dict(made.state_dict())
    derivatives = DerivativeSet([(1, 0)], 2)
    assert torch.equal(again(points(), derivatives), made(points(), derivatives))


def test_units_count_hidden_units_and_weights() -> None:
    made = mixture(["sine", "tanh"], GateSettings(2, 7))
    assert made.units == (1 * 4 + 2 * 5) + 2 * 7 + 2
    pool = [Candidate("sine", 1, 4), Candidate("sine", 1, 4, encoding="fourier 3")]
    encoded = Mixture(pool, GateSettings(1, 4), [(0.0, 1.0)], 1, seed=0)
    assert encoded.units == 4 + 4 + 4 + 2 * 3 + 2


def test_initial_weights_depend_on_seed_and_index_alone() -> None:
    gate = GateSettings(1, 4)
    bounds = [(-1.0, 1.0)]
    candidate = Candidate("tanh", 2, 8)
    small = Mixture([candidate, candidate], gate, bounds, 1, seed=7)
    large = Mixture([candidate, candidate, Candidate("sine", 2, 8)], gate, bounds, 1, seed=7)
    derivatives = DerivativeSet([], 1)
    x = torch.linspace(-1, 1, 5, dtype=torch.float64).unsqueeze(-1)
    first = dict(zip(small.alive, small.experts(x.unsqueeze(0), derivatives), strict=True))
    second = dict(zip(large.alive, large.experts(x.unsqueeze(0), derivatives), strict=True))
    assert not torch.equal(first[0], first[1])
    for index in (0, 1):
        torch.testing.assert_close(first[index], second[index], rtol=1e-12, atol=1e-14)


def with_unknown() -> Mixture:
    """Five experts of two shapes with two coefficients, all of which differ."""
    pool = [Candidate("tanh", 1 + index % 2, 4) for index in range(5)]
    bounds = [(-1.0, 3.0), (0.0, 0.5)]
    made = Mixture(pool, GateSettings(1, 4), bounds, 1, seed=4, unknown=[1.0, -2.0])
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.rand(parameter.shape, generator=generator, dtype=torch.float64))
    return made


@pytest.mark.parametrize("index", range(5))
def test_a_drop_leaves_the_unknown_coefficients_of_the_others(index: int) -> None:
    made = with_unknown()
    before = {other: made.raw_of(other).clone() for other in made.alive}
    assert len({tuple(raw.tolist()) for raw in (*before.values(), made.raw)}) == 6
    own, others = made.raw.clone(), set(before) - {index}
    changes = made.drop(index)
    assert all(torch.equal(made.raw_of(other), before[other]) for other in others)
    assert torch.equal(made.raw, own)
    left = {id(parameter) for parameter in made.parameters()}
    assert all(new is None or id(new) in left for new, _ in changes.values())
    with pytest.raises(ValueError, match="is not in list"):
        made.raw_of(index)


def test_no_gate_weights_the_unknown_coefficients() -> None:
    """Behind the fields of the mixture stand its own, of an expert alone the expert's."""
    made, derivatives = with_unknown(), DerivativeSet([(1, 0)], 2)
    coordinates = made.coordinates(points(), derivatives)
    alone = made.experts(coordinates, derivatives)
    fields = made.fields(coordinates, derivatives)
    assert torch.equal(alone[..., :1], fields)
    for row, index in enumerate(made.alive):
        assert torch.equal(alone[row, 0, :, 1:], made.raw_of(index).expand(6, 2))
    assert not alone[:, 1:, :, 1:].any()
    mixed = made(points(), derivatives)
    assert torch.equal(mixed[0, :, 1:], made.raw.expand(6, 2))
    assert not mixed[1:, :, 1:].any()
    logits = made.logits(coordinates, derivatives)
    for jets in (alone, fields):
        assert torch.equal(made.mix(derivatives, logits, jets), mixed)
    without = made.mix(derivatives, logits, alone, without=made.alive[0])
    assert torch.equal(without[..., 1:], mixed[..., 1:])
    assert not torch.equal(without[..., :1], mixed[..., :1])


def test_a_new_mixture_of_the_same_kind_has_room_for_the_unknown_coefficients() -> None:
    made = with_unknown()
    few = made.with_alive([1, 4])
    made.drop(0)
    made.drop(2)
    made.drop(3)
    few.load_state_dict(made.state_dict())
    assert torch.equal(few.raw, made.raw)
    assert torch.equal(few.raw_of(4), made.raw_of(4))


def test_the_mixtures_coefficients_start_from_those_of_an_expert() -> None:
    made = with_unknown()
    made.start_unknown(3)
    assert torch.equal(made.raw, made.raw_of(3))
    with torch.no_grad():
        made.raw.add_(1)  # a copy: what the mixture learns is not the expert's
    assert not torch.equal(made.raw, made.raw_of(3))


def test_a_mixture_of_any_candidates_repeats_itself_along_periodic_coordinates() -> None:
    pool = [
        Candidate("tanh", 2, 4),
        Candidate("sine", 1, 5, encoding="fourier 2"),
        Candidate("sine", 1, 5, encoding="periodic t"),
    ]
    bounds = [(-1.0, 3.0), (0.0, 0.5)]
    made = Mixture(pool, GateSettings(1, 4), bounds, 1, seed=0, names="xt", periodic=["x"])
    made.gate.prefer(torch.tensor([0.0, 1.0, 2.0]))
    left, right = points(), points()
    left[:, 0], right[:, 0] = -1.0, 3.0
    derivatives = DerivativeSet([(2, 1)], 2)
    here, there = made(left, derivatives), made(right, derivatives)
    assert relative(there.detach(), here.detach()) < 1e-12
    assert made.pool == tuple(pool)  # what was drawn
    assert made.gate.encoding == "periodic x"
    counted = sum(made.expert_parameters(index) for index in made.alive)
    assert counted == sum(one.numel() for one in made.stacks.parameters())
    again = made.with_alive(made.alive)
    again.load_state_dict(made.state_dict())
    assert torch.equal(again(left, derivatives), here)
