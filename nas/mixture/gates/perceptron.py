"""A gate that is a multilayer perceptron.

Axis legend: E experts alive, D coordinates, H width of the last hidden layer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nas import networks
from nas.calculus.activations import ACTIVATIONS
from nas.mixture import gate
from nas.mixture.experts import Changes, keep_rows
from nas.networks.encoding import count_features, resolve
from nas.networks.initial import glorot, stream
from nas.networks.perceptron import PERCEPTRON, Shape, in_words

_STREAM = 2**31  # of the seed: the pool's experts have those from 0 on


@dataclass(frozen=True)
class GateSettings:
    """Hidden layers, units in each, and activation; depth 0 is a linear gate.

    Raises
    ------
    ValueError
        If one is no such thing.

    Examples
    --------
    >>> GateSettings().describe()
    'a gating network with 2 layers of 16 units with tanh'
    """

    depth: int = 2
    width: int = 16
    activation: str = "tanh"

    def __post_init__(self) -> None:
        if not (_is_count(self.depth, 0) and _is_count(self.width, 1)):
            raise ValueError(
                f"depth={self.depth!r}, width={self.width!r}: expected integers ≥ 0 and ≥ 1"
            )
        if self.activation not in ACTIVATIONS:
            raise ValueError(
                f"activation: expected one of {', '.join(ACTIVATIONS)}, got {self.activation!r}"
            )

    def describe(self) -> str:
        """See `nas.mixture.gate.GateSettings`."""
        if self.depth == 0:
            return "a linear function of the scaled coordinates"
        return f"a gating network with {in_words(self.depth, self.width, self.activation)}"


class Gate(gate.Gate):
    """See `nas.mixture.gate.Gate`. The last layer begins at zero, so that λ = 1/E.

    Examples
    --------
    >>> gate = Gate(GateSettings(depth=1, width=8), "raw", ["x"], experts=3, seed=0)
    >>> gate.prefer(torch.tensor([0.0, 1.0, 2.0]))
    >>> gate.out_bias.tolist()
    [-1.0, 0.0, 1.0]
    """

    def __init__(
        self,
        settings: GateSettings,
        encoding: str,
        names: Sequence[str],
        experts: int,
        seed: int,
    ) -> None:
        super().__init__()
        self.settings: GateSettings = settings
        self.encoding = encoding
        self._shape = Shape((settings.activation,), resolve(encoding, names))
        widths = [count_features(encoding, len(names)), *[settings.width] * settings.depth]
        hidden = glorot(widths, stream(seed, _STREAM))
        self.weights = nn.ParameterList(map(nn.Parameter, hidden))
        self.biases = nn.ParameterList(
            nn.Parameter(torch.zeros(width, dtype=torch.float64)) for width in widths[1:]
        )
        self.out_weight = nn.Parameter(torch.zeros(experts, widths[-1], dtype=torch.float64))
        self.out_bias = nn.Parameter(torch.zeros(experts, dtype=torch.float64))

    @property
    def networks(self) -> networks.Stack:
        """A stack of one perceptron."""
        weights = [*self.weights, self.out_weight.T]
        biases = [*self.biases, self.out_bias]
        return networks.Stack(
            PERCEPTRON, self._shape, [w[None] for w in weights], [b[None] for b in biases]
        )

    @torch.no_grad()
    def prefer(self, scores: Tensor) -> None:
        """Set the output bias to ``scores`` (E,), but for a constant that no softmax sees."""
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


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
