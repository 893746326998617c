"""Interior points where the residual is large, weighted so that means stay means.

Axis legend: B points, N candidates for points, K systems, D coordinates.

A shock fills one part in a hundred of its domain: of a few hundred even points a handful see it,
and the loss is ruled by which. Here points are drawn with a density that follows the size of the
residuals, and each counts the less the denser its neighbourhood (importance sampling: Nabian,
Gladstone & Meidani 2021, arXiv 2104.12325). Part of the density stays even, so that no weight is
large.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nas.checks import check
from nas.problems.problem import Problem
from nas.problems.terms import PointCounts
from nas.training.collocation import Points, Sample, Sampler

CANDIDATE_DRAW = 2**29  # the first draw of the candidates' stream, which no other reaches

Residuals = Callable[[Sample], Tensor]  # N points -> size of the residual (K, N)


@dataclass(frozen=True)
class ResamplingSettings:
    """How points follow the residuals.

    Parameters
    ----------
    candidates
        From which the points are chosen, at least two for each: enough to find a shock that fills
        a hundredth of the domain, few enough to be evaluated in passing.
    even
        Share of the density that does not look at the residuals. It bounds a point's weight by
        1 / even times that of an even point.

    Examples
    --------
    >>> ResamplingSettings(even=0.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: ...
    """

    candidates: int = 4096
    even: float = 0.1

    def __post_init__(self) -> None:
        check(
            self,
            candidates=(self.candidates >= 1, "at least 1"),
            even=(0 < self.even <= 1, "in (0, 1]"),
        )


def residual_sizes(
    problem: Problem, jet: Tensor, sample: Sample, *, weighted: bool = True
) -> Tensor:
    """Root of the sum of the squared equations (…, B) at the points of a ``sample``.

    Parameters
    ----------
    jet : Tensor (…, S, B, C + U)
        Of the networks.
    sample
        Of the group of the equations.
    weighted
        Whether the squares count as in the physics loss; otherwise all are as they are written.

    Examples
    --------
    >>> from nas.training import example
    >>> jet = torch.tensor([[[2.0]], [[-5.0]]])  # (S, B, C): u = 2 and u' = -5 at one point
    >>> everything = {"interior": slice(0, 1)}
    >>> at = Sample(torch.zeros(1, 1).double(), torch.empty(1, 0), None, everything)
    >>> residual_sizes(example.PROBLEM, jet, at)  # |u' + u|
    tensor([3.])
    """
    group = problem.groups[0]
    physical = problem.physical(jet, group.derivatives, sample.points)
    squares = jet.new_zeros(*jet.shape[:-3], len(sample))
    for term in group.terms:
        seen = sample.seen_by(term)
        residuals = seen.residuals(seen.part(physical), group.derivatives)
        weights = term.weights if weighted else (1.0,) * len(residuals)
        for residual, weight in zip(residuals, weights, strict=True):
            squares[..., seen.rows] += (weight**0.5 * residual).square()
    return squares.sqrt()


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
    settings
        How many candidates, and how even the density stays.

    Examples
    --------
    A residual that is a hundred times as large from t = 0.9 on draws most of the points there:

    >>> from nas.training import example
    >>> def residuals(sample):  # N points -> (K, N)
    ...     return torch.where(sample.points > 0.9, 100.0, 1.0).T
    >>> drawn = Resampler(example.SAMPLER, residuals).draw(0, example.CPU)
    >>> int((drawn.interior > 0.9).sum()) > 8
    True
    >>> inside = drawn.samples[0]
    >>> late = (inside.points > 0.9).squeeze(-1)
    >>> bool(inside.weights[late].max() < inside.weights[~late].min())
    True
    """

    sampler: Sampler
    residuals: Residuals
    settings: ResamplingSettings = ResamplingSettings()

    def draw(self, number: int, device: torch.device) -> Points:
        """Draw number ``number``."""
        sampler = self.sampler
        _, *others = sampler.problem.groups
        samples = [sampler.sample(group, number, device) for group in others]
        return Points((self._interior(number, device), *samples))

    def _interior(self, number: int, device: torch.device) -> Sample:
        candidates = self._candidates(number, device)
        generator = np.random.default_rng((self.sampler.seed, number))
        regions = [*candidates.rows.values()]
        count = max(self.sampler.counts.interior, len(regions))
        chosen, probabilities = _choose(self.density(candidates), count, regions, generator)
        # E[Σ w f(x)/π(x)] over the chosen is the sum of w f over all candidates, π the probability
        # of being chosen: so weights in proportion to w/π make the mean that w makes.
        chosen, order = chosen.sort()  # so that those of a region stand together
        weights = self.sampler.even(candidates).cpu()[chosen] / probabilities[order]
        return Sample(
            candidates.points[chosen.to(device)],
            candidates.data[chosen.to(device)],
            (weights / weights.sum()).to(device),
            {region: _among(chosen, rows) for region, rows in candidates.rows.items()},
        )

    @torch.no_grad()
    def density(self, candidates: Sample) -> Tensor:
        """How likely each candidate is (N,): the systems' relative residuals, on average."""
        sizes = self.residuals(candidates).double().cpu()
        relative = (sizes / sizes.mean(1, keepdim=True)).nan_to_num(1.0, 1.0, 1.0)
        return self.settings.even + (1 - self.settings.even) * relative.mean(0)

    def _candidates(self, number: int, device: torch.device) -> Sample:
        sampler = self.sampler
        wanted = max(self.settings.candidates, 2 * sampler.counts.interior)
        counts = PointCounts(wanted, sampler.counts.boundary)
        return sampler.sample(sampler.problem.groups[0], CANDIDATE_DRAW + number, device, counts)


def _among(chosen: Tensor, rows: slice) -> slice:
    """Where those of the rising numbers ``chosen`` (n,) stand that lie in ``rows``."""
    begin, end = torch.searchsorted(chosen, torch.tensor([rows.start, rows.stop])).tolist()
    return slice(begin, end)


def _choose(
    density: Tensor, count: int, regions: Sequence[slice], generator: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Different candidates, the denser the likelier, and how likely each of them was.

    They win a race in which candidate i arrives after an exponential time of rate d_i (density).
    It had to beat the best of the losers, who arrived at 1 / bar: the probability of that is
    1 - exp(-d_i / bar) (priority sampling: Cohen & Kaplan 2007). One that is sure to win counts
    as one, however dense.

    The first of each region is chosen in any case: a step that sees no point of an equation lets
    its piece of the domain go anywhere. Where a region may expect less than one point, that one
    counts too much, though no more than the even part allows; elsewhere nothing changes.
    """
    speed = density / torch.from_numpy(generator.exponential(size=len(density)))
    for rows in regions:
        speed[rows.start + int(speed[rows].argmax())] = torch.inf
    best = speed.topk(count + 1)
    chosen, bar = best.indices[:-1], best.values[-1]
    return chosen, -torch.expm1(-density[chosen] / bar)
