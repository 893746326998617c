"""The jets of many networks, and their gated mean, in torch's own functions.

Axis legend: N networks of a stack, S derivatives, B points, D inputs, C outputs, E terms of the
mean, V and W widths.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jets import DerivativeSet


@dataclass(frozen=True)
class Perceptrons:
    """N multilayer perceptrons of one shape; the last layer is linear.

    Parameters
    ----------
    activations
        Name of each network's activation.
    weights, biases
        Of each layer: (N, V, W) and (N, W).

    Examples
    --------
    One network, x ↦ 2 tanh 3x:

    >>> weights = [torch.tensor([[[3.0]]]), torch.tensor([[[2.0]]])]
    >>> one = Perceptrons(("tanh",), weights, [torch.zeros(1, 1)] * 2)
    >>> x = torch.tensor([[[0.1]]])  # the jet of a value alone at one point
    >>> round(evaluate(DerivativeSet([], 1), x, [one]).item(), 4)
    0.5826
    """

    activations: tuple[str, ...]
    weights: Sequence[Tensor]
    biases: Sequence[Tensor]


def evaluate(
    derivatives: DerivativeSet, coordinates: Tensor, stacks: Sequence[Perceptrons]
) -> Tensor:
    """Each network's jet (E, S, B, C) from that of the coordinates (S, B, D).

    Examples
    --------
    A network without hidden layers, u = 2 x + 1, at x = 3; u and u_x:

    >>> line = Perceptrons(("tanh",), [torch.tensor([[[2.0]]])], [torch.tensor([[1.0]])])
    >>> x = torch.tensor([[[3.0]], [[1.0]]])  # (S, B, D)
    >>> evaluate(DerivativeSet([(1,)], 1), x, [line]).flatten().tolist()
    [7.0, 2.0]
    """
    return torch.cat([_evaluate(derivatives, coordinates, stack) for stack in stacks])


def mix(derivatives: DerivativeSet, logits: Tensor, terms: Tensor) -> tuple[Tensor, Tensor]:
    """The jets of Σᵢ exp(gᵢ) uᵢ (S, B, C) and of Σᵢ exp(gᵢ) (S, B), but for a common factor.

    From the jets of g (S, B, E) and of u (E, S, B, C). The factor is constant around each point:
    it changes no quotient, and keeps the exponentials from overflow.

    Examples
    --------
    >>> terms = torch.tensor([6.0, 2.0]).view(2, 1, 1, 1)
    >>> above, below = mix(DerivativeSet([], 1), torch.zeros(1, 1, 2), terms)
    >>> (above.squeeze(-1) / below).item()  # equal logits: the mean
    4.0
    """
    value = logits[0]
    exponential = torch.exp(value - value.amax(-1, keepdim=True).detach())
    weights = jets.compose(derivatives, [exponential] * (derivatives.order + 1), logits)
    weighted = jets.multiply(derivatives, weights.movedim(-1, 0).unsqueeze(-1), terms)
    return weighted.sum(0), weights.sum(-1)


@dataclass(frozen=True)
class Rows:
    """Some rows of the Jacobian of a stack: for each layer inputs and slopes.

    Parameters
    ----------
    inputs, slopes
        Of each layer, (N, S, B, V), and (N, S, B, W): the derivatives of the rows, here B of
        them, by the layer's pre-activations.
    values
        How many of the S components, the first ones, are values rather than derivatives: one for
        each location that a row sees. A bias acts on these alone.

    Examples
    --------
    Two points, 3 and 5, of one network u = w x + c, whose residual is u itself:

    >>> rows = Rows([torch.tensor([3.0, 5.0]).view(1, 1, 2, 1)], [torch.ones(1, 1, 2, 1)])
    >>> rows.inputs[0].shape
    torch.Size([1, 1, 2, 1])
    """

    inputs: Sequence[Tensor]
    slopes: Sequence[Tensor]
    values: int = 1

    def of(self, networks: Tensor) -> "Rows":
        """Those of the ``networks`` (n,)."""
        inputs, slopes = [a[networks] for a in self.inputs], [d[networks] for d in self.slopes]
        return Rows(inputs, slopes, self.values)

    def by_bias(self, layer: int) -> Tensor:
        """The derivatives (N, B, W) by the layer's bias."""
        slopes = self.slopes[layer]
        return slopes[:, 0] if self.values == 1 else slopes[:, : self.values].sum(1)

    def seen_together(self, locations: int) -> "Rows":
        """Of rows at L·B points, location by location, those of B residuals that see L points each.

        A residual's derivative by a weight is the sum over its points and over the components of
        the jet alike: so locations become components, the values of all of them first.
        """
        if locations == 1:
            return self

        def folded(factors: Sequence[Tensor]) -> list[Tensor]:
            return [torch.unflatten(one, 2, (locations, -1)).flatten(1, 2) for one in factors]

        return Rows(folded(self.inputs), folded(self.slopes), locations)


class Trace:
    """One evaluation of a stack at the jet of the coordinates (S, B, D), and the way back.

    ``jet`` (N, S, B, C) is a leaf: what is made of it can be differentiated by it.

    Examples
    --------
    A network without hidden layers, u = 2 x + 1, at x = 3, and the residual 5 u:

    >>> line = Perceptrons(("tanh",), [torch.tensor([[[2.0]]])], [torch.tensor([[1.0]])])
    >>> traced = Trace(DerivativeSet([], 1), torch.tensor([[[3.0]]]), line)
    >>> rows = traced.rows(torch.full_like(traced.jet, 5.0))
    >>> traced.jet.item(), rows.inputs[0].item(), rows.slopes[0].item()
    (7.0, 3.0, 5.0)
    """

    def __init__(self, derivatives: DerivativeSet, coordinates: Tensor, stack: Perceptrons) -> None:
        self._inputs: list[Tensor] = []
        self._pre_activations: list[Tensor] = []
        jet = coordinates.expand(len(stack.activations), *coordinates.shape)
        for weight, bias in zip(stack.weights, stack.biases, strict=True):
            if self._inputs:
                jet = activate(derivatives, stack.activations, jet)
            self._inputs.append(jet.detach())
            jet = jets.shift(jets.linear(jet, weight.detach()), bias.detach())
            # The way back ends at the first layer: nothing before it is to be learnt.
            jet = jet if jet.requires_grad else jet.requires_grad_()
            self._pre_activations.append(jet)
        self.jet = jet.detach().requires_grad_()

    def rows(self, gradient: Tensor) -> Rows:
        """The factors of the rows whose derivatives by the jet are ``gradient`` (N, S, B, C)."""
        slopes = torch.autograd.grad(
            self._pre_activations[-1], self._pre_activations, gradient, retain_graph=True
        )
        return Rows(self._inputs, slopes)


def outer(inputs: Tensor, slopes: Tensor, entries: Tensor) -> None:
    """Write Σₛ inputs (N, S, B, V) × slopes (N, S, B, W), point by point, into (N, B, V·W).

    Examples
    --------
    >>> entries = torch.empty(1, 1, 4)
    >>> outer(torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[3.0, 5.0]]]]), entries)
    >>> entries.tolist()
    [[[3.0, 5.0, 6.0, 10.0]]]
    """
    weights = entries.view(*entries.shape[:2], inputs.shape[-1], slopes.shape[-1])
    torch.mul(inputs[:, 0, :, :, None], slopes[:, 0, :, None, :], out=weights)
    for s in range(1, inputs.shape[1]):
        weights.addcmul_(inputs[:, s, :, :, None], slopes[:, s, :, None, :])


def activate(derivatives: DerivativeSet, activations: Sequence[str], jet: Tensor) -> Tensor:
    """The jet of each network's activation of the jets (N, S, B, W).

    Examples
    --------
    >>> z = torch.zeros(2, 1, 1, 1)  # one value of each of two networks
    >>> [round(a.item(), 4) for a in activate(DerivativeSet([], 1), ["sine", "softplus"], z)]
    [0.0, 0.6931]
    """
    return _activate(derivatives, activations, jet, jet.new_zeros(len(activations), jet.shape[-1]))


def hidden(derivatives: DerivativeSet, jet: Tensor, stack: Perceptrons) -> Tensor:
    """The jets (N, S, B, W) of the last hidden layer, a batched product a layer.

    Examples
    --------
    The networks 5 sin x and 7 sin 3x at x = 0, with derivatives:

    >>> weights = [torch.tensor([[[1.0]], [[3.0]]]), torch.tensor([[[5.0]], [[7.0]]])]
    >>> two = Perceptrons(("sine", "sine"), weights, [torch.zeros(2, 1)] * 2)
    >>> x = torch.tensor([[[0.0]], [[1.0]]])  # (S, B, D)
    >>> hidden(DerivativeSet([(1,)], 1), x, two).squeeze().tolist()
    [[0.0, 1.0], [0.0, 3.0]]
    """
    for weight, bias in zip(stack.weights[:-1], stack.biases[:-1], strict=True):
        jet = _activate(derivatives, stack.activations, jets.linear(jet, weight), bias)
    return jet


def _evaluate(derivatives: DerivativeSet, jet: Tensor, stack: Perceptrons) -> Tensor:
    """One stack: hidden layers, and the linear one."""
    last = jets.linear(hidden(derivatives, jet, stack), stack.weights[-1])
    return jets.shift(last, stack.biases[-1])


def _activate(
    derivatives: DerivativeSet, activations: Sequence[str], jet: Tensor, bias: Tensor
) -> Tensor:
    """Neighbours of one activation are one slice."""
    runs = [(name, len(list(run))) for name, run in groupby(activations)]
    if len(runs) == 1:
        return jets.layer(derivatives, ACTIVATIONS[runs[0][0]], jet, bias)
    counts = [count for _, count in runs]
    parts = zip(runs, torch.split(jet, counts), torch.split(bias, counts), strict=True)
    return torch.cat(
        [jets.layer(derivatives, ACTIVATIONS[name], g, b) for (name, _), g, b in parts]
    )
