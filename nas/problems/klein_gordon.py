"""The Klein–Gordon equation with a cubic term: a wave equation that is not linear.

Equation: u_tt - u_xx + u³ = f with f of the solution; u and u_t are given at t = 0, u at x = 0, 1.
Domain: 0 ≤ x ≤ 1 and 0 ≤ t ≤ 1.
Units: none.
Truth: u = x cos 5πt + (xt)³.
Source: Wang, Teng & Perdikaris 2021, SIAM Journal on Scientific Computing 43.
"""

from math import pi

import numpy as np
from torch import Tensor

from nas.problems import Box, Condition, Problem

omega = 5 * pi


def wave(x: Tensor, t: Tensor) -> Tensor:
    """The solution u (B,) at the points x (B,), t (B,).

    Examples
    --------
    >>> import torch
    >>> wave(torch.tensor([1.0]), torch.tensor([0.0])).tolist()
    [1.0]
    """
    return x * (omega * t).cos() + (x * t) ** 3


def f(x: Tensor, t: Tensor) -> Tensor:
    """The source (B,): u_tt - u_xx + u³ of the solution.

    Examples
    --------
    >>> import torch
    >>> f(torch.tensor([1.0]), torch.tensor([0.0])).item() == 1 - torch.tensor(omega**2).item()
    True
    """
    linear = -(omega**2) * x * (omega * t).cos() + 6 * x * t * (x**2 - t**2)
    return linear + wave(x, t) ** 3


problem = Problem(
    name="klein_gordon",
    title="Klein–Gordon equation",
    equation="u_tt - u_xx + u³ = f, u = x cos 5πt + (xt)³",
    domain=Box(x=(0, 1), t=(0, 1)),
    residual=lambda u, x, t: u.tt - u.xx + u**3 - f(x, t),
    conditions=[
        Condition("t_min", lambda u, x: u - x),
        Condition("t_min", lambda u: u.t),
        Condition(("x_min", "x_max"), lambda u, x, t: u - wave(x, t)),
    ],
    solution=lambda x, t: x * np.cos(omega * t) + (x * t) ** 3,
)
