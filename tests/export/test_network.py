"""The plain network against the mixture's own Taylor arithmetic, two independent paths."""

from itertools import product

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jets import DerivativeSet
from nas.errors import UserError
from nas.export.architecture import Measured, ProblemFacts, UnknownValue
from nas.export.conversion import describe, plain_state
from nas.export.network import ExportedMixture
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.search_spaces.candidates import Candidate
from tests.export import cooled_plate, made_campaign
from tests.export.exact_string import FACTS, STRING, at_start
from tests.oracles import nested, relative

PLANE = made_campaign.PROBLEM
LINE = PLANE | {"coordinates": ["x"], "bounds": [[-1.0, 3.0]], "fields": ["u"]}
SPACE = PLANE | {
    "coordinates": ["x", "y", "t"],
    "bounds": [[0.0, 1.0], [-2.0, 5.0], [0.0, 0.01]],
    "fields": ["u", "v", "p"],
}
MEASURED = Measured(
    run="0000-0", held_out_loss=1.0, relative_l2=None, experts_before=5, experts_after=4,
    parameters_before=2, parameters_after=1,
)  # fmt: skip


def plain(mixture: Mixture, problem: ProblemFacts) -> ExportedMixture:
    """The network with the mixture's weights."""
    described = describe(mixture, problem, {}, MEASURED)
    network = ExportedMixture(described)
    network.load_state_dict(plain_state(mixture))
    return network


def facts(problem: dict[str, object]) -> ProblemFacts:
    known = {name: problem[name] for name in ProblemFacts.model_fields if name in problem}
    return ProblemFacts.model_validate(known, strict=False)


CASES = {
    "every activation": (made_campaign.mixture(), PLANE),
    **{
        f"{name} alone": (made_campaign.mixture([Candidate(name, 2, 6)] * 2), PLANE)
        for name in ACTIVATIONS
    },
    "two dropped": (made_campaign.mixture(drop=[3, 0]), PLANE),
    "linear gate": (made_campaign.mixture(gate=GateSettings(0, 9, "sine"), drop=[2]), PLANE),
    "swish gate": (made_campaign.mixture(gate=GateSettings(1, 5, "swish")), PLANE),
    "every axis": (
        made_campaign.mixture(
            [
                Candidate("sine", 1, 6, 10.0),
                Candidate("tanh", 2, 5, encoding="fourier 2"),
                Candidate("gelu", 2, 5, 0.5, "periodic x 2"),
            ]
        ),
        PLANE,
    ),
    "a periodic gate": (
        made_campaign.mixture(
            [
                Candidate("sine", 1, 6, 10.0, "periodic t"),
                Candidate("tanh", 2, 5, 1.0, "periodic t x 2"),
            ]
        ),
        PLANE,
    ),
    "corrected": (
        made_campaign.mixture(
            drop=[2],
            corrections=[
                Candidate("sine", 1, 30, 0.5),
                Candidate("sine", 1, 30, 1.0, "periodic t"),
            ],
        ),
        PLANE,
    ),
    "one survivor, corrected": (
        made_campaign.mixture(drop=[0, 1, 2, 4], corrections=[Candidate("sine", 1, 30)]),
        PLANE,
    ),
    "one survivor": (made_campaign.mixture(drop=[0, 1, 2, 4]), PLANE),
    "one coordinate": (made_campaign.mixture(drop=[1], problem=LINE), LINE),
    "three of each": (made_campaign.mixture(drop=[4], problem=SPACE), SPACE),
}


@pytest.mark.parametrize("case", CASES)
def test_network_is_the_mixture_up_to_second_derivatives(case: str) -> None:
    mixture, problem = CASES[case]
    network = plain(mixture, facts(problem))
    dimension = mixture.inputs
    keys = [key for key in product(range(3), repeat=dimension) if sum(key) <= 2]
    low, high = torch.tensor(problem["bounds"], dtype=torch.float64).unbind(-1)
    points = low + (high - low) * torch.rand(17, dimension, dtype=torch.float64)
    derivatives = DerivativeSet(keys, dimension)
    jet = mixture(points, derivatives).detach()
    for key, field in product(keys, range(mixture.outputs)):

        def function(x: Tensor, field: int = field) -> Tensor:
            value: Tensor = network(x)[:, field]
            return value

        got = nested(function, points, key)
        assert relative(got, jet[derivatives.index[key], :, field]) < 1e-12, (key, field)


def test_network_gives_the_fields_in_their_own_units_and_meets_exact_conditions() -> None:
    mixture = made_campaign.mixture(problem=FACTS)
    network = plain(mixture, facts(FACTS))
    points = torch.rand(9, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    keys = DerivativeSet([(2, 0), (0, 2)], 2)
    expected = STRING.physical(mixture(points, keys), keys, points).detach()
    for index, key in enumerate(keys.keys):
        got = nested(lambda x: network(x)[:, 0], points, key)
        assert relative(got, expected[index, :, 0]) < 1e-12, key
    moved, start = at_start(points)
    torch.testing.assert_close(network(moved)[:, 0], start, rtol=1e-14, atol=1e-13)


def test_a_field_jumps_between_conditions_and_has_derivatives_up_to_the_edge() -> None:
    mixture = made_campaign.mixture(problem=cooled_plate.FACTS)
    network = plain(mixture, facts(cooled_plate.FACTS))
    points = torch.rand(9, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    keys = DerivativeSet([(2, 0, 0), (0, 2, 0), (0, 0, 1)], 3)
    expected = cooled_plate.COOLED.physical(mixture(points, keys), keys, points).detach()
    edges = torch.tensor([[0.0, 2.0, 1.0], [0.0, 1.0, 0.0], [0.0, 2.0, 0.0]]).double()
    for index, key in enumerate(keys.keys):
        got = nested(lambda x: network(x)[:, 0], points, key)
        assert relative(got, expected[index, :, 0]) < 1e-12, key
        assert nested(lambda x: network(x)[:, 0], edges, key).isfinite().all(), key


def test_weights_are_those_of_the_gate() -> None:
    mixture = made_campaign.mixture(drop=[1])
    points = torch.rand(5, 2, dtype=torch.float64)
    derivatives = DerivativeSet([], 2)
    logits = mixture.logits(mixture.coordinates(points, derivatives), derivatives)
    expected = mixture.weights(logits)
    assert relative(plain(mixture, facts(PLANE)).weights(points), expected.detach()) < 1e-14


def test_single_survivor_needs_no_gate() -> None:
    network = plain(made_campaign.mixture(drop=[0, 1, 2, 3]), facts(PLANE))
    assert [name for name in network.state_dict() if name.startswith("gate")] == []
    assert network.weights(torch.rand(3, 2)).tolist() == [[1.0]] * 3


def test_a_correction_has_the_weight_1_and_is_added_to_what_there_is_without_it() -> None:
    waves = Candidate("sine", 1, 30)
    mixture = made_campaign.mixture(drop=[0, 1, 2, 3], corrections=[waves, waves])
    network, points = plain(mixture, facts(PLANE)), torch.rand(5, 2, dtype=torch.float64)
    assert network.corrections is not None
    numbers = {name: of for name, of in network.state_dict().items() if "corrections" not in name}
    bare = ExportedMixture(network.architecture.model_copy(update={"corrections": ()}))
    bare.load_state_dict(numbers)
    assert bare.corrections is None
    scaled = (points - network.centre) / network.half_extent
    added = network.corrections[0](scaled) + network.corrections[1](scaled)
    torch.testing.assert_close(network(points), bare(points) + added, rtol=1e-13, atol=1e-13)
    assert network.weights(points).tolist() == [[1.0]] * 5
    names = {name for name in network.state_dict() if name.startswith("corrections.1.")}
    assert names == {f"corrections.1.layers.{n}.{of}" for n in (0, 1) for of in ("weight", "bias")}


def test_names_are_readable_and_dtype_follows() -> None:
    network = plain(made_campaign.mixture(), facts(PLANE))
    names = set(network.state_dict())
    assert {"experts.0.layers.1.weight", "gate.layers.0.bias"} <= names
    assert {name.split(".")[0] for name in names} == {"experts", "gate"}
    points = torch.rand(4, 2, dtype=torch.float64)
    value = network(points)
    single = network.to(torch.float32)(points.float())
    assert value.dtype == torch.float64
    assert single.dtype == torch.float32
    assert relative(single.double(), value) < 1e-5


@pytest.mark.parametrize("shape", [(2,), (4, 1), (4, 3), (1, 4, 2)])
def test_points_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    network = plain(made_campaign.mixture(), facts(PLANE))
    for form in (torch.zeros(shape), np.zeros(shape)):
        for ask in (network, network.weights, network.d("u", "x")):
            with pytest.raises(UserError, match=r"expected points of shape \(B, 2\) with the colu"):
                ask(form)


def test_arrays_are_answered_with_arrays_and_tensors_with_tensors() -> None:
    network = plain(made_campaign.mixture(), facts(PLANE))
    points = torch.rand(6, 2, dtype=torch.float64)
    expected = network(points).detach()
    got = network(points.numpy())
    assert isinstance(got, np.ndarray)
    np.testing.assert_array_equal(got, expected.numpy())
    np.testing.assert_array_equal(network(points.tolist()), expected.numpy())
    x, t = points.unbind(-1)
    named = network(x=x.reshape(2, 3), t=t.reshape(2, 3))
    assert named.grad_fn is not None
    torch.testing.assert_close(named, expected.reshape(2, 3, 2), rtol=0, atol=0)
    np.testing.assert_array_equal(network(t=t.numpy(), x=x.numpy()), expected.numpy())
    np.testing.assert_array_equal(
        network.weights(x=x.numpy(), t=t.numpy()), network.weights(points).detach().numpy()
    )


def test_a_single_field_has_the_shape_of_its_coordinates() -> None:
    problem = PLANE | {"fields": ["u"]}
    network = plain(made_campaign.mixture(problem=problem), facts(problem))
    x, t = np.linspace(-1, 3, 4)[:, None], np.linspace(0, 0.1, 3)[None]
    got = network(x=x, t=t)
    grid = np.stack([one.ravel() for one in np.broadcast_arrays(x, t)], axis=-1)
    np.testing.assert_array_equal(got, network(grid).reshape(4, 3))
    one = network(x=x[1, 0], t=0.05)
    assert isinstance(one, float)
    assert one == pytest.approx(got[1, 1], rel=1e-12)


def test_arrays_take_the_type_of_the_network() -> None:
    network = plain(made_campaign.mixture(), facts(PLANE)).to(torch.float32)
    assert network(np.zeros((1, 2))).dtype == np.float32
    assert network.d("u", "x")(x=0.5, t=[0.0]).dtype == np.float32


def test_it_says_what_it_gives_and_where() -> None:
    network = plain(made_campaign.mixture(drop=[1, 2]), facts(PLANE))
    assert network.domain == {"x": (-1.0, 3.0), "t": (0.0, 0.1)}
    assert repr(network).splitlines() == [
        "u, p(x, t) of flow: x from -1 to 3, t from 0 to 0.1",
        f"3 experts: gelu 2×6, sine 2×6, softplus 3×4; {count(network):,} parameters, float64",
        "held-out loss 1.00e+00",
    ]


def count(network: ExportedMixture) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_small_numbers_are_shown_as_such_and_names_have_no_power() -> None:
    problem = LINE | {"name": "li\x1b[2Jne"}
    mixture = made_campaign.mixture(
        drop=[0, 1, 2, 3], problem=problem, corrections=[Candidate("sine", 1, 30)]
    )
    measured = MEASURED.model_copy(update={"held_out_loss": 1.7e-9, "relative_l2": 3.2e-6})
    unknown = (UnknownValue(name="nu", value=3.1831e-7),)
    told = repr(ExportedMixture(describe(mixture, facts(problem), {}, measured, unknown)))
    assert "held-out loss 1.70e-09, relative L2 error 3.20e-06, nu = 3.1831e-07" in told
    assert "\ngelu 2×6 + corrected by sine 1×30; " in told
    assert "\x1b" not in told


def test_it_says_how_far_to_trust_it() -> None:
    mixture = made_campaign.mixture(drop=[0, 1, 2, 3], problem=LINE)
    told = {"error_estimate": 0.967, "warnings": ("not\x1b[2J good",), "notes": ("limited",)}
    unknown = (
        UnknownValue(name="D", value=0.35936, standard_error=0.0157),
        UnknownValue(name="c", value=2.0, doubt="nothing tells it"),
    )
    measured = MEASURED.model_copy(update=told)
    network = ExportedMixture(describe(mixture, facts(LINE), {}, measured, unknown))
    *_, figures, note, warning = repr(network).splitlines()
    assert (
        "estimated error 9.67e-01, D = 0.35936 ± 0.016, c = 2 (no ±: nothing tells it)" in figures
    )
    assert note == "note: limited"
    assert (warning[:12], "\x1b" in warning) == ("warning: not", False)
    assert network.unknown_errors == {"D": 0.0157}
