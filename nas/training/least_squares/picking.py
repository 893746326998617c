"""Frequencies picked one after the other, each the one that undoes most of what is left.

Orthogonal matching pursuit (Pati, Rezaiifar & Krishnaprasad 1993, Asilomar 27) on pairs of a sine
and a cosine: after each pick all amplitudes so far are solved for anew.

Axis legend: R rows, M guesses, J picks, D coordinates, P = 2C columns of a pair.
"""

import math

import torch
from torch import Tensor

from nas.training.least_squares.pairs import SMALLEST, Pairs

MOST = 24  # picks
ENOUGH = 1e-4  # of the energy of the residuals: where less is left, no more are picked
RIDGE = 1e-3  # of a unit column, for pairs that are nearly one column
ROUNDS, NEARBY = 2, 24  # rounds of guesses around a pick, and guesses of each
WIDTH = math.pi / 2  # of the first round: half the width of a line in a spectrum


def picked(pairs: Pairs, guesses: Tensor, generator: torch.Generator) -> Tensor:
    """Frequencies (J, D), at most 24, beginning from guesses (M, D).

    None is picked that undoes no more than the best of so many would by chance, of white noise in
    rows that count alike.

    Examples
    --------
    Of u' + u = 5 sin 60 t, in which ξ = 2 t - 1:

    >>> from nas.problems import Box, Condition, Problem
    >>> from nas.problems.terms import PointCounts
    >>> from nas.training.collocation import Sampler
    >>> from nas.training.least_squares.outputs import zero
    >>> start = Condition("t_min", lambda u: u)
    >>> equation = lambda u, t: u.t + u - 5 * torch.sin(60 * t)
    >>> fast = Problem("fast", Box(t=(0, 1)), equation, [start])
    >>> points = Sampler(fast, PointCounts(200, 8), "sobol", seed=0).draw(0, torch.device("cpu"))
    >>> pairs, random = Pairs(fast, zero(fast), points, seed=0), torch.Generator().manual_seed(0)
    >>> guesses = torch.linspace(0, 80, 81, dtype=torch.float64)[:, None]
    >>> picked(pairs, guesses, random).round().tolist()
    [[30.0]]
    """
    columns = _unit(pairs.columns(guesses))
    left, energy = pairs.residuals, float(pairs.residuals.square().sum())
    first, found, used = energy, list[Tensor](), list[Tensor]()
    by_chance = chance(columns.shape[2], len(guesses)) / len(left)
    while len(found) < MOST and energy > ENOUGH * first:
        undone = _undone(columns, left)
        best = int(undone.argmax())
        if float(undone[best]) < by_chance * energy:
            break
        pick = guesses[best], columns[:, best], float(undone[best])
        frequency, own = _refined(pairs, left, pick, generator)
        found.append(frequency)
        used.append(own)
        left = _left(torch.cat(used, dim=1), pairs.residuals)
        energy = float(left.square().sum())
    return torch.stack(found) if found else guesses[:0]


def chance(columns: int, tries: int) -> float:
    """What the best of so many ``tries`` undoes of noise, over the noise's mean square in a row.

    One undoes χ² of as many degrees of freedom as it has ``columns``, n, and P(χ² ≥ n + 2 √(n x)
    + 2 x) ≤ exp(-x) (Laurent & Massart 2000, Annals of Statistics 28); of T tries with x = log 10 T
    one in ten times one of them is beyond it.

    Examples
    --------
    >>> round(chance(columns=2, tries=1500), 1)
    30.0
    """
    rare = math.log(10 * tries)
    return columns + 2 * math.sqrt(columns * rare) + 2 * rare


def _unit(columns: Tensor) -> Tensor:
    """Columns (R, M, P) of length one; those that are zero stay so."""
    unit: Tensor = columns / columns.norm(dim=0).clamp_min(SMALLEST)
    return unit


def _undone(columns: Tensor, left: Tensor) -> Tensor:
    """The energy (M,) of what is ``left`` (R,) that each pair (R, M, P) can undo.

    bᵀ G⁻¹ b with b the products of its columns with what is left, and G those among them.
    """
    products = torch.einsum("rmp,r->mp", columns, left)
    by_pair = columns.transpose(0, 1)
    gram = by_pair.transpose(1, 2) @ by_pair
    gram = gram + RIDGE * torch.eye(gram.shape[-1], dtype=gram.dtype)
    solved = torch.linalg.solve(gram, products[:, :, None])[:, :, 0]
    undone: Tensor = (products * solved).sum(-1)
    return undone


def _refined(
    pairs: Pairs, left: Tensor, pick: tuple[Tensor, Tensor, float], generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """A frequency (D,) near that picked that undoes at least as much, and its columns (R, P)."""
    frequency, own, most = pick
    width = WIDTH
    for _ in range(ROUNDS):
        even = torch.rand(NEARBY, len(frequency), generator=generator, dtype=torch.float64)
        nearby = frequency + width * (2 * even - 1)
        columns = _unit(pairs.columns(nearby))
        undone = _undone(columns, left)
        best = int(undone.argmax())
        if float(undone[best]) > most:
            frequency, own, most = nearby[best], columns[:, best], float(undone[best])
        width /= 3
    return frequency, own


def _left(columns: Tensor, residuals: Tensor) -> Tensor:
    """What least squares leave (R,) of ``residuals``."""
    solution = torch.linalg.lstsq(columns, residuals[:, None], rcond=1e-12, driver="gelsd").solution
    left: Tensor = residuals - (columns @ solution)[:, 0]
    return left
