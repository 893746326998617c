"""Poisson's equation on the L-shape: the re-entrant corner makes the gradient infinite.

Equation: -Δu = 1; u = 0 on the boundary.
Domain: the square [-1, 1]² without its upper right quarter.
Units: none.
Truth: the method of particular solutions, to an absolute error of 1e-12 (``data/l_shape.py``).
Source: Fox, Henrici & Moler 1967, SIAM Journal on Numerical Analysis 4.
"""

import torch

from nas.problems import Condition, Polygon, Problem, laplacian
from nas.problems.data.l_shape import reference

_CORNERS = ((-1, -1), (1, -1), (1, 0), (0, 0), (0, 1), (-1, 1))  # the fourth is re-entrant
_EDGES = ("bottom", "right", "inner_horizontal", "inner_vertical", "top", "left")

problem = Problem(
    name="poisson_l_shape",
    title="Poisson's equation on the L-shape",
    equation="-Δu = 1, u = 0 on the boundary",
    domain=Polygon(_CORNERS, names=_EDGES),
    # At distance r from the re-entrant corner second derivatives grow like r^(-4/3): no smooth
    # network has them, and the mean square of its residual is ruled by the points next to the
    # corner. The factor √r, zero nowhere else, takes that weight away, as in weighted least
    # squares for corner singularities (Cox & Fix 1984). Measured on one seed of a short run:
    # relative L2 3.4e-2 without it after 800 iterations of L-BFGS, 1.7e-2 with √r and 4.2e-2
    # with r after 560.
    residual=lambda u, x, y: torch.hypot(x, y).sqrt() * (laplacian(u) + 1),
    conditions=[Condition(_EDGES, lambda u: u)],
    solution=reference,
)
