"""The Korteweg–de Vries equation: a hump falls apart into two solitons, the tall one ahead.

Equation: u_t + 6 u u_x + u_xxx = 0; u is given at t = 0 and at both ends, u_x at the right one.
Domain: -6 ≤ x ≤ 10 and 0 ≤ t ≤ 1.5.
Units: none; solitons of the heights 2 and 1/2 have the speeds 4 and 1.
Truth: the two-soliton formula, which begins as (3/2) sech²(x/2).
Source: Drazin & Johnson 1989, Solitons: an Introduction, where lengths are half as large.
"""

import torch
from torch import Tensor

from nas.problems import Box, Condition, Problem
from nas.problems.domains import Array


def solitons(x: Tensor, t: Tensor) -> Tensor:
    """The solution u (B,) at the points x (B,), t (B,).

    Examples
    --------
    >>> solitons(torch.tensor([0.0]), torch.tensor([0.0])).tolist()
    [1.5]
    """
    above = 3 + 4 * torch.cosh(x - t) + torch.cosh(2 * x - 8 * t)
    return 3 * above / _below(x, t) ** 2


def slope(x: Tensor, t: Tensor) -> Tensor:
    """Its derivative u_x (B,).

    Examples
    --------
    >>> slope(torch.tensor([0.0]), torch.tensor([0.0])).tolist()
    [0.0]
    """
    rise = 4 * torch.sinh(x - t) + 2 * torch.sinh(2 * x - 8 * t)
    spread = torch.sinh((x - 7 * t) / 2) + torch.sinh((x - 3 * t) * 1.5)
    below = _below(x, t)
    return 3 * (rise / below - solitons(x, t) * spread) / below


def _below(x: Tensor, t: Tensor) -> Tensor:
    return 3 * torch.cosh((x - 7 * t) / 2) + torch.cosh((x - 3 * t) * 1.5)


def exact(x: Array, t: Array) -> Array:
    """The solution u (N,) for the report.

    Examples
    --------
    >>> import numpy as np
    >>> exact(np.array([0.0]), np.array([0.0])).tolist()
    [1.5]
    """
    u: Array = solitons(torch.as_tensor(x), torch.as_tensor(t)).numpy()
    return u


problem = Problem(
    name="kdv",
    title="Korteweg–de Vries equation",
    equation="u_t + 6 u u_x + u_xxx = 0, u(x, 0) = (3/2) sech²(x/2)",
    domain=Box(x=(-6, 10), t=(0, 1.5)),
    residual=lambda u: u.t + 6 * u * u.x + u.xxx,
    conditions=[
        Condition("t_min", lambda u, x: u - 1.5 / (x / 2).cosh() ** 2),
        Condition(("x_min", "x_max"), lambda u, x, t: u - solitons(x, t)),
        Condition("x_max", lambda u, x, t: u.x - slope(x, t)),
    ],
    solution=exact,
)
