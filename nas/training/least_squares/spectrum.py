"""How fast residuals swing along each axis, from their spectra along lines; and guesses from these.

Axis legend: D coordinates, B points of a line, W = B / 2 + 1 frequencies, M guesses.

On a line through the box the scaled coordinate ξ runs over [-1, 1], so the j-th frequency of a
discrete Fourier transform is jπ. Each line is weighed by Hann's window, without which the jump
between its ends would leak into all frequencies like 1 / j.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from nas.problems import Problem
from nas.problems.terms import Group
from nas.training.collocation import Points, Sample
from nas.training.least_squares.features import Answer

LINES = 24  # through points of each region, along each axis
ALONG = 256  # points of each, so that waves are told apart up to a frequency of 128 π
FASTEST = 300.0  # guess: beyond it a line has less than three points a wave
FAINT = 1e-6  # of the largest amplitude: rounding

Spectrum = list[Tensor]  # of one residual: D amplitudes (W,)


def line_spectra(problem: Problem, answer: Answer, points: Points) -> list[Spectrum]:
    """For each weighted residual its mean amplitude spectra along the axes.

    The lines go through some of the ``points``, and a condition's residuals are looked at all
    along them: a function of the coordinates, it may be evaluated off its boundary. Conditions
    that compare locations have no lines.

    Examples
    --------
    >>> from nas.training import example
    >>> def fast(points, derivatives):  # u = 0 and u' = sin 40 t, a wave of 20 ξ
    ...     wave = torch.sin(40 * points.double())
    ...     return torch.stack([0 * wave, wave][: len(derivatives)])
    >>> equation, condition = line_spectra(example.PROBLEM, fast, example.points())
    >>> int(equation[0].argmax()), round(20 / math.pi, 1), equation[0].shape
    (6, 6.4, torch.Size([129]))
    """
    found: list[Spectrum] = []
    for group, sample in zip(problem.groups, points.samples, strict=True):
        if sample.locations == 1 and len(sample):
            by_axis = [_along(problem, answer, group, sample, axis) for axis in _axes(problem)]
            found += [list(one) for one in zip(*by_axis, strict=True)]
    largest = max((float(amplitude.max()) for one in found for amplitude in one), default=0.0)
    return [one for one in found if max(float(each.max()) for each in one) > FAINT * largest]


def proposed(spectra: Sequence[Spectrum], count: int, generator: torch.Generator) -> Tensor:
    """About ``count`` guesses (M, D): each axis drawn by the amplitudes of one of the residuals.

    All residuals have an equal part in them; signs are random.

    Examples
    --------
    >>> peak = torch.zeros(129, dtype=torch.float64)
    >>> peak[10] = 1.0
    >>> found = proposed([[peak]], 100, torch.Generator().manual_seed(0))
    >>> (found.abs() / math.pi).round().unique().tolist()
    [10.0]
    """
    each = count // len(spectra)
    made = [
        torch.stack([_drawn(amplitude, each, generator) for amplitude in one], dim=1)
        for one in spectra
    ]
    return torch.cat(made)


def _drawn(amplitude: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Frequencies (count,), half a step of the transform around those drawn, of either sign."""
    share = amplitude[: int(FASTEST / math.pi) + 1]
    share = share / share.sum() if float(share.sum()) > 0 else torch.ones_like(share)
    number = torch.multinomial(share + 1e-9, count, replacement=True, generator=generator)
    even = torch.rand(2, count, generator=generator, dtype=torch.float64)
    return math.pi * (number + even[0] - 0.5) * torch.where(even[1] < 0.5, -1.0, 1.0)


def _axes(problem: Problem) -> range:
    return range(len(problem.coordinates))


@torch.no_grad()
def _along(
    problem: Problem, answer: Answer, group: Group, sample: Sample, axis: int
) -> list[Tensor]:
    """For each weighted residual of a group its root mean square amplitude (W,) along an axis."""
    lines = _lines(problem, sample, axis)
    jet = answer(lines.points, group.derivatives).double()
    window = torch.hann_window(ALONG, periodic=True, dtype=torch.float64)
    found = []
    for term in group.terms:
        seen = lines.seen_by(term)
        for residual in seen.weighted(problem, seen.part(jet), group.derivatives):
            by_line = residual.double().nan_to_num(0.0, 0.0, 0.0).view(-1, ALONG)
            found.append(torch.fft.rfft(by_line * window).abs().square().mean(0).sqrt())
    return found


def _lines(problem: Problem, sample: Sample, axis: int) -> Sample:
    """Lines along an axis, through some of the points of each region of a sample."""
    through, rows, begin = [], {}, 0
    for region, own in sample.rows.items():
        some = torch.linspace(own.start, own.stop - 1, min(LINES, own.stop - own.start)).long()
        through.append(some)
        rows[region] = slice(begin, begin + len(some) * ALONG)
        begin += len(some) * ALONG
    number = torch.cat(through)
    low, high = problem.domain.bounds[axis]
    points = sample.points[number].repeat_interleave(ALONG, dim=0)
    step = (torch.arange(ALONG, dtype=torch.float64) + 0.5) / ALONG
    points[:, axis] = (low + (high - low) * step).repeat(len(number))
    return Sample(points, sample.data[number].repeat_interleave(ALONG, dim=0), None, rows)
