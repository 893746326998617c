"""Each activation once: the function and its derivatives up to order 5.

An activation maps z (any shape) and an order K to the list [f(z), f'(z), …, f⁽ᴷ⁾(z)], each of
z's shape. To add one, write one function here and name it in `ACTIVATIONS`; the tests compare
it with autograd by themselves, and `emission` writes it in C++.

>>> z = torch.tensor([0.0, 1.0])
>>> value, slope, curvature = ACTIVATIONS["sine"](z, 2)
>>> slope.allclose(torch.cos(z)), curvature.allclose(-torch.sin(z))
(True, True)
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

MAX_ORDER = 4  # of a jet; its gradient needs the activation's next derivative

Activation = Callable[[Tensor, int], list[Tensor]]


def sine(z: Tensor, order: int) -> list[Tensor]:
    """f(z) = sin z.

    Examples
    --------
    >>> [float(one) for one in sine(torch.tensor(0.0), 3)]
    [0.0, 1.0, -0.0, -1.0]
    """
    s = torch.sin(z)
    if order == 0:
        return [s]
    c = torch.cos(z)
    return [s, c, -s, -c, s, c][: order + 1]


def tanh(z: Tensor, order: int) -> list[Tensor]:
    """f(z) = tanh z, with f' = 1 - f²; so all derivatives are polynomials in f and f'.

    Examples
    --------
    >>> [float(one) for one in tanh(torch.tensor(0.0), 3)]
    [0.0, 1.0, -0.0, -2.0]
    """
    f = torch.tanh(z)
    if order == 0:
        return [f]
    f1 = 1 - f * f
    derivatives = [f, f1]
    if order >= 2:
        derivatives.append(-2 * f * f1)
    if order >= 3:
        derivatives.append(f1 * (4 - 6 * f1))
    if order >= 4:
        derivatives.append(f * f1 * (24 * f1 - 8))
    if order >= 5:
        derivatives.append(f1 * (16 - 120 * f1 * (1 - f1)))
    return derivatives


def swish(z: Tensor, order: int) -> list[Tensor]:
    """f(z) = z σ(z) with the logistic σ, so f⁽ᵏ⁾ = z σ⁽ᵏ⁾ + k σ⁽ᵏ⁻¹⁾ (Leibniz).

    Examples
    --------
    >>> [float(one) for one in swish(torch.tensor(0.0), 2)]
    [0.0, 0.5, 0.5]
    """
    s = _logistic(z, order)
    return [z * s[0]] + [z * s[k] + k * s[k - 1] for k in range(1, order + 1)]


def softplus(z: Tensor, order: int) -> list[Tensor]:
    """f(z) = log(1 + exp z), with f' = σ(z), the logistic function.

    Examples
    --------
    >>> [round(float(one), 4) for one in softplus(torch.tensor(0.0), 2)]
    [0.6931, 0.5, 0.25]
    """
    # Exact for large |z|, where log(1 + exp z) overflows or loses its digits.
    f = -torch.nn.functional.logsigmoid(-z)
    return [f] if order == 0 else [f, *_logistic(z, order - 1)]


def gelu(z: Tensor, order: int) -> list[Tensor]:
    """f(z) = z Φ(z) with the normal distribution Φ.

    With its density φ, f' = Φ + z φ; then φ' = -z φ gives all others as polynomials times φ.

    Examples
    --------
    >>> [round(float(one), 4) for one in gelu(torch.tensor(0.0), 2)]
    [0.0, 0.5, 0.7979]
    """
    cdf = 0.5 * (1 + torch.erf(z / math.sqrt(2)))
    derivatives = [z * cdf]
    if order == 0:
        return derivatives
    pdf = torch.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    derivatives.append(cdf + z * pdf)
    z2 = z * z
    if order >= 2:
        derivatives.append((2 - z2) * pdf)
    if order >= 3:
        derivatives.append(z * (z2 - 4) * pdf)
    if order >= 4:
        derivatives.append((-z2 * z2 + 7 * z2 - 4) * pdf)
    if order >= 5:
        derivatives.append(z * (z2 * z2 - 11 * z2 + 18) * pdf)
    return derivatives


def _logistic(z: Tensor, order: int) -> list[Tensor]:
    """σ(z) = 1 / (1 + exp(-z)) and its derivatives, polynomials in σ, since σ' = σ (1 - σ)."""
    s = torch.sigmoid(z)
    if order == 0:
        return [s]
    s1 = s * (1 - s)
    derivatives = [s, s1]
    if order >= 2:
        derivatives.append(s1 * (1 - 2 * s))
    if order >= 3:
        derivatives.append(s1 * (1 - 6 * s1))
    if order >= 4:
        derivatives.append(s1 * (1 - 2 * s) * (1 - 12 * s1))
    if order >= 5:
        derivatives.append(s1 * (1 - 30 * s1 * (1 - 4 * s1)))
    return derivatives


ACTIVATIONS: dict[str, Activation] = {
    "sine": sine,
    "tanh": tanh,
    "swish": swish,
    "softplus": softplus,
    "gelu": gelu,
}
