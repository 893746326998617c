"""Schrödinger's equation with a focusing nonlinearity: a pulse contracts to twice its height.

Equation: i h_t + h_xx / 2 + |h|² h = 0 for h = u + i v, as two real fields; at first h is the sum
of the pulses 2 / cosh(x - 10 k) of all whole numbers k; periodic along x.
Domain: -5 ≤ x ≤ 5, 0 ≤ t ≤ π/2.
Units: none; h is the envelope of a wave.
Truth: Fourier series, to 1e-10 (``data/make_schroedinger.py``).
Source: Raissi, Perdikaris & Karniadakis 2019, Journal of Computational Physics 378, section 3.1.1.
There the one pulse k = 0 is cut off at ±5, where its slope jumps; the sum is smooth and periodic.
"""

from math import pi

import torch
from torch import Tensor

from nas.problems import Box, Condition, Periodic, Problem
from nas.problems.data.series import Series
from nas.problems.domains import Array


def pulses(x: Tensor) -> Tensor:
    """The values of u (B,) at first, at the points x (B,).

    Examples
    --------
    >>> pulses(torch.tensor([0.0, 5.0]))
    tensor([2.0004, 0.0539])
    """
    return torch.stack([2 / torch.cosh(x - 10 * k) for k in range(-4, 5)]).sum(dim=0)


def reference(x: Array, t: Array) -> tuple[Array, Array]:
    """The solution (u, v), each (N,), at the points x (N,), t (N,), to 1e-10.

    Examples
    --------
    >>> import numpy as np
    >>> [abs(c).round(3).tolist() for c in reference(np.array([0.0, 5.0]), np.zeros(2))]
    [[2.0, 0.054], [0.0, 0.0]]
    """
    u, v = Series.load("schroedinger")(x, t)
    return u, v


problem = Problem(
    name="schroedinger",
    title="Nonlinear Schrödinger equation",
    equation="i h_t + h_xx / 2 + |h|² h = 0 with h = u + i v, h(x, 0) = Σ 2 / cosh(x - 10 k), "
    "periodic",
    domain=Box(x=(-5, 5), t=(0, pi / 2)),
    fields=("u", "v"),
    residual=lambda u, v: (
        u.t + v.xx / 2 + (u**2 + v**2) * v,
        v.t - u.xx / 2 - (u**2 + v**2) * u,
    ),
    conditions=[
        Condition("t_min", lambda u, x: u - pulses(x)),
        Condition("t_min", lambda v: v),
        Periodic("x"),
    ],
    solution=reference,
)
