"""Networks that carry constants: numbers that are the same at every point.

Axis legend: N networks of a stack, E networks of all stacks, S derivatives, B points, D
coordinates, C outputs, U constants.

The constants are one more linear layer, without inputs: its matrices (N, 0, U) are empty, and its
biases (N, U) are the numbers. So Jacobians, steps and whatever moves layers need not know of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from nas.calculus.jets import DerivativeSet
from nas.calculus.networks import Rows, Trace
from nas.networks.family import Computation, Stack


def with_constants(stack: Stack, constants: Tensor | None) -> Stack:
    """The ``stack`` with the U ``constants`` (N, U) of each network behind its outputs.

    Examples
    --------
    >>> from nas.networks import Candidate, evaluate, untrained
    >>> one = untrained(Candidate("tanh", 1, 4), ["x"], outputs=1)
    >>> more = with_constants(one, torch.tensor([[7.0, 8.0]], dtype=torch.float64))
    >>> points = torch.zeros(1, 3, 1, dtype=torch.float64)  # (S, B, D)
    >>> evaluate(DerivativeSet([], 1), points, [more])[0, 0, -1]  # of an untrained network, u(0)
    tensor([0., 7., 8.], dtype=torch.float64)
    >>> with_constants(one, None) is one
    True
    """
    if constants is None:
        return stack
    weights = [*stack.weights, constants.new_empty(len(constants), 0, constants.shape[-1])]
    return replace(
        stack,
        family=WithConstants(stack.family),
        weights=weights,
        biases=[*stack.biases, constants],
    )


def constant_jet(derivatives: DerivativeSet, constants: Tensor, points: int) -> Tensor:
    """The jet (N, S, B, U) of ``constants`` (N, U) at B ``points``: all derivatives are 0.

    Examples
    --------
    >>> constant_jet(DerivativeSet([(1,)], 1), torch.tensor([[7.0]]), points=2).flatten().tolist()
    [7.0, 7.0, 0.0, 0.0]
    """
    count, width = constants.shape
    value = constants[:, None, None, :].expand(count, 1, points, width)
    return torch.cat([value, value.new_zeros(count, len(derivatives) - 1, points, width)], dim=1)


@dataclass(frozen=True)
class WithConstants:
    """A `Computation` of stacks whose last layer holds constants, and its other layers a network.

    Parameters
    ----------
    family
        How the networks compute.

    Examples
    --------
    >>> from nas.networks import Candidate, untrained
    >>> one = untrained(Candidate("tanh", 1, 4), ["x"], outputs=1)
    >>> more = with_constants(one, torch.zeros(1, 2, dtype=torch.float64))
    >>> [tuple(bias.shape) for bias in more.biases], type(more.family).__name__
    ([(1, 4), (1, 1), (1, 2)], 'WithConstants')
    """

    family: Computation

    def evaluate(
        self, derivatives: DerivativeSet, coordinates: Tensor, stacks: Sequence[Stack]
    ) -> Tensor:
        """See `Computation`: the jets (E, S, B, C + U)."""
        jet = self.family.evaluate(derivatives, coordinates, [self._bare(one) for one in stacks])
        constants = torch.cat([one.biases[-1] for one in stacks])
        return torch.cat([jet, constant_jet(derivatives, constants, jet.shape[-2])], dim=-1)

    def trace(self, derivatives: DerivativeSet, coordinates: Tensor, stack: Stack) -> Trace:
        """See `Computation`."""
        bare = self.family.trace(derivatives, coordinates, self._bare(stack))
        return _Trace(bare, constant_jet(derivatives, stack.biases[-1], bare.jet.shape[-2]))

    def features(self, derivatives: DerivativeSet, coordinates: Tensor, stack: Stack) -> Tensor:
        """See `Computation`: the networks' own."""
        return self.family.features(derivatives, coordinates, self._bare(stack))

    def select(self, shape: Any, networks: Sequence[int]) -> Any:
        """See `Computation`."""
        return self.family.select(shape, networks)

    def module(self, stack: Stack) -> nn.Module:
        """See `Computation`: the network alone."""
        return self.family.module(self._bare(stack))

    def _bare(self, stack: Stack) -> Stack:
        weights, biases = stack.weights[:-1], stack.biases[:-1]
        return replace(stack, family=self.family, weights=weights, biases=biases)


class _Trace:
    """The trace of networks, and of constants behind their outputs (see `Trace`)."""

    def __init__(self, bare: Trace, constants: Tensor) -> None:
        self._bare, self._outputs = bare, bare.jet.shape[-1]
        self.jet = torch.cat([bare.jet, constants], dim=-1).detach().requires_grad_()

    def rows(self, gradient: Tensor) -> Rows:
        """See `Trace`: the slopes by a constant are the gradient itself."""
        found = self._bare.rows(gradient[..., : self._outputs])
        slopes = gradient[..., self._outputs :].contiguous()
        return Rows([*found.inputs, slopes[..., :0]], [*found.slopes, slopes])
