"""Truncated Taylor arithmetic: a value and its partial derivatives travel together.

Axis legend: S derivatives, B points, D coordinates, W width (or any last axis).

A *jet* is a tensor (…, S, B, W): at each of B points the value of a function and those of its
partial derivatives that a `DerivativeSet` lists, in its order. A product of jets follows the
Leibniz rule, the composition of a scalar function with a jet the formula of Faà di Bruno; both
are sums over tables of indices that are worked out once. The gradient of a residual then takes
one backward pass, where nested autograd takes one for each order (Griewank & Walther 2008, ch.
13; the collapsed Laplacian: Dangel et al. 2025, arXiv 2505.13644).

A *multi-index* says how often each coordinate is differentiated: with coordinates (x, y), (1, 0)
is ∂/∂x, (1, 1) is ∂²/∂x∂y and (0, 0) the value. Who asks for u_xy needs u, u_x and u_y too, since
the rules of product and composition refer to them. So the set holds four derivatives, in an order
that gives each its *index* along the axis S:

>>> mixed = DerivativeSet([(1, 1)], dimension=2)
>>> mixed.keys
((0, 0), (1, 0), (0, 1), (1, 1))
>>> mixed.index[1, 1]
3

Jets of the functions x and y at the point (2, 3), as (S, B, W) with one point and width one:

>>> x = torch.tensor([2.0, 1.0, 0.0, 0.0]).view(4, 1, 1)  # x, and its derivatives 1, 0, 0
>>> y = torch.tensor([3.0, 0.0, 1.0, 0.0]).view(4, 1, 1)

By the Leibniz rule (f g)_xy = f g_xy + f_y g_x + f_x g_y + f_xy g. The table has a row for each
derivative of the product, and in the row a triple (coefficient, index in f, index in g) for each
term:

>>> mixed.leibniz[3]
[(1, 0, 3), (1, 2, 1), (1, 1, 2), (1, 3, 0)]
>>> product = multiply(mixed, x, y)
>>> product.flatten().tolist()  # x y and its derivatives y, x, 1
[6.0, 3.0, 2.0, 1.0]

By the formula of Faà di Bruno f(g)_xy = f'(g) g_xy + f''(g) g_x g_y: pairs of a coefficient and the
indices of the factors in g, whose number is the order of f's derivative:

>>> mixed.faa_di_bruno[3]
[(1, (1, 2)), (1, (3,))]
>>> z = product[0]
>>> square = compose(mixed, [z**2, 2 * z, torch.full_like(z, 2.0)], product)
>>> square.flatten().tolist()  # x² y² and its derivatives 2 x y², 2 x² y, 4 x y
[36.0, 36.0, 24.0, 24.0]
"""

from collections.abc import Sequence
from functools import reduce
from operator import add

import torch
from torch import Tensor

from nas.calculus.activations import Activation
from nas.calculus.derivatives import Derivative as Derivative
from nas.calculus.derivatives import DerivativeSet as DerivativeSet
from nas.calculus.derivatives import Laplacian as Laplacian
from nas.calculus.derivatives import MultiIndex as MultiIndex
from nas.calculus.derivatives import unit as unit


def coordinates(
    points: Tensor, derivatives: DerivativeSet, centre: Tensor, scale: Tensor
) -> Tensor:
    """The jet (S, B, D) of the scaled coordinates (x - centre) / scale.

    Parameters
    ----------
    points : Tensor (B, D)
    centre, scale : Tensor (D,), in the units of the coordinates

    The derivatives are those by the unscaled coordinates, so that all that is built on this
    jet differentiates in the user's own units.

    Examples
    --------
    >>> slope = DerivativeSet([(1,)], dimension=1)
    >>> point, centre, scale = torch.tensor([[3.0]]), torch.tensor([1.0]), torch.tensor([4.0])
    >>> coordinates(point, slope, centre, scale).flatten().tolist()
    [0.5, 0.25]
    """
    jet = points.new_zeros(len(derivatives), *points.shape)
    jet[0] = (points - centre) / scale
    for axis in range(derivatives.dimension):
        index = derivatives.index.get(unit(axis, derivatives.dimension))
        if index is not None:
            jet[index, :, axis] = 1 / scale[axis]
    return jet


def linear(jet: Tensor, weight: Tensor) -> Tensor:
    """jet @ weight, for one network or a stack of N.

    Parameters
    ----------
    jet : Tensor (S, B, V), or (N, S, B, V)
    weight : Tensor (V, W), or (N, V, W)

    Returns
    -------
    Tensor (S, B, W), or (N, S, B, W)

    Examples
    --------
    >>> linear(torch.ones(3, 5, 2), torch.full((2, 4), 0.5))[0, 0].tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    # A linear map meets every derivative alike: S · B rows of one matrix product.
    rows = jet.flatten(-3, -2) @ weight
    return rows.view(*rows.shape[:-2], *jet.shape[-3:-1], rows.shape[-1])


def layer(derivatives: DerivativeSet, activation: Activation, jet: Tensor, bias: Tensor) -> Tensor:
    """The jet of activation(g + bias) from the jet of g, (…, S, B, W), and bias (…, W).

    A constant is added to the value alone, and a composition reads the value only through
    ``activation``: so the bias costs no pass over the derivatives.

    Examples
    --------
    >>> from nas.calculus.activations import tanh
    >>> slope = DerivativeSet([(1,)], dimension=1)
    >>> g = torch.tensor([-0.5, 3.0]).view(2, 1, 1)  # g = -0.5, g' = 3
    >>> layer(slope, tanh, g, torch.tensor([0.5])).flatten().tolist()  # tanh 0, 3 tanh' 0
    [0.0, 3.0]
    """
    return compose(
        derivatives, activation(jet.select(-3, 0) + bias[..., None, :], derivatives.order), jet
    )


def shift(jet: Tensor, bias: Tensor) -> Tensor:
    """The jet of g + bias from the jet of g, (…, S, B, W), and a constant bias (…, W).

    Examples
    --------
    >>> shift(torch.ones(2, 1, 1), torch.tensor([0.5])).flatten().tolist()
    [1.5, 1.0]
    """
    value = jet[..., :1, :, :] + bias[..., None, None, :]
    return torch.cat([value, jet[..., 1:, :, :]], dim=-3)


def compose(derivatives: DerivativeSet, f: Sequence[Tensor], jet: Tensor) -> Tensor:
    """The jet of f∘g from that of g.

    Parameters
    ----------
    f
        [f(g), f'(g), …] up to ``derivatives.order``, each (…, B, W).
    jet : Tensor (…, S, B, W)
        Of g.

    Examples
    --------
    >>> second = DerivativeSet([(2,)], dimension=1)
    >>> g = torch.tensor([0.0, 3.0, 1.0]).view(3, 1, 1)
    >>> compose(second, [torch.ones(1, 1)] * 3, g).flatten().tolist()  # of exp g: 1, g', g'' + g'²
    [1.0, 3.0, 10.0]
    """
    g = jet.unbind(-3)
    out = [f[0]]
    for terms in derivatives.faa_di_bruno[1:]:
        # Terms with the same derivative of f are added up first: one product with it, not many.
        by_order: dict[int, Tensor] = {}
        for coefficient, factors in terms:
            term = _product(g, factors)
            term = term if coefficient == 1 else coefficient * term
            order = len(factors)
            by_order[order] = by_order[order] + term if order in by_order else term
        out.append(reduce(add, (f[order] * total for order, total in by_order.items())))
    return torch.stack(out, dim=-3)


def multiply(derivatives: DerivativeSet, left: Tensor, right: Tensor) -> Tensor:
    """The jet of f·g from two jets (…, S, B, W), broadcast.

    Examples
    --------
    >>> second = DerivativeSet([(2,)], dimension=1)
    >>> x = torch.tensor([5.0, 1.0, 0.0]).view(3, 1, 1)
    >>> multiply(second, x, x).flatten().tolist()  # x², 2 x, 2
    [25.0, 10.0, 2.0]
    """
    f, g = left.unbind(-3), right.unbind(-3)
    return torch.stack(
        [reduce(add, (c * (f[a] * g[b]) for c, a, b in terms)) for terms in derivatives.leibniz],
        dim=-3,
    )


def divide(derivatives: DerivativeSet, above: Tensor, below: Tensor) -> Tensor:
    """The jet of f/g from those of f and g (…, S, B, W), broadcast.

    Examples
    --------
    >>> second = DerivativeSet([(2,)], dimension=1)
    >>> x = torch.tensor([2.0, 1.0, 0.0]).view(3, 1, 1)
    >>> one = torch.tensor([1.0, 0.0, 0.0]).view(3, 1, 1)
    >>> divide(second, one, x).flatten().tolist()  # 1/x, -1/x², 2/x³
    [0.5, -0.25, 0.25]
    """
    # f · r(g) with r(z) = 1/z, r⁽ᵏ⁾(z) = (-1)ᵏ k! / zᵏ⁺¹ = -(k/z) r⁽ᵏ⁻¹⁾(z).
    inverse = 1 / below.select(-3, 0)
    reciprocal = [inverse]
    for order in range(1, derivatives.order + 1):
        reciprocal.append(-order * inverse * reciprocal[-1])
    return multiply(derivatives, above, compose(derivatives, reciprocal, below))


def _product(jet: Sequence[Tensor], factors: Sequence[int]) -> Tensor:
    result = jet[factors[0]]
    for factor in factors[1:]:
        result = result * jet[factor]
    return result
