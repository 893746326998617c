"""Jet arithmetic: hand-worked tables, and every multi-index against nested autograd."""

from itertools import product

import pytest
import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jets import Derivative, DerivativeSet, Laplacian, MultiIndex
from tests.oracles import nested, relative

PLANE: list[MultiIndex] = [i for i in product(range(5), repeat=2) if 0 < sum(i) <= 4]
SPACE: list[MultiIndex] = [i for i in product(range(5), repeat=3) if sum(i) == 4]


def points(dimension: int) -> Tensor:
    generator = torch.Generator().manual_seed(3)
    return 2 * torch.rand(7, dimension, generator=generator, dtype=torch.float64) - 1


def identity(dimension: int) -> tuple[Tensor, Tensor]:
    return torch.zeros(dimension, dtype=torch.float64), torch.ones(dimension, dtype=torch.float64)


def test_closure_holds_all_smaller_indices() -> None:
    assert DerivativeSet([(2, 1)], 2).keys == ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (2, 1))


def test_collapsed_laplacian_is_one_stream() -> None:
    assert DerivativeSet([Laplacian((0, 1))], 2).keys == ((0, 0), (1, 0), (0, 1), Laplacian((0, 1)))


def test_faa_di_bruno_of_the_fourth_derivative() -> None:
    # (f∘g)'''' = f' g'''' + 4 f'' g' g''' + 3 f'' g''² + 6 f''' g'² g'' + f'''' g'⁴
    terms = {blocks: c for c, blocks in DerivativeSet([(4,)], 1).faa_di_bruno[4]}
    assert terms == {(4,): 1, (1, 3): 4, (2, 2): 3, (1, 1, 2): 6, (1, 1, 1, 1): 1}


def test_leibniz_of_a_mixed_derivative() -> None:
    derivatives = DerivativeSet([(1, 1)], 2)
    assert sorted(derivatives.leibniz[3]) == [(1, 0, 3), (1, 1, 2), (1, 2, 1), (1, 3, 0)]


def test_order_above_four_is_refused() -> None:
    with pytest.raises(ValueError, match="order of at most 4"):
        DerivativeSet([(3, 2)], 2)


def test_index_of_another_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match="multi-index of length 2"):
        DerivativeSet([(1,)], 2)


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


def test_product_agrees_with_nested_autograd() -> None:
    derivatives = DerivativeSet([(2, 2), Laplacian((0, 1))], 2)
    x = points(2)

    def factors(x: Tensor, derivatives: DerivativeSet) -> tuple[Tensor, Tensor]:
        jet = jets.coordinates(x, derivatives, *identity(2))
        zero = torch.zeros(2, dtype=torch.float64)
        return (
            jets.layer(derivatives, ACTIVATIONS["sine"], 1.3 * jet, zero),
            jets.layer(derivatives, ACTIVATIONS["gelu"], 0.7 * jet.flip(-1), zero),
        )

    got = jets.multiply(derivatives, *factors(x, derivatives))
    for index, key in enumerate(derivatives.keys):

        def value(x: Tensor) -> Tensor:
            f, g = factors(x, DerivativeSet([], 2))
            return (f[0] * g[0]).sum(-1)

        assert relative(got[index].sum(-1), nested(value, x, key)) < 1e-10, key


def test_quotient_agrees_with_nested_autograd() -> None:
    derivatives = DerivativeSet([(3, 1), Laplacian((0, 1))], 2)

    def parts(x: Tensor, derivatives: DerivativeSet) -> tuple[Tensor, Tensor]:
        jet = jets.coordinates(x, derivatives, *identity(2))
        zero = torch.zeros(2, dtype=torch.float64)
        above = jets.layer(derivatives, ACTIVATIONS["sine"], 1.3 * jet, zero)
        below = jets.layer(derivatives, ACTIVATIONS["softplus"], 0.7 * jet, zero)
        return above, below[..., :1]

    x = points(2)
    got = jets.divide(derivatives, *parts(x, derivatives))
    for index, key in enumerate(derivatives.keys):

        def quotient(x: Tensor) -> Tensor:
            above, below = parts(x, DerivativeSet([], 2))
            return (above / below)[0, :, 1]

        assert relative(got[index, :, 1], nested(quotient, x, key)) < 1e-10, key


def test_coordinates_differentiate_in_the_users_units() -> None:
    derivatives = DerivativeSet([(1, 0), (0, 1)], 2)
    centre = torch.tensor([1.0, 0.5], dtype=torch.float64)
    scale = torch.tensor([2.0, 0.5], dtype=torch.float64)
    jet = jets.coordinates(
        torch.tensor([[3.0, 0.0]], dtype=torch.float64), derivatives, centre, scale
    )
    assert jet.squeeze(1).tolist() == [[1.0, -1.0], [0.5, 0.0], [0.0, 2.0]]
