"""Gray and Scott's model: a pulse of one substance, which feeds on another, divides in two.

Equation: u_t = 2e-4 u_xx - u v² + 0.04 (1 - u), v_t = 1e-4 v_xx + u v² - 0.1 v; at first
u = 1 - b, v = b with b = exp(-80 x²) / 2; periodic along x.
Domain: -1 ≤ x ≤ 1, 0 ≤ t ≤ 100.
Units: none; u is the concentration of what is fed at the rate 0.04, v of what is removed at 0.1.
Truth: Fourier series, to 1e-10 (``data/make_gray_scott.py``).
Source: Pearson 1993, Science 261; in one dimension Doelman, Kaper & Zegeling 1997, Nonlinearity 10.
"""

from torch import Tensor

from nas.problems import Box, Condition, Periodic, Problem
from nas.problems.data.series import Series
from nas.problems.domains import Array


def bump(x: Tensor) -> Tensor:
    """The concentration v (B,) at first, at the points x (B,).

    Examples
    --------
    >>> import torch
    >>> bump(torch.tensor([0.0])).tolist()
    [0.5]
    """
    return (-80 * x**2).exp() / 2


def reference(x: Array, t: Array) -> tuple[Array, Array]:
    """The solution (u, v), each (N,), at the points x (N,), t (N,), to 1e-10.

    Examples
    --------
    >>> import numpy as np
    >>> [abs(c).round(6).tolist() for c in reference(np.array([0.0, 1.0]), np.zeros(2))]
    [[0.5, 1.0], [0.5, 0.0]]
    """
    u, v = Series.load("gray_scott")(x, t)
    return u, v


problem = Problem(
    name="gray_scott",
    title="Gray–Scott model",
    equation="u_t = 2e-4 u_xx - u v² + 0.04 (1 - u), v_t = 1e-4 v_xx + u v² - 0.1 v, periodic; "
    "at first 1 - u = v = exp(-80 x²) / 2",
    domain=Box(x=(-1, 1), t=(0, 100)),
    fields=("u", "v"),
    residual=lambda u, v: (
        u.t - 2e-4 * u.xx + u * v**2 - 0.04 * (1 - u),
        v.t - 1e-4 * v.xx - u * v**2 + 0.1 * v,
    ),
    conditions=[
        Condition("t_min", lambda u, x: u - 1 + bump(x)),
        Condition("t_min", lambda v, x: v - bump(x)),
        Periodic("x"),
    ],
    solution=reference,
)
