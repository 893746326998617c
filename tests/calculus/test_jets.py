"""Jet arithmetic: every multi-index against nested autograd."""

from itertools import product

import pytest
import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.activations import ACTIVATIONS
from nas.calculus.derivatives import Derivative, DerivativeSet, Laplacian, MultiIndex
from tests.oracles import nested, relative

PLANE: list[MultiIndex] = [i for i in product(range(5), repeat=2) if 0 < sum(i) <= 4]
SPACE: list[MultiIndex] = [i for i in product(range(5), repeat=3) if sum(i) == 4]


def points(dimension: int) -> Tensor:
    generator = torch.Generator().manual_seed(3)
    return 2 * torch.rand(7, dimension, generator=generator, dtype=torch.float64) - 1


def identity(dimension: int) -> tuple[Tensor, Tensor]:
    return torch.zeros(dimension, dtype=torch.float64), torch.ones(dimension, dtype=torch.float64)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize(
    "keys",
    [*([i] for i in PLANE), *([i] for i in SPACE), [Laplacian((0, 1))], PLANE],
    ids=str,
)
def test_network_agrees_with_nested_autograd(name: str, keys: list[Derivative]) -> None:
    first = keys[0]
    dimension = len(first) if isinstance(first, tuple) else 2
    generator = torch.Generator().manual_seed(1)
    weight = torch.randn(dimension, 5, generator=generator, dtype=torch.float64)
    second = torch.randn(5, 4, generator=generator, dtype=torch.float64) / 2
    bias = torch.randn(5, generator=generator, dtype=torch.float64)
    bias2 = torch.randn(4, generator=generator, dtype=torch.float64)
    derivatives = DerivativeSet(keys, dimension)
    x = points(dimension)

    def network(x: Tensor, derivatives: DerivativeSet) -> Tensor:
        jet = jets.coordinates(x, derivatives, *identity(dimension))
        jet = jets.layer(derivatives, ACTIVATIONS[name], jets.linear(jet, weight), bias)
        return jets.layer(derivatives, ACTIVATIONS[name], jets.linear(jet, second), bias2)

    got = network(x, derivatives)
    plain = DerivativeSet([], dimension)
    for index, key in enumerate(derivatives.keys):
        expected = nested(lambda x: network(x, plain)[0].sum(-1), x, key)
        assert relative(got[index].sum(-1), expected) < 1e-10, key


# Each factor depends on all coordinates: else every mixed term of a product is zero.
FIRST = torch.tensor([[1.3, -0.4], [0.6, 0.9]], dtype=torch.float64)
SECOND = torch.tensor([[0.7, 0.5], [-0.8, 0.3]], dtype=torch.float64)


def factors(x: Tensor, derivatives: DerivativeSet, second: str) -> tuple[Tensor, Tensor]:
    """The jets (S, B, 2) of two functions that share no structure."""
    jet = jets.coordinates(x, derivatives, *identity(2))
    bias = torch.tensor([0.2, -0.3], dtype=torch.float64)
    return (
        jets.layer(derivatives, ACTIVATIONS["sine"], jets.linear(jet, FIRST), bias),
        jets.layer(derivatives, ACTIVATIONS[second], jets.linear(jet, SECOND), bias),
    )


def test_the_factors_leave_no_term_of_the_product_rule_out() -> None:
    derivatives = DerivativeSet([(2, 2)], 2)
    f, g = factors(points(2), derivatives, "gelu")
    for key, terms in zip(derivatives.keys, derivatives.leibniz, strict=True):
        for _, in_f, in_g in terms:
            assert float((f[in_f] * g[in_g]).abs().max()) > 1e-2, key


PRODUCTS: list[list[Derivative]] = [[(2, 2), Laplacian((0, 1))], [(3, 1)], [(0, 4)]]


@pytest.mark.parametrize("keys", PRODUCTS, ids=str)
def test_product_agrees_with_nested_autograd(keys: list[Derivative]) -> None:
    derivatives = DerivativeSet(keys, 2)
    x = points(2)

    def product(x: Tensor) -> Tensor:
        f, g = factors(x, DerivativeSet([], 2), "gelu")
        return (f[0] * g[0]).sum(-1)

    got = jets.multiply(derivatives, *factors(x, derivatives, "gelu"))
    for index, key in enumerate(derivatives.keys):
        assert relative(got[index].sum(-1), nested(product, x, key)) < 1e-10, key


@pytest.mark.parametrize("keys", PRODUCTS, ids=str)
def test_quotient_agrees_with_nested_autograd(keys: list[Derivative]) -> None:
    derivatives = DerivativeSet(keys, 2)
    x = points(2)

    def quotient(x: Tensor) -> Tensor:
        above, below = factors(x, DerivativeSet([], 2), "softplus")  # which is positive
        return (above / below[..., :1])[0, :, 1]

    above, below = factors(x, derivatives, "softplus")
    got = jets.divide(derivatives, above, below[..., :1])
    for index, key in enumerate(derivatives.keys):
        assert relative(got[index, :, 1], nested(quotient, x, key)) < 1e-10, key


def test_coordinates_differentiate_in_the_users_units() -> None:
    derivatives = DerivativeSet([(1, 0), (0, 1)], 2)
    centre = torch.tensor([1.0, 0.5], dtype=torch.float64)
    scale = torch.tensor([2.0, 0.5], dtype=torch.float64)
    jet = jets.coordinates(
        torch.tensor([[3.0, 0.0]], dtype=torch.float64), derivatives, centre, scale
    )
    assert jet.squeeze(1).tolist() == [[1.0, -1.0], [0.5, 0.0], [0.0, 2.0]]


def test_a_stack_is_its_networks_side_by_side() -> None:
    """Leading axes (N) are carried through: each network as if it were alone."""
    derivatives = DerivativeSet([(1, 1)], 2)
    jet = jets.coordinates(points(2), derivatives, *identity(2)).expand(2, -1, -1, -1)
    weight, bias = torch.stack([FIRST, SECOND]), torch.tensor([[0.1, 0.2], [0.3, 0.4]]).double()
    stacked = jets.shift(jets.linear(jet, weight), bias)
    activated = jets.layer(derivatives, ACTIVATIONS["tanh"], jets.linear(jet, weight), bias)
    for row in range(2):
        single = jets.shift(jets.linear(jet[row], weight[row]), bias[row])
        torch.testing.assert_close(stacked[row], single)
        no_bias = torch.zeros(2, dtype=torch.float64)
        torch.testing.assert_close(
            activated[row], jets.layer(derivatives, ACTIVATIONS["tanh"], single, no_bias)
        )
