"""The mean of many jets with softmax weights, by the fastest way that there is.

Axis legend: S streams, B points, E terms of the mean, C components.
"""

import torch
from torch import Tensor

from nas.calculus import fused, jets
from nas.calculus.jets import Streams


def mix(streams: Streams, logits: Tensor, terms: Tensor) -> Tensor:
    """The jet (S, B, C) of Σᵢ softmax(g)ᵢ uᵢ from those of g (S, B, E) and of u (E, S, B, C).

    By the product rule: the derivatives of the weights count.
    """
    if fused.available(logits):
        above, below = fused.mix(streams, logits, terms)
    else:
        above, below = plain(streams, logits, terms)
    return jets.divide(streams, above, below.unsqueeze(-1))


def plain(streams: Streams, logits: Tensor, terms: Tensor) -> tuple[Tensor, Tensor]:
    """The jets of Σᵢ exp(gᵢ) uᵢ (S, B, C) and Σᵢ exp(gᵢ) (S, B), but for a factor.

    The factor is the same in both and constant around each point: it changes no quotient, and
    keeps the exponentials from overflow.
    """
    value = logits[0]
    exponential = torch.exp(value - value.amax(-1, keepdim=True).detach())
    weights = jets.compose(streams, [exponential] * (streams.order + 1), logits)
    weighted = jets.multiply(streams, weights.movedim(-1, 0).unsqueeze(-1), terms)
    return weighted.sum(0), weights.sum(-1)
