"""Picked frequencies moved to where they undo most, all together.

Levenberg–Marquardt with the amplitudes eliminated (variable projection: Golub & Pereyra 1973, SIAM
J. Numer. Anal. 10; without the second part of the slope: Kaufman 1975, BIT 15).

Axis legend: R rows, J frequencies, D coordinates, P columns of a frequency.

With columns A(k) and amplitudes x the residuals leave r = b - A x. A step s of the frequencies
changes A x by Σ s ∂A/∂k x; what the columns themselves can undo of that is no change, so with the
projector Π off them the step solves min ‖r - Π (∂A/∂k x) s‖² + λ ‖s‖² by the size of each column.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from nas.training.least_squares.pairs import SMALLEST, Pairs

STEPS = 20
TRIES = 5  # of a step, each shorter than the one before
STEP = 1e-5  # of the difference quotients
LONGEST = 2.0  # step of a frequency: about the width of a line in a spectrum
GAIN = 1.05  # of the energy left, for one more step
EXACT = 1e-26  # of the energy: rounding


@dataclass(frozen=True)
class Fit:
    """What pairs of such frequencies do to the residuals.

    Parameters
    ----------
    frequencies : Tensor (J, D)
    energies : Tensor (J,)
        Of what each contributes.
    left : Tensor (R,)
    moves : Tensor (R, J·D)
        The derivative of what they contribute by the frequencies, off their own columns.

    Examples
    --------
    >>> some = torch.ones(2, 1)
    >>> Fit(some, some[:, 0], torch.tensor([3.0, 4.0]), some).energy
    25.0
    """

    frequencies: Tensor
    energies: Tensor
    left: Tensor
    moves: Tensor

    @property
    def energy(self) -> float:
        """What is left, squared."""
        return float(self.left.square().sum())


def polished(pairs: Pairs, frequencies: Tensor) -> Fit:
    """The best that is found from frequencies (J, D).

    Examples
    --------
    >>> from nas.problems import Box, Condition, Problem
    >>> from nas.problems.terms import PointCounts
    >>> from nas.training.collocation import Sampler
    >>> from nas.training.least_squares.outputs import zero
    >>> start = Condition("t_min", lambda u: u)
    >>> equation = lambda u, t: u.t - 60 * torch.cos(60 * t)
    >>> fast = Problem("fast", Box(t=(0, 1)), equation, [start])
    >>> points = Sampler(fast, PointCounts(200, 8), "sobol", seed=0).draw(0, torch.device("cpu"))
    >>> pairs = Pairs(fast, zero(fast), points, seed=0)
    >>> found = polished(pairs, torch.tensor([[29.5]]).double())  # of ξ = 2 t - 1
    >>> round(found.frequencies.item(), 6)
    30.0
    """
    now, damping = fitted(pairs, frequencies), 1e-2
    whole = float(pairs.residuals.square().sum())
    for _ in range(STEPS):
        before = now.energy
        for _ in range(TRIES):
            found = fitted(pairs, now.frequencies + step(now, damping).clamp(-LONGEST, LONGEST))
            if found.energy < before:
                now, damping = found, damping / 10
                break
            damping *= 10
        if now.energy * GAIN > before or now.energy < EXACT * whole:
            break
    return now


def step(fit: Fit, damping: float) -> Tensor:
    """Of Levenberg and Marquardt (J, D), damped by the size of each column.

    Examples
    --------
    >>> one = torch.ones(1, 1).double()
    >>> step(Fit(one, one[0], torch.ones(1).double(), 2 * one), damping=1.0).item()
    0.25
    """
    gram = fit.moves.T @ fit.moves
    size = gram.diagonal()
    size = size.clamp_min(1e-12 * float(size.max())).clamp_min(SMALLEST)
    wanted = (fit.moves.T @ fit.left)[:, None]
    damped = gram + damping * torch.diag(size)
    found: Tensor = torch.linalg.lstsq(damped, wanted, driver="gelsd").solution
    return found.view_as(fit.frequencies)


def fitted(pairs: Pairs, frequencies: Tensor) -> Fit:
    """The amplitudes of least squares at frequencies (J, D).

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.least_squares.outputs import zero
    >>> pairs = Pairs(example.PROBLEM, zero(example.PROBLEM), example.points(), seed=0)
    >>> fitted(pairs, torch.tensor([[9.0], [20.0]]).double()).moves.shape
    torch.Size([17, 2])
    """
    count, dimension = frequencies.shape
    moved = [frequencies + STEP * one for one in torch.eye(dimension, dtype=torch.float64)]
    columns = pairs.columns(torch.cat([frequencies, *moved]))
    columns = columns.view(len(columns), 1 + dimension, count, -1)  # (R, 1 + D, J, P)
    here = columns[:, 0]
    flat = here.flatten(1)
    size = flat.norm(dim=0).clamp_min(SMALLEST)
    target = pairs.residuals[:, None]
    solution = torch.linalg.lstsq(flat / size, target, rcond=1e-12, driver="gelsd").solution
    amplitudes = (solution[:, 0] / size).view(count, -1)
    parts = torch.einsum("rjp,jp->rj", here, amplitudes)
    slopes = (columns[:, 1:] - here[:, None]) / STEP
    moves = torch.einsum("rdjp,jp->rjd", slopes, amplitudes).flatten(1)
    own = torch.linalg.qr(flat / size).Q
    return Fit(
        frequencies,
        parts.square().sum(0),
        pairs.residuals - parts.sum(1),
        moves - own @ (own.T @ moves),
    )
