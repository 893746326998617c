"""Peaks: groups of picked frequencies that lie close together.

Axis legend: J picks, D coordinates.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.networks.initial import stream
from nas.training.collocation import Sampler
from nas.training.least_squares.features import Answer
from nas.training.least_squares.pairs import Pairs
from nas.training.least_squares.picking import picked
from nas.training.least_squares.points import points_at_residuals
from nas.training.least_squares.polish import polished
from nas.training.least_squares.spectrum import line_spectra, proposed

ROWS = 500  # for each field, where residuals are looked at
GUESSES = 1500
APART = 1.5 * math.pi  # along some axis: what is nearer is one peak
DRAW = 2**20  # of the points, and the stream of the guesses: no solve uses it


@dataclass(frozen=True)
class Peak:
    """Frequencies near one another; k and -k are the same.

    Parameters
    ----------
    energy
        What its picks undo of the residuals.
    picks : Tensor (J, D)
        The strongest first, which is its centre.

    Examples
    --------
    >>> Peak(1.0, torch.tensor([[20.0, 0.0], [21.0, 1.0]])).centre.tolist()
    [20.0, 0.0]
    """

    energy: float
    picks: Tensor

    @property
    def centre(self) -> Tensor:
        """The frequency (D,) about which it lies."""
        return self.picks[0]


def peaks(sampler: Sampler, answer: Answer, seed: int) -> list[Peak]:
    """Those of the linearised residuals of an ``answer``, the strongest first.

    Examples
    --------
    >>> from nas.problems import Box, Condition, Problem
    >>> from nas.problems.terms import PointCounts
    >>> from nas.training.least_squares.outputs import zero
    >>> start = Condition("t_min", lambda u: u)
    >>> equation = lambda u, t: u.t - 60 * torch.cos(60 * t)
    >>> fast = Problem("fast", Box(t=(0, 1)), equation, [start])
    >>> sampler = Sampler(fast, PointCounts(8, 8), "sobol", seed=0)
    >>> [one.centre.abs().round(decimals=4).tolist() for one in peaks(sampler, zero(fast), seed=0)]
    [[30.0]]
    """
    points, _ = points_at_residuals(sampler, answer, ROWS, DRAW)
    spectra, generator = line_spectra(sampler.problem, answer, points), stream(seed, DRAW)
    if not spectra:
        return []
    pairs = Pairs(sampler.problem, answer, points, seed)
    found = picked(pairs, proposed(spectra, GUESSES, generator), generator)
    if not len(found):
        return []
    fit = polished(pairs, found)
    return grouped(fit.frequencies, fit.energies)


def grouped(frequencies: Tensor, energies: Tensor) -> list[Peak]:
    """Frequencies (J, D) as peaks, by their energies (J,).

    Examples
    --------
    >>> some = torch.tensor([[20.0, 0.0], [0.0, 9.0], [-21.0, 1.0]])
    >>> [one.picks.tolist() for one in grouped(some, torch.tensor([2.0, 3.0, 1.0]))]
    [[[0.0, 9.0]], [[20.0, 0.0], [21.0, -1.0]]]
    """
    made: list[tuple[float, list[Tensor]]] = []
    for number in energies.argsort(descending=True, stable=True).tolist():
        one, energy = frequencies[number], float(energies[number])
        for place, (so_far, picks) in enumerate(made):
            near = [way * one for way in (1, -1) if _distance(way * one, picks[0]) < APART]
            if near:
                made[place] = so_far + energy, [*picks, near[0]]
                break
        else:
            made.append((energy, [one]))
    return [Peak(energy, torch.stack(picks)) for energy, picks in made]


def _distance(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().max())
