"""The gate: how much each expert counts at each point, and the penalty on many experts.

Axis legend: S derivatives, B points, D coordinates, E experts alive, H width of the last hidden layer.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nas.calculus import networks
from nas.calculus.jets import DerivativeSet
from nas.mixture.experts import Changes, initial_weights, keep_rows


@dataclass(frozen=True)
class GateShape:
    """Hidden layers, units in each, and activation; depth 0 is a linear gate."""

    depth: int = 2
    width: int = 16
    activation: str = "tanh"


class Gate(nn.Module):
    """An MLP whose softmax is the weights λ(x) ≥ 0 with Σᵢ λᵢ(x) = 1.

    It starts with λ = 1/E everywhere: its last layer is zero, so that nothing but what is
    learnt, or set by `prefer`, tells the experts apart.
    """

    def __init__(self, shape: GateShape, inputs: int, experts: int, seed: int) -> None:
        super().__init__()
        self.shape = shape
        widths = [inputs, *[shape.width] * shape.depth]
        # The pool's indices begin at 0; the gate takes the seed's stream behind them.
        hidden = initial_weights(widths, seed, 2**31)
        self.weights = nn.ParameterList(map(nn.Parameter, hidden))
        self.biases = nn.ParameterList(
            nn.Parameter(torch.zeros(width, dtype=torch.float64)) for width in widths[1:]
        )
        self.out_weight = nn.Parameter(torch.zeros(experts, widths[-1], dtype=torch.float64))
        self.out_bias = nn.Parameter(torch.zeros(experts, dtype=torch.float64))

    @property
    def networks(self) -> networks.Stack:
        """What the calculus evaluates: a stack of one."""
        weights = [*self.weights, self.out_weight.T]
        biases = [*self.biases, self.out_bias]
        return networks.Stack(
            (self.shape.activation,), [w[None] for w in weights], [b[None] for b in biases]
        )

    def forward(self, jet: Tensor, derivatives: DerivativeSet) -> Tensor:
        """The jet (S, B, E) of the logits from that of the scaled coordinates (S, B, D)."""
        return networks.evaluate(derivatives, jet, [self.networks]).squeeze(0)

    @torch.no_grad()
    def prefer(self, scores: Tensor) -> None:
        """Set the output bias to ``scores`` (E,): λ becomes their softmax where it was uniform."""
        self.out_bias.copy_(scores - scores.mean())

    def drop(self, column: int) -> Changes:
        """Remove the output of the expert in ``column``."""
        experts = len(self.out_bias)
        rows = torch.tensor(
            [row for row in range(experts) if row != column], device=self.out_bias.device
        )
        old_weight, old_bias = self.out_weight, self.out_bias
        self.out_weight, self.out_bias = keep_rows(old_weight, rows), keep_rows(old_bias, rows)
        return {old_weight: (self.out_weight, rows), old_bias: (self.out_bias, rows)}


def sparsity(importance: Tensor, p: float) -> Tensor:
    """S_p = Σᵢ λ̄ᵢᵖ of the batch-mean weights λ̄ (E,); p < 1 favours few experts.

    It acts on the mean: per point it would make each point one-hot, yet keep every expert
    alive somewhere (Bischof & Kraus 2022).
    """
    # The slope p λ̄ᵖ⁻¹ has no bound at 0: an expert that small is as good as dropped, and an
    # infinite gradient would take the whole gate with it.
    return importance.clamp_min(1e-6).pow(p).sum()
