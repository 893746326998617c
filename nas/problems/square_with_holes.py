"""Laplace's equation on a square with four round holes.

Equation: -Δu = 0; u = 1 on the sides, u = 0 on the rims of the holes.
Domain: the square |x|, |y| ≤ 1/2 without four discs of radius 1/10 around (±3/10, ±3/10).
Units: none; u is a potential or a temperature.
Truth: a sum of multipoles, to 1e-12 (``data/multipoles.py``).
Source: Hao et al. 2023, PINNacle, arXiv:2306.08827 ("Poisson 2D Classic").
"""

from nas.problems import Box, Condition, Disc, Problem, laplacian
from nas.problems.data.multipoles import OFFSET, RADIUS, reference

square = Box(x=(-0.5, 0.5), y=(-0.5, 0.5))
sides = tuple(square.parts)
centers = [(a * OFFSET, b * OFFSET) for a in (-1, 1) for b in (-1, 1)]
holes = [Disc(center, RADIUS, name=f"rim_{i}") for i, center in enumerate(centers, start=1)]
problem = Problem(
    name="square_with_holes",
    title="Laplace's equation around four holes",
    equation="-Δu = 0, u = 1 on the sides, u = 0 on the rims of the holes",
    domain=square - holes[0] - holes[1] - holes[2] - holes[3],
    residual=lambda u: laplacian(u),
    conditions=[
        Condition(sides, lambda u: u - 1),
        Condition(("rim_1", "rim_2", "rim_3", "rim_4"), lambda u: u),
    ],
    solution=reference,
)
