"""Poisson's equation in five dimensions.

Equation: -Δu = (π²/4) Σ sin(π xᵢ / 2); u is given on the boundary.
Domain: the unit cube in five dimensions, with the coordinates v, w, x, y, z.
Units: none.
Truth: u = Σ sin(π xᵢ / 2).
Source: PINNacle (Hao et al. 2024, NeurIPS Datasets and Benchmarks), its "PoissonNd".
"""

from math import pi

import numpy as np
from torch import Tensor

from nas.problems import Box, Condition, Problem, laplacian

half = pi / 2
domain = Box(v=(0, 1), w=(0, 1), x=(0, 1), y=(0, 1), z=(0, 1))


def waves(*coordinates: Tensor) -> Tensor:
    """The solution u (B,), which is also the source over π²/4, at the coordinates (B,).

    Examples
    --------
    >>> import torch
    >>> waves(*torch.ones(5, 1)).tolist()
    [5.0]
    """
    first, *others = [(half * coordinate).sin() for coordinate in coordinates]
    return sum(others, first)


problem = Problem(
    name="poisson_5d",
    title="Poisson's equation in 5-D",
    equation="-Δu = (π²/4) Σ sin(π xᵢ / 2) on the unit cube, u = Σ sin(π xᵢ / 2)",
    domain=domain,
    residual=lambda u, v, w, x, y, z: laplacian(u) + half**2 * waves(v, w, x, y, z),
    conditions=[
        Condition(tuple(domain.parts), lambda u, v, w, x, y, z: u - waves(v, w, x, y, z)),
    ],
    solution=lambda v, w, x, y, z: np.sin(half * np.stack([v, w, x, y, z])).sum(axis=0),
)
