"""Collocation points as tensors: drawn anew as training goes on, the same for the same seed.

Axis legend: B points, D coordinates.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from nas.problems.problem import Problem
from nas.problems.sampling import Method, boundary_points, interior_points

# Held-out points come from a stream that no training draw reaches.
HELD_OUT_DRAW = 2**31
HELD_OUT_SHARE = 4  # held-out points for each that is trained on


@dataclass(frozen=True)
class Points:
    """Interior (B, D) and boundary (B', D) points; ``rows`` of the latter for each part.

    ``weights`` (B,), of sum 1, are what the interior points count in a mean over the domain.
    """

    interior: Tensor
    weights: Tensor
    boundary: Tensor
    rows: dict[str, slice]

    def on(self, parts: tuple[str, ...], among: slice) -> Tensor:
        """Which of the boundary rows ``among`` lie on ``parts``, counted from the first of them."""
        here = []
        for part in parts:
            begin = max(self.rows[part].start, among.start) - among.start
            end = min(self.rows[part].stop, among.stop) - among.start
            here.append(torch.arange(begin, max(begin, end), device=self.boundary.device))
        return torch.cat(here)

    def count(self, parts: tuple[str, ...]) -> int:
        """How many boundary points lie on ``parts``."""
        return sum(self.rows[part].stop - self.rows[part].start for part in parts)


@dataclass(frozen=True)
class Sampler:
    """Draws `Points` of a problem; a draw is a pure function of the seed and its number."""

    problem: Problem
    interior: int
    boundary: int
    method: Method
    seed: int

    def draw(self, number: int, dtype: torch.dtype, device: torch.device) -> Points:
        """Draw number ``number`` of the stream."""
        domain, parts = self.problem.domain, self.problem.parts
        seed, method = self.seed, self.method
        inside = interior_points(domain, self.interior, seed=seed, draw=number, method=method)
        drawn = {}
        if parts:
            drawn = boundary_points(
                domain, parts, self.boundary, seed=seed, draw=number, method=method
            )
        rows, start = {}, 0
        for part, points in drawn.items():
            rows[part] = slice(start, start + len(points))
            start += len(points)
        edge = np.concatenate([*drawn.values(), np.empty((0, inside.shape[1]))])
        return Points(
            torch.as_tensor(inside, dtype=dtype, device=device),
            torch.full((len(inside),), 1 / len(inside), dtype=dtype, device=device),
            torch.as_tensor(edge, dtype=dtype, device=device),
            rows,
        )

    def held_out(self, dtype: torch.dtype, device: torch.device) -> Points:
        """Points to judge by, never trained on: more of them, since all decisions rest on them."""
        more = replace(
            self, interior=HELD_OUT_SHARE * self.interior, boundary=HELD_OUT_SHARE * self.boundary
        )
        return more.draw(HELD_OUT_DRAW, dtype, device)
