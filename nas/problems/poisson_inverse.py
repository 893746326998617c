"""Which material is it? An unknown conductivity that varies, from observed temperatures.

Equation: -∇·(a ∇u) = f with an unknown field a(x, y), known on the boundary alone; u = 0 on the
boundary; u is observed at 900 random points, with errors of standard deviation 0.001. f is such
that u and a are the formulas below.
Domain: the unit square.
Units: none.
Truth: u = sin πx sin πy, a = 1 / (1 + x² + y² + (x - 1)² + (y - 1)²).
Source: Hao et al. 2023, PINNacle, arXiv:2306.08827 ("PInv").
"""

import numpy as np
from torch import Tensor, pi, sin

from nas.problems import Box, Condition, Observations, Problem
from nas.problems.domains import Array

edges = ("x_min", "x_max", "y_min", "y_max")


def conductivity(x: Tensor, y: Tensor) -> Tensor:
    """a (B,) at the points x (B,), y (B,).

    Examples
    --------
    >>> import torch
    >>> conductivity(torch.tensor([0.5]), torch.tensor([0.5])).tolist()
    [0.5]
    """
    return 1 / (1 + x**2 + y**2 + (x - 1) ** 2 + (y - 1) ** 2)


def source(x: Tensor, y: Tensor) -> Tensor:
    """f = -a Δu - a_x u_x - a_y u_y (B,) at the points x (B,), y (B,); a_x = -(4x - 2) a².

    Examples
    --------
    >>> import torch
    >>> source(torch.tensor([0.5]), torch.tensor([0.5]))  # π²
    tensor([9.8696])
    """
    a, u = conductivity(x, y), sin(pi * x) * sin(pi * y)
    along = (4 * x - 2) * (pi * x).cos() * (pi * y).sin()
    across = (4 * y - 2) * (pi * x).sin() * (pi * y).cos()
    return 2 * pi**2 * a * u + pi * a**2 * (along + across)


def exact(x: Array, y: Array) -> tuple[Array, Array]:
    """The solution (u, a), each (N,), at the points x (N,), y (N,).

    Examples
    --------
    >>> [field.tolist() for field in exact(np.full(1, 0.5), np.full(1, 0.5))]
    [[1.0], [0.5]]
    """
    a = 1 / (1 + x**2 + y**2 + (x - 1) ** 2 + (y - 1) ** 2)
    return np.sin(np.pi * x) * np.sin(np.pi * y), a


def observe() -> dict[str, Array]:
    """The observations of u: columns (900,) by name.

    Examples
    --------
    >>> {name: column.shape for name, column in observe().items()}
    {'x': (900,), 'y': (900,), 'u': (900,)}
    """
    random = np.random.default_rng(0)
    x, y = random.uniform(size=(2, 900))
    return {"x": x, "y": y, "u": exact(x, y)[0] + 1e-3 * random.standard_normal(900)}


problem = Problem(
    name="poisson_inverse",
    title="Poisson's equation with an unknown conductivity",
    equation="-∇·(a ∇u) = f, u = 0 on the boundary; a(x, y) is unknown inside; "
    "900 noisy observations of u",
    domain=Box(x=(0, 1), y=(0, 1)),
    fields=("u", "a"),
    residual=lambda u, a, x, y: (a * u.x).d("x") + (a * u.y).d("y") + source(x, y),
    conditions=[
        Condition(edges, lambda u: u),
        Condition(edges, lambda a, x, y: a - conductivity(x, y)),
        Observations(observe(), noise=1e-3),
    ],
    solution=exact,
)
