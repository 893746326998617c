"""Where equations amplify the noise of observations, whatever a network makes of it.

Backward in time, or away from the one side that was observed, what observations say little of may
grow a thousandfold: as much as noise is, answers that fit them equally well differ. A network
cannot tell (`noise_spread` asks which way it would move itself): the smoother one hides what it
cannot follow, the wilder one has followed. So here noise moves an answer by random waves, by the
same delta method: slow enough that what they leave open is the problem's affair, and not that of
waves which nobody would take for a solution.

Axis legend: R rows, P coefficients, O noisy rows, B points.
"""

import torch
from torch import Tensor

from nas.assessment.families import waves_of
from nas.assessment.noise_spread import DRAWS, MEASURED, deviations
from nas.problems import Problem
from nas.problems.sampling import interior_points
from nas.training.collocation import HELD_OUT_DRAW, Points, Sampler
from nas.training.least_squares.answer import values
from nas.training.least_squares.features import Answer, Waves, with_added
from nas.training.least_squares.linearised import linearise
from nas.training.least_squares.outputs import zero
from nas.training.point_counts import point_counts
from nas.training.sought import sought

CPU = torch.device("cpu")
WAVES = {1: (25.0, 100), 2: (6.0, 300)}  # highest frequency and number, by the coordinates
MORE = 4.0, 300  # in more dimensions
COLUMNS = 600  # of all fields together
ROWS = 4  # for each wave
DEPENDENT = 1e-12  # of singular values: waves are nearly dependent


def amplified(problem: Problem, answer: Answer, seed: int = 0) -> float | None:
    """By how much noise alone moves all fields of ``answer`` together, relative to them.

    The L2 norm over the domain, one standard deviation. None where nothing is noisy, or where a
    slope has no value.

    Examples
    --------
    A rod that cools, seen at the end only: what it was in the beginning the noise decides. Seen at
    the beginning, it is known.

    >>> import numpy as np
    >>> from nas.problems import Box, Condition, Observations
    >>> x = np.linspace(0.05, 0.95, 19)
    >>> def seen(t):
    ...     u = np.exp(-np.pi**2 * t) * np.sin(np.pi * x)
    ...     return Observations({"x": x, "t": 0 * x + t, "u": u}, noise=0.01)
    >>> def rod(t):
    ...     walls = Condition(("x_min", "x_max"), lambda u: u)
    ...     return Problem(
    ...         "rod", Box(x=(0, 1), t=(0, 0.1)), lambda u: u.t - u.xx, [walls, seen(t)],
    ...         balanced=False,
    ...     )
    >>> def cools(points, derivatives):
    ...     x, t = points.T
    ...     jet = torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    ...     jet[0, :, 0] = torch.exp(-(torch.pi**2) * t) * torch.sin(torch.pi * x)
    ...     return jet
    >>> amplified(rod(0.1), cools) > 1, amplified(rod(0.0), cools) < 0.05
    (True, True)
    """
    if not problem.noisy:
        return None
    reach, most = WAVES.get(len(problem.coordinates), MORE)
    waves = waves_of(problem, reach, min(most, COLUMNS // len(problem.fields)), seed)
    counts = point_counts(problem, ROWS * len(waves), share=1 / 3)
    moves = _moves(problem, answer, waves, Sampler(problem, counts, "sobol", seed).draw(0, CPU))
    if moves is None:
        return None
    points = interior_points(problem.domain, MEASURED, seed=seed, draw=HELD_OUT_DRAW)
    within, x = torch.from_numpy(sought(problem, points)), torch.as_tensor(points)
    generator = torch.Generator().manual_seed(seed)
    still = values(problem, zero(problem), x)
    squares = []
    for _ in range(DRAWS):
        noise = torch.randn(moves.shape[1], generator=generator).double()
        change = values(problem, with_added(zero(problem), waves, moves @ noise), x) - still
        squares.append(change.where(within, 0.0).square().sum())
    size = values(problem, answer, x).where(within, 0.0).square().sum()
    return float((sum(squares) / DRAWS / size).sqrt())


def _moves(problem: Problem, answer: Answer, waves: Waves, points: Points) -> Tensor | None:
    """By how much a standard deviation of each noisy row moves each coefficient, M (P, O).

    By singular values: a normal matrix would have only half of the digits that decide here.
    """
    matrix, noise = linearise(problem, answer, waves, points).matrix, deviations(problem, points)
    if not matrix.isfinite().all():
        return None
    noisy = noise.nonzero().squeeze(1)
    size = matrix.norm(dim=0).clamp_min(torch.finfo(torch.float64).tiny)
    u, s, vt = torch.linalg.svd(matrix / size, full_matrices=False)
    kept = s > DEPENDENT * s[0]
    seen = u[noisy][:, kept].T * noise[noisy]
    moves: Tensor = (vt[kept].T / s[kept]) @ seen / size[:, None]
    return moves
