"""Interior points where the residual is large, weighted so that means stay means.

Axis legend: B points, C candidates, K systems, D coordinates.

A shock fills one part in a hundred of its domain: of a few hundred even points a handful see it,
and the loss is ruled by which. Here points are drawn with a density that follows the size of the
residuals, and each counts the less the denser its place (importance sampling: Nabian, Gladstone
& Meidani 2021, arXiv 2104.12325). Part of the density stays even, so that no weight is large.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from nas.problems.problem import Problem
from nas.problems.sampling import interior_points
from nas.training.points import Points, Sampler

CANDIDATES = 4096
EVEN = 0.1  # share of the density that does not look at the residuals
CANDIDATE_DRAW = 2**29  # the first draw of their stream, which no other reaches


def residual_sizes(problem: Problem, jet: Tensor, points: Tensor) -> Tensor:
    """Root of the sum of the squared equations (…, B), of a jet (…, S, B, C) at points (B, D)."""
    residuals = problem.equations(jet, problem.derivatives, points)
    return torch.stack([residual.square() for residual in residuals]).sum(0).sqrt()


Residuals = Callable[[Tensor], Tensor]  # points (C, D) -> size of the residual (K, C)


@dataclass
class Resampler:
    """Draws points, one number after the other, by the residuals as they are at each draw.

    A density that is some steps old is worse than none: where the residuals have since grown it
    has few points, and their weights are large.

    Parameters
    ----------
    sampler
        Draws the candidates and the points on the boundary.
    residuals
        Of the networks as they are now.
    """

    sampler: Sampler
    residuals: Residuals

    def draw(self, number: int, dtype: torch.dtype, device: torch.device) -> Points:
        """Draw number ``number``."""
        plain = self.sampler.draw(number, dtype, device)
        candidates = self._candidates(number, dtype, device)
        generator = np.random.default_rng((self.sampler.seed, number))
        chosen, shares = _choose(self.density(candidates), self.sampler.interior, generator)
        weights = 1 / shares
        weights = (weights / weights.sum()).to(device, dtype)
        return replace(plain, interior=candidates[chosen.to(device)], weights=weights)

    @torch.no_grad()
    def density(self, candidates: Tensor) -> Tensor:
        """How likely each candidate is (C,): the systems' relative residuals, on average."""
        sizes = self.residuals(candidates).double().cpu()
        relative = (sizes / sizes.mean(1, keepdim=True)).nan_to_num(1.0, 1.0, 1.0)
        return EVEN + (1 - EVEN) * relative.mean(0)

    def _candidates(self, number: int, dtype: torch.dtype, device: torch.device) -> Tensor:
        sampler = self.sampler
        points = interior_points(
            sampler.problem.domain,
            max(CANDIDATES, 2 * sampler.interior),
            seed=sampler.seed,
            draw=CANDIDATE_DRAW + number,
            method=sampler.method,
        )
        return torch.as_tensor(points, dtype=dtype, device=device)


def _choose(density: Tensor, count: int, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Different indices, the denser the likelier, and how likely each of them was.

    They win a race in which each index is as fast as it is dense. Each had but to beat the best
    of the losers: a index that is sure to win counts as one, however dense (Cohen & Kaplan 2007).
    """
    race = density / torch.from_numpy(generator.exponential(size=len(density)))
    best = race.topk(count + 1)
    chosen, bar = best.indices[:-1], best.values[-1]
    return chosen, -torch.expm1(-density[chosen] / bar)
