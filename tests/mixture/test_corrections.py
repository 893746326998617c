"""What is added outside the gate, against plain matrix products and nested autograd."""

from itertools import product

import pytest
import torch
from torch import Tensor

from nas.calculus.jets import Derivative, DerivativeSet, Laplacian
from nas.errors import UserError
from nas.mixture.corrections import Correction, Corrections
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate
from tests.oracles import nested, relative

DOUBLE = torch.float64
EVERY: list[Derivative] = [
    *(i for i in product(range(4), repeat=2) if 0 < sum(i) <= 3),
    Laplacian((0, 1)),
]
VALUES = DerivativeSet([], 2)
WAVES = Candidate("sine", 1, 20)
BOUNDS = [(-1.0, 3.0), (0.0, 0.5)]

Layers = tuple[list[Tensor], list[Tensor]]


def mixture(experts: int = 3, outputs: int = 2, unknown: tuple[float, ...] = ()) -> Mixture:
    """Experts of two shapes; the gate stirred so that λ depends on x."""
    pool = [Candidate("tanh", 1 + index % 2, 5) for index in range(experts)]
    made = Mixture(pool, GateSettings(1, 4), BOUNDS, outputs, seed=4, unknown=unknown)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator, dtype=DOUBLE))
    return made


def layers(seed: int, width: int = 20, outputs: int = 2, sees: int = 2) -> Layers:
    """Hidden weights (D, K), output (K, C), and biases (K,), (C,)."""
    generator = torch.Generator().manual_seed(seed)
    shapes = (sees, width), (width, outputs), (width,), (outputs,)
    drawn = [torch.randn(shape, generator=generator, dtype=DOUBLE) for shape in shapes]
    return drawn[:2], drawn[2:]


def points() -> Tensor:
    generator = torch.Generator().manual_seed(2)
    low, high = torch.tensor(BOUNDS, dtype=DOUBLE).unbind(-1)
    return low + (high - low) * torch.rand(6, 2, generator=generator, dtype=DOUBLE)


def waves(x: Tensor, numbers: Layers) -> Tensor:
    """sin(ξ W + b) V + c at points (B, D), with plain matrix products."""
    (hidden, output), (phase, offset) = numbers
    scaled = (x - torch.tensor([1.0, 0.25])) / torch.tensor([2.0, 0.25])
    return torch.sin(scaled @ hidden + phase) @ output + offset


def gated(made: Mixture, x: Tensor) -> Tensor:
    """Σᵢ λᵢ(x) uᵢ(x) of plain modules."""
    scaled = (x - made.centre) / made.half_extent
    experts = [module for stack in made.networks for module in stack.modules()]
    (gate,) = made.gate.networks.modules()
    each = torch.stack([expert(scaled) for expert in experts], dim=-1)  # (B, C, E)
    mixed: Tensor = (each * gate(scaled).softmax(-1).unsqueeze(1)).sum(-1)
    return mixed


@pytest.mark.parametrize("experts", [3, 1])
def test_all_derivatives_of_the_sum_agree_with_nested_autograd(experts: int) -> None:
    first, second = layers(1), layers(2, width=7)
    made = mixture(experts)
    both = made.corrected(WAVES, *first).corrected(Candidate("sine", 1, 7), *second)
    x, derivatives = points(), DerivativeSet(EVERY, 2)
    jet = both(x, derivatives)
    for component, (index, key) in product(range(2), enumerate(derivatives.keys)):

        def value(x: Tensor, component: int = component) -> Tensor:
            total = gated(made, x) + waves(x, first) + waves(x, second)
            return total[:, component]

        assert relative(jet[index, :, component], nested(value, x, key)) < 1e-10, (key, component)


def test_each_way_to_the_jet_adds_them_once() -> None:
    """By `forward`, by parts, with an expert left out and with it dropped."""
    made, numbers = mixture(), layers(1)
    both, x = made.corrected(WAVES, *numbers), points()
    derivatives = DerivativeSet([(2, 0), (0, 1)], 2)
    coordinates = both.coordinates(x, derivatives)
    added = both.corrections.jet(coordinates, derivatives)
    assert added is not None
    torch.testing.assert_close(added[0], waves(x, numbers), rtol=1e-12, atol=1e-12)
    logits, experts = (of(coordinates, derivatives) for of in (both.logits, both.fields))
    assert torch.equal(
        both.mix(derivatives, logits, experts, correction=added), both(x, derivatives)
    )
    for without in (None, 1):
        expected = made(x, derivatives, without) + added
        assert torch.equal(both(x, derivatives, without), expected)
    # An expert by itself is what it is without them.
    alone = both.experts(coordinates, derivatives)
    assert torch.equal(alone, made.experts(coordinates, derivatives))


def test_a_corrected_mixture_cannot_be_mixed_without_its_correction() -> None:
    both, x = mixture().corrected(WAVES, *layers(1)), points()
    coordinates = both.coordinates(x, VALUES)
    parts = both.logits(coordinates, VALUES), both.fields(coordinates, VALUES)
    with pytest.raises(ValueError, match="expected the jet of 1 corrections to add, got none"):
        both.mix(VALUES, *parts)


def test_a_drop_keeps_every_bit_of_them() -> None:
    both, x = mixture().corrected(WAVES, *layers(1)), points()
    before = both.corrections.jet(both.coordinates(x, VALUES), VALUES)
    state = {name: value.clone() for name, value in both.corrections.state_dict().items()}
    changes = both.drop(1)
    after = both.corrections.jet(both.coordinates(x, VALUES), VALUES)
    assert before is not None
    assert after is not None
    assert torch.equal(before, after)
    assert all(torch.equal(state[name], of) for name, of in both.corrections.state_dict().items())
    assert not {id(one) for one in both.corrections.parameters()} & {id(old) for old in changes}


def test_a_new_mixture_of_the_same_kind_has_them() -> None:
    both, x = mixture().corrected(WAVES, *layers(1)), points()
    few = both.with_alive([2])
    coordinates = both.coordinates(x, VALUES)
    got, expected = (one.corrections.jet(coordinates, VALUES) for one in (few, both))
    assert got is not None
    assert expected is not None
    assert torch.equal(got, expected)
    both.drop(0)
    both.drop(1)
    few.load_state_dict(both.state_dict())
    assert torch.equal(few(x, VALUES), both(x, VALUES))


def test_they_follow_the_mixtures_precision() -> None:
    both, x = mixture().corrected(WAVES, *layers(1)), points()
    expected = both(x, VALUES).detach()
    single = both.float()
    assert single(x, VALUES).dtype == torch.float32
    assert relative(single(x, VALUES).detach().double(), expected) < 1e-4
    assert single.with_alive([0]).corrections.networks[0].weights[0].dtype == torch.float32
    assert single.corrected(WAVES, *layers(2))(x, VALUES).dtype == torch.float32


def test_the_mixture_that_is_corrected_stays_as_it_was() -> None:
    made, x = mixture(), points()
    before, state = made(x, VALUES).detach().clone(), set(made.state_dict())
    both = made.corrected(WAVES, *layers(1))
    assert torch.equal(made(x, VALUES), before)
    assert not torch.equal(both(x, VALUES), before)
    assert (len(made.corrections), len(both.corrections)) == (0, 1)
    assert set(both.state_dict()) - state == {
        f"corrections.0.{kind}.{layer}" for kind in ("weights", "biases") for layer in (0, 1)
    }


def test_one_is_solved_on_top_of_the_others_and_stands_behind_them() -> None:
    twice = mixture().corrected(WAVES, *layers(1)).corrected(Candidate("tanh", 1, 9), *layers(2, 9))
    assert list(map(str, twice.corrections.candidates)) == ["sine 1×20", "tanh 1×9"]
    assert torch.equal(twice.corrections.networks[0].weights[0][0], layers(1)[0][0])


def test_they_count_as_numbers_and_as_memory_and_do_not_learn() -> None:
    made = mixture()
    both = made.corrected(WAVES, *layers(1))
    held = 2 * 20 + 20 * 2 + 20 + 2
    assert both.parameters_alive == made.parameters_alive + held
    assert both.parameters_learning == made.parameters_learning
    assert both.units == made.units + 20
    assert both.alive == made.alive
    both(points(), VALUES).square().sum().backward()
    assert all(one.grad is None for one in both.corrections.parameters())
    assert all(one.grad is not None for one in both.stacks.parameters())
    alone = mixture(1).corrected(WAVES, *layers(1))
    assert alone.parameters_learning == alone.expert_parameters(0)


def test_new_raw_values_of_unknown_coefficients_come_with_one() -> None:
    made = mixture(unknown=(1.0, -2.0))
    new = torch.tensor([0.5, 3.0], dtype=DOUBLE)
    both, x = made.corrected(WAVES, *layers(1), new), points()
    jet = both(x, DerivativeSet([(1, 0)], 2))
    assert torch.equal(jet[0, :, 2:], new.expand(6, 2))
    assert not jet[1, :, 2:].any()
    assert not torch.equal(made.raw, new)
    assert torch.equal(made.corrected(WAVES, *layers(1)).raw, made.raw)
    with pytest.raises(
        ValueError, match=r"unknown: expected 2 raw values, got torch.Size\(\[1\]\)"
    ):
        made.corrected(WAVES, *layers(1), new[:1])
    with pytest.raises(ValueError, match="unknown: expected 0 raw values"):
        mixture().corrected(WAVES, *layers(1), new)


def test_they_repeat_themselves_where_the_experts_do() -> None:
    pool = [Candidate("tanh", 2, 4)]
    made = Mixture(pool, GateSettings(1, 4), BOUNDS, 1, seed=0, names="xt", periodic=["x"])
    both = made.corrected(WAVES, *layers(1, outputs=1, sees=3))  # sin πξ, cos πξ and t
    assert [one.encoding for one in both.corrections.candidates] == ["periodic x"]
    left, right = points(), points()
    left[:, 0], right[:, 0] = BOUNDS[0]
    derivatives = DerivativeSet([(2, 1)], 2)
    assert relative(both(right, derivatives), both(left, derivatives).detach()) < 1e-12
    again = both.with_alive([0])
    again.load_state_dict(both.state_dict())
    assert torch.equal(again(left, derivatives), both(left, derivatives))


def test_nothing_is_added_until_numbers_are_there() -> None:
    plain, room = (
        Mixture([WAVES], GateSettings(1, 4), BOUNDS, 2, seed=0, corrections=corrections)
        for corrections in ([], [WAVES])
    )
    assert torch.equal(room(points(), VALUES), plain(points(), VALUES))
    assert Corrections([], ["x"], 1).jet(points()[None], VALUES) is None


def test_layers_of_other_shapes_are_refused() -> None:
    made = mixture()
    with pytest.raises(
        ValueError,
        match=r"sine 1×20: expected weights and then biases of the shapes "
        r"\[\(2, 20\), \(20, 2\), \(20,\), \(2,\)\], got \[\(2, 19\), ",
    ):
        made.corrected(WAVES, *layers(1, width=19))
    (hidden, output), biases = layers(1)
    with pytest.raises(ValueError, match=r"got \[\(2, 20\), \(20,\), \(2,\)\]"):
        made.corrected(WAVES, [hidden], biases)
    assert output.shape == (20, 2)


def test_what_no_network_can_be_made_of_is_refused() -> None:
    with pytest.raises(UserError, match="activation: expected one of sine, tanh"):
        Correction(Candidate("sin", 1, 20), ["x", "t"], 1)
    with pytest.raises(UserError, match="encoding: expected coordinates of the problem"):
        mixture().corrected(Candidate("sine", 1, 20, encoding="periodic y"), *layers(1))
