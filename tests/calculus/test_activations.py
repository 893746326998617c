"""Every activation against autograd, up to order 5, and where it is hard."""

import pytest
import torch

from nas.calculus.activations import ACTIVATIONS, MAX_ORDER

HIGHEST = MAX_ORDER + 1  # what the gradient of a jet needs


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_agree_with_autograd(name: str) -> None:
    z = torch.linspace(-6, 6, 101, dtype=torch.float64).requires_grad_()
    derivatives = ACTIVATIONS[name](z, HIGHEST)
    expected = ACTIVATIONS[name](z, 0)[0]
    for order in range(1, HIGHEST + 1):
        (expected,) = torch.autograd.grad(expected.sum(), z, create_graph=True)
        torch.testing.assert_close(derivatives[order], expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("sine", torch.sin),
        ("tanh", torch.tanh),
        ("swish", torch.nn.functional.silu),
        ("softplus", torch.nn.functional.softplus),
        ("gelu", torch.nn.functional.gelu),
    ],
)
def test_values_agree_with_torch(name: str, reference: torch.nn.Module) -> None:
    z = torch.linspace(-15, 15, 301, dtype=torch.float64)
    torch.testing.assert_close(ACTIVATIONS[name](z, 0)[0], reference(z), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("order", range(HIGHEST + 1))
def test_returns_order_plus_one_tensors(name: str, order: int) -> None:
    z = torch.zeros(3, 2)
    derivatives = ACTIVATIONS[name](z, order)
    assert [d.shape for d in derivatives] == [z.shape] * (order + 1)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_large_arguments_stay_finite(name: str) -> None:
    z = torch.tensor([-200.0, 200.0], dtype=torch.float32)
    assert all(torch.isfinite(d).all() for d in ACTIVATIONS[name](z, HIGHEST))
