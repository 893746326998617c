"""Collocation points as tensors: drawn anew as training goes on, the same for the same seed.

Axis legend: B points, b of them that a term sees, L locations that one residual sees at once, D
coordinates, K columns of data, S derivatives, C fields, U unknown coefficients; … any leading axes.

Coordinates are in float64, whatever the networks: float32 cannot tell points apart in a domain
that is narrow and far from the origin.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.problems.problem import Problem
from nas.problems.sampling import Method
from nas.problems.terms import Group, PointCounts, Term, together
from nas.problems.terms.interior import inside

HELD_OUT_DRAW = 2**31  # a random stream that no training draw uses


@dataclass(frozen=True)
class Sample:
    """The points of a draw for one group of terms.

    Parameters
    ----------
    points : Tensor (B, D) or (L, B, D), float64
        Region by region.
    data : Tensor (B, K), float64
        What goes with each of them.
    weights : Tensor (B,) or None
        What each point counts in a mean, with a sum of 1; None where all count the same.
    rows
        Which of the points lie in each region.

    Examples
    --------
    >>> from nas.training import example
    >>> inside, boundary = example.points().samples
    >>> boundary.points, boundary.rows
    (tensor([[0.]], dtype=torch.float64), {'t_min': slice(0, 1, None)})
    >>> inside.weights.sum().item(), boundary.weights
    (1.0, None)
    """

    points: Tensor
    data: Tensor
    weights: Tensor | None
    rows: dict[str, slice]

    def __len__(self) -> int:
        return self.points.shape[-2]

    def to(self, device: torch.device) -> "Sample":
        """The same on a ``device``."""
        weights = None if self.weights is None else self.weights.to(device)
        return Sample(self.points.to(device), self.data.to(device), weights, self.rows)

    def count(self, term: Term) -> int:
        """How many of the points ``term`` sees."""
        return sum(self.rows[region].stop - self.rows[region].start for region in term.regions)

    def seen_by(self, term: Term, among: slice | None = None) -> "View":
        """What ``term`` sees of the rows ``among``; of all of them by default."""
        among = slice(0, len(self)) if among is None else among
        return View(self, term, among, self._rows(term, among))

    def _rows(self, term: Term, among: slice) -> Tensor | slice:
        if tuple(term.regions) == tuple(self.rows):
            return slice(0, among.stop - among.start)
        here = []
        for region in term.regions:
            begin = max(self.rows[region].start, among.start) - among.start
            end = min(self.rows[region].stop, among.stop) - among.start
            here.append(torch.arange(begin, max(begin, end), device=self.points.device))
        return torch.cat(here)

    @property
    def locations(self) -> int:
        """L: at how many points the solution is evaluated for one residual."""
        return len(self.points) if self.points.ndim == 3 else 1


@dataclass(frozen=True)
class View:
    """What a term sees of a sample: b of its points, and what it leaves there.

    Parameters
    ----------
    sample, term
    among
        The rows of the sample that are looked at.
    rows
        Which of these the term sees, counted from the first of them. A slice where it sees all, so
        that nothing has to be gathered.

    Examples
    --------
    >>> from nas.training import example
    >>> group, sample = example.PROBLEM.groups[1], example.points().samples[1]
    >>> seen = sample.seen_by(group.terms[0])
    >>> seen.points
    tensor([[0.]], dtype=torch.float64)
    >>> jet = torch.full((1, 1, 1), 3.0, dtype=torch.float64)  # (S, B, C): u = 3
    >>> seen.residuals(jet, group.derivatives)  # u - 1
    [tensor([2.], dtype=torch.float64)]
    """

    sample: Sample
    term: Term
    among: slice
    rows: Tensor | slice

    @cached_property
    def points(self) -> Tensor:
        """The points (b, D) or (L, b, D)."""
        return self.sample.points[..., self.among, :][..., self.rows, :]

    @property
    def flat(self) -> Tensor:
        """The points (L·b, D), location by location."""
        return self.points.flatten(0, -2)

    def part(self, jet: Tensor) -> Tensor:
        """Of a jet (…, S, L·B, C) at all points looked at that (…, S, L·b, C) at those seen."""
        if isinstance(self.rows, slice):  # all of them
            return jet
        if self.sample.locations == 1:
            return jet[..., self.rows, :]
        by_location = torch.unflatten(jet, -2, (self.sample.locations, -1))
        return by_location[..., self.rows, :].flatten(-3, -2)

    def residuals(self, jet: Tensor, derivatives: DerivativeSet) -> list[Tensor]:
        """The residuals (…, b) of the fields' jet (…, S, L·b, C + U) at the points seen."""
        data = self.sample.data[self.among][self.rows]
        return self.term.residuals(jet, derivatives, self.points, data)

    def weighted(self, problem: Problem, jet: Tensor, derivatives: DerivativeSet) -> list[Tensor]:
        """The residuals of networks' jet at the points seen, as rows of a least-squares problem.

        Σ (w r²) = Σ (√w r)²: each times the root of what it counts in the physics loss.
        """
        physical = problem.physical(jet, derivatives, self.flat)
        return self.rooted(self.residuals(physical, derivatives))

    def rooted(self, residuals: Sequence[Tensor]) -> list[Tensor]:
        """The ``residuals`` (…, b), each times the root of what it counts in the physics loss."""
        if self.sample.weights is None:
            counts = self.sample.points.new_full((), 1 / self.sample.count(self.term))
        else:
            counts = self.sample.weights[self.among][self.rows]
        roots = counts.sqrt()
        return [
            one * (weight**0.5 * roots).to(one)
            for one, weight in zip(residuals, self.term.weights, strict=True)
        ]

    def mean_squares(self, residuals: Sequence[Tensor]) -> list[Tensor]:
        """What the points seen add to the mean square of each residual (…, b), times its weight."""
        pairs = zip(residuals, self.term.weights, strict=True)
        # Weighted first: the square of a residual in SI units may be beyond float32.
        squares = [(weight**0.5 * one).square() for one, weight in pairs]
        if self.sample.weights is None:
            return [one.sum(-1) / self.sample.count(self.term) for one in squares]
        weights = self.sample.weights[self.among][self.rows]
        return [one @ weights.to(one) for one in squares]


@dataclass(frozen=True)
class Points:
    """A draw: one `Sample` for each of the problem's groups of terms, the equations' first.

    Examples
    --------
    >>> from nas.training import example
    >>> points = example.points()
    >>> points.interior.shape, points.evaluations
    (torch.Size([16, 1]), 17)
    """

    samples: Sequence[Sample]

    @property
    def evaluations(self) -> int:
        """At how many points a network is evaluated for the residuals at all of these."""
        return sum(sample.locations * len(sample) for sample in self.samples)

    @property
    def interior(self) -> Tensor:
        """The points (B, D) inside the domain, in float64."""
        return self.samples[0].points

    def to(self, device: torch.device) -> "Points":
        """The same on a ``device``."""
        if self.interior.device == device:
            return self
        return Points([sample.to(device) for sample in self.samples])


@dataclass(frozen=True)
class Sampler:
    """Draws `Points` of a problem; a draw is a pure function of the seed and its number.

    Parameters
    ----------
    problem
        Whose terms want points.
    counts
        How many points a draw has.
    method
        How they are spread.
    seed
        Of all draws.
    held_out_share
        Held-out points for each that is trained on: more of them, since all decisions rest on
        them.

    Examples
    --------
    >>> from nas.training import example
    >>> draws = [example.SAMPLER.draw(number, example.CPU).interior for number in (0, 1, 0)]
    >>> torch.equal(draws[0], draws[2]), torch.equal(draws[0], draws[1])
    (True, False)
    >>> len(example.SAMPLER.held_out(example.CPU).interior)
    64
    """

    problem: Problem
    counts: PointCounts
    method: Method
    seed: int
    held_out_share: int = 4

    def draw(self, number: int, device: torch.device) -> Points:
        """Draw number ``number`` of the stream."""
        inside, *others = (self.sample(group, number, device) for group in self.problem.groups)
        # The equations' points have weights, since they may be drawn where residuals are large.
        return Points((replace(inside, weights=self.even(inside)), *others))

    def sample(
        self, group: Group, number: int, device: torch.device, counts: PointCounts | None = None
    ) -> Sample:
        """The points of one ``group`` in draw number ``number``."""
        drawn = group.source.draw(
            self.problem.domain,
            group.regions,
            counts or self.counts,
            seed=self.seed,
            draw=number,
            method=self.method,
        )
        rows, start = {}, 0
        for region, found in drawn.items():
            rows[region] = slice(start, start + len(found.data))
            start += len(found.data)
        everything = together(drawn)
        points = torch.as_tensor(everything.points, device=device)
        return Sample(points, torch.as_tensor(everything.data, device=device), None, rows)

    def held_out(self, device: torch.device) -> Points:
        """Points to judge by, never trained on."""
        return self.scaled(self.held_out_share).draw(HELD_OUT_DRAW, device)

    def even(self, sample: Sample) -> Tensor:
        """Weights (B,) that make means over the domain: a piece counts by its measure."""
        domain = self.problem.domain
        shares = [inside(domain, region).measure for region in sample.rows]
        weights = sample.points.new_empty(len(sample))
        for share, rows in zip(shares, sample.rows.values(), strict=True):
            weights[rows] = share / sum(shares) / (rows.stop - rows.start)
        return weights

    def scaled(self, factor: float) -> "Sampler":
        """A sampler of ``factor`` times the points, at least one inside and one on the boundary."""
        interior, boundary = self.counts.interior, self.counts.boundary
        counts = PointCounts(max(1, int(factor * interior)), max(1, int(factor * boundary)))
        return replace(self, counts=counts)

    def rows(self) -> int:
        """About how many residuals a draw has, one for each equation at each point."""
        groups = self.problem.groups
        return sum(group.source.rows(group.terms, self.counts) for group in groups)
