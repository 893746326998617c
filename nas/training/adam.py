"""Adam, whose state follows a drop of experts."""

import math
from collections.abc import Iterable, Sequence

import torch
from torch import nn

from nas.mixture.experts import Changes


def adam(learning_rate: float, *groups: Iterable[nn.Parameter]) -> torch.optim.Adam:
    """Adam (Kingma & Ba 2015) for groups of parameters, each in one pass.

    Examples
    --------
    >>> from nas.training import example
    >>> mixture = example.mixture()
    >>> optimiser = adam(1e-3, mixture.gate.parameters(), mixture.stacks.parameters())
    >>> [len(group["params"]) for group in optimiser.param_groups]
    [4, 8]
    """
    each = [{"params": list(group)} for group in groups]
    return torch.optim.Adam(each, lr=learning_rate, fused=True)


def set_learning_rates(optimiser: torch.optim.Optimizer, rates: Sequence[float]) -> None:
    """One rate for each group of parameters.

    Examples
    --------
    >>> one, other = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))
    >>> optimiser = adam(1.0, [one], [other])
    >>> set_learning_rates(optimiser, [0.1, 0.2])
    >>> [group["lr"] for group in optimiser.param_groups]
    [0.1, 0.2]
    """
    for group, rate in zip(optimiser.param_groups, rates, strict=True):
        group["lr"] = rate


def cosine(progress: float, floor: float) -> float:
    """Factor of the learning rate at ``progress`` in [0, 1]: from 1 down to ``floor``.

    (Loshchilov & Hutter 2017, without restarts.)

    Examples
    --------
    >>> [round(cosine(progress, floor=0.1), 3) for progress in (0.0, 0.5, 1.0, 2.0)]
    [1.0, 0.55, 0.1, 0.1]
    """
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(max(progress, 0.0), 1.0)))


def follow(optimiser: torch.optim.Optimizer, changes: Changes) -> None:
    """Let the optimiser follow a drop: what left the parameters leaves its state too.

    Examples
    --------
    >>> from nas.training import example
    >>> mixture = example.mixture()
    >>> optimiser = adam(1e-3, mixture.parameters())
    >>> follow(optimiser, mixture.drop(0))
    >>> sum(one.numel() for one in optimiser.param_groups[0]["params"])
    44
    >>> mixture.parameters_alive
    44
    """
    for group in optimiser.param_groups:
        group["params"] = [
            new
            for old in group["params"]
            if (new := changes[old][0] if old in changes else old) is not None
        ]
    for old, (new, rows) in changes.items():
        state = optimiser.state.pop(old, None)
        if state is not None and new is not None:
            optimiser.state[new] = {
                # Moments have the parameter's shape; the step count has none.
                key: value[rows].to(new.device) if value.shape == old.shape else value
                for key, value in state.items()
            }
