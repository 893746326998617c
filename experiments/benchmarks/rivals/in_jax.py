"""The same mixture in JAX: mapped over the points, the whole step under jit.

Axis legend: N experts of a stack, D coordinates, V and W widths.

The experts are stacked by shape, or each is alone; which is faster is the machine's matter. At
one point, a forward derivative of the reverse gradient gives u, u_x, u_t and u_xx: as fast as
forward over forward, reverse over reverse, or whole batches instead of a map.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from torch import Tensor

from experiments.benchmarks import settings
from experiments.benchmarks.rivals.parameters import Layers, networks
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate

jax.config.update("jax_platforms", "cpu")  # the CPU is what is measured with it

Activation = Callable[[Any], Any]
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8  # Adam's defaults, in PyTorch as well

ACTIVATIONS: dict[str, Activation] = {
    "sine": jnp.sin,
    "tanh": jnp.tanh,
    "swish": jax.nn.silu,
    "softplus": jax.nn.softplus,
}


class InJax:
    """Burgers' residual of ``mixture`` at ``points``; a call is one step.

    For float64 both the construction and the calls have to happen under ``jax.enable_x64``.

    Parameters
    ----------
    mixture, points
        What is copied.
    stacked
        Whether experts of one shape are one batch of matrices.
    """

    def __init__(self, mixture: Mixture, points: Tensor, stacked: bool) -> None:
        parameters, evaluate = translated(mixture, stacked)
        self._points = jnp.array(points.numpy())
        zeros = jax.tree.map(jnp.zeros_like, parameters)
        self._state = (parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), jnp.array(0.0))
        self._step = jax.jit(_step(evaluate), donate_argnums=0)

    def __call__(self) -> float:
        self._state, loss = self._step(self._state, self._points)
        jax.block_until_ready(self._state)
        return float(loss)


def translated(mixture: Mixture, stacked: bool) -> tuple[Any, Callable[[Any, Any], Any]]:
    """The parameters as a tree of arrays, and u of them and one point (D,)."""
    found = networks(mixture)
    stacks = _columns(found.candidates, stacked)
    names = [[found.candidates[column].activation for column in columns] for columns in stacks]
    order = [column for columns in stacks for column in columns]
    weight, bias = found.gate[-1]
    gate = [*found.gate[:-1], (weight[:, order], bias[order])]
    parameters = {
        "experts": [_stacked([found.experts[column] for column in columns]) for columns in stacks],
        "gate": [(jnp.array(w.numpy()), jnp.array(b.numpy())) for w, b in gate],
    }
    centre, scale = jnp.array(mixture.centre.numpy()), jnp.array(mixture.half_extent.numpy())
    gate_activation = ACTIVATIONS[found.gate_activation]

    def evaluate(tree: Any, point: Any) -> Any:
        scaled = (point - centre) / scale
        outputs = [
            _outputs(layers, activations, scaled)
            for layers, activations in zip(tree["experts"], names, strict=True)
        ]
        hidden = scaled
        for weight, bias in tree["gate"][:-1]:
            hidden = gate_activation(hidden @ weight + bias)
        weight, bias = tree["gate"][-1]
        return jax.nn.softmax(hidden @ weight + bias) @ jnp.concatenate(outputs)

    return parameters, evaluate


def _columns(candidates: list[Candidate], stacked: bool) -> list[list[int]]:
    """Which experts stand together in each stack, those of one activation side by side."""
    if not stacked:
        return [[column] for column in range(len(candidates))]
    by_shape = defaultdict(list)
    for column, candidate in enumerate(candidates):
        by_shape[candidate.depth, candidate.width].append(column)
    return [
        sorted(columns, key=lambda column: candidates[column].activation)
        for columns in by_shape.values()
    ]


def _stacked(experts: list[Layers]) -> list[tuple[Any, Any]]:
    """Of each layer the weights (N, V, W) and biases (N, W)."""
    return [
        tuple(
            jnp.stack([jnp.array(part.numpy()) for part in parts])
            for parts in zip(*layer, strict=True)
        )
        for layer in zip(*experts, strict=True)
    ]


def _outputs(layers: Any, activations: list[str], scaled: Any) -> Any:
    """The outputs (N,) of the networks of one shape."""
    (weight, bias), *others = layers
    hidden = jnp.einsum("v,nvw->nw", scaled, weight) + bias
    for weight, bias in others:
        hidden = jnp.einsum("nv,nvw->nw", _activate(hidden, activations), weight) + bias
    return hidden[:, 0]


def _activate(hidden: Any, activations: list[str]) -> Any:
    """Each activation once, on the rows (N, W) that have it."""
    parts = []
    for name in dict.fromkeys(activations):
        first = activations.index(name)
        parts.append(ACTIVATIONS[name](hidden[first : first + activations.count(name)]))
    return jnp.concatenate(parts)


def _burgers(evaluate: Callable[[Any, Any], Any], parameters: Any, point: Any) -> Any:
    """The residual of `settings.BURGERS` at one point."""
    value_and_gradient = jax.value_and_grad(lambda x: evaluate(parameters, x))
    along_x = jnp.array([1.0, 0.0], dtype=point.dtype)
    (u, (u_x, u_t)), (_, (u_xx, _)) = jax.jvp(value_and_gradient, (point,), (along_x,))
    return u_t + u * u_x - settings.NU * u_xx


def _step(evaluate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Loss, gradient and Adam of the state (parameters, both moments, count)."""

    def loss_of(parameters: Any, points: Any) -> Any:
        residual = jax.vmap(lambda point: _burgers(evaluate, parameters, point))
        return jnp.mean(residual(points) ** 2)

    def step(state: Any, points: Any) -> Any:
        parameters, first, second, count = state
        loss, gradient = jax.value_and_grad(loss_of)(parameters, points)
        count = count + 1
        first = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradient)
        second = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradient)
        rate = settings.LEARNING_RATE / (1 - BETA1**count)
        correction = jnp.sqrt(1 - BETA2**count)
        parameters = jax.tree.map(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) / correction + EPSILON),
            parameters,
            first,
            second,
        )
        return (parameters, first, second, count), loss

    return step
