"""The same mixture in JAX: mapped over the points, the whole step under jit.

Axis legend: N experts of a stack, D coordinates, V and W widths.

The experts are stacked by shape, or each is alone; which is faster depends on the machine. At
one point, a forward derivative of the reverse gradient gives u, u_x, u_t and u_xx: as fast as
forward over forward, reverse over reverse, or whole batches instead of a map.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.example_libraries import optimizers
from torch import Tensor

from experiments.benchmarks import settings
from experiments.benchmarks.baselines.parameters import Layers, networks
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate

jax.config.update("jax_platforms", "cpu")  # the CPU is what is measured with it

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sine": jnp.sin,
    "tanh": jnp.tanh,
    "swish": jax.nn.silu,
    "softplus": jax.nn.softplus,
}


class InJax:
    """Burgers' residual of ``mixture`` at ``points``; a call is one step.

    For float64 both the construction and the calls have to happen under ``jax.enable_x64``.
    Where ``stacked``, experts of one shape are one batch of matrices.
    """

    def __init__(self, mixture: Mixture, points: Tensor, stacked: bool) -> None:
        parameters, evaluate = translated(mixture, stacked)
        initialise, update, parameters_of = optimizers.adam(settings.LEARNING_RATE)

        def loss(parameters: Any, points: Any) -> Any:
            residual = jax.vmap(lambda point: _burgers(evaluate, parameters, point))
            return jnp.mean(residual(points) ** 2)

        def step(number: Any, state: Any, points: Any) -> Any:
            value, gradient = jax.value_and_grad(loss)(parameters_of(state), points)
            return update(number, gradient, state), value

        self._points = jnp.array(points.numpy())
        self._number, self._state = 0, initialise(parameters)
        self._step = jax.jit(step, donate_argnums=1)

    def __call__(self) -> float:
        self._state, loss = self._step(self._number, self._state, self._points)
        self._number += 1
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
        "gate": _stacked([gate]),
    }
    centre, scale = jnp.array(mixture.centre.numpy()), jnp.array(mixture.half_extent.numpy())

    def evaluate(tree: Any, point: Any) -> Any:
        scaled = (point - centre) / scale
        outputs = [
            _outputs(layers, activations, scaled)[:, 0]
            for layers, activations in zip(tree["experts"], names, strict=True)
        ]
        logits = _outputs(tree["gate"], [found.gate_activation], scaled)[0]
        return jax.nn.softmax(logits) @ jnp.concatenate(outputs)

    return parameters, evaluate


def _columns(candidates: list[Candidate], stacked: bool) -> list[list[int]]:
    """Which experts form each stack, those of one activation side by side."""
    by_shape = defaultdict(list)
    for column, one in enumerate(candidates):
        by_shape[(one.depth, one.width) if stacked else column].append(column)
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
    """The outputs (N, W) of the networks of one shape."""
    (weight, bias), *others = layers
    hidden = jnp.einsum("v,nvw->nw", scaled, weight) + bias
    for weight, bias in others:
        hidden = jnp.einsum("nv,nvw->nw", _activate(hidden, activations), weight) + bias
    return hidden


def _activate(hidden: Any, activations: list[str]) -> Any:
    """Each activation once, on the rows (N, W) that have it."""
    parts = []
    for name in dict.fromkeys(activations):
        first = activations.index(name)
        parts.append(FUNCTIONS[name](hidden[first : first + activations.count(name)]))
    return jnp.concatenate(parts)


def _burgers(evaluate: Callable[[Any, Any], Any], parameters: Any, point: Any) -> Any:
    """The residual of `settings.BURGERS` at one point."""
    value_and_gradient = jax.value_and_grad(lambda x: evaluate(parameters, x))
    along_x = jnp.array([1.0, 0.0], dtype=point.dtype)
    (u, (u_x, u_t)), (_, (u_xx, _)) = jax.jvp(value_and_gradient, (point,), (along_x,))
    return u_t + u * u_x - settings.NU * u_xx
