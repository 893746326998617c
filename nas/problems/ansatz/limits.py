"""What a condition gives on its way to a place, where it may have another value than there.

Axis legend: N places.
"""

import torch
from torch import Tensor


def on_the_way(
    steps: tuple[float, float], told: tuple[Tensor, Tensor, Tensor], rounding: float, same: float
) -> Tensor:
    """The value (N,) at a place or, if that is another one and stays, on the way to it.

    Such as ``torch.where(x > 0, 1.0, 0.0)``, whose value at x = 0 counts for nothing. A root that
    begins at the place has its value there: it changes as much from step to step.

    Parameters
    ----------
    steps
        How far off, the shorter first.
    told : Tensor (N,) each
        What it is at the place, at the shorter step and at the longer.
    rounding, same
        Of values that stay, and of those that are no others.

    Examples
    --------
    >>> def root(x, power):
    ...     return [torch.tensor([step]).double() ** power for step in x]
    >>> steps = (1e-12, 1e-10)
    >>> on_the_way(steps, tuple(root((0.0, *steps), 0.5)), 1e-12, 1e-9).item()
    0.0
    >>> on_the_way(steps, tuple(torch.tensor([one]) for one in (0.0, 1.0, 1.0)), 1e-12, 1e-9).item()
    1.0
    """
    there, nearer, near = told
    apart = (nearer - there).abs().nan_to_num(nan=0.0, posinf=0.0)
    settled = (nearer - near).abs() <= steps[0] / steps[1] * apart + rounding
    is_other = ~((nearer - there).abs() <= same)
    return torch.where(settled & is_other & nearer.isfinite(), nearer, there)
