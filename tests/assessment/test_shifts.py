"""Shifts against differences of the answer itself."""

import torch

from nas.assessment.shifts import Shifts
from nas.calculus.derivatives import DerivativeSet, Laplacian
from nas.training.least_squares.features import Waves
from tests.assessment import answers

BOUNDS = [(0.0, 1.0), (0.0, 1.0)]
POINTS = torch.rand(6, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def wave(x: torch.Tensor) -> torch.Tensor:
    return torch.stack([torch.sin(3 * x[:, 0] + x[:, 1]), x[:, 0] * x[:, 1] ** 2], dim=-1)


def test_a_shift_is_the_slope_times_a_slow_wave() -> None:
    slow = Waves.drawn(BOUNDS, [2.0, 2.0], 2, seed=0)
    derivatives = DerivativeSet([(1, 1), Laplacian((0, 1))], 2)
    found = Shifts(answers.of(wave), 2, slow).jet(POINTS, derivatives)
    assert found.shape == (len(derivatives), 6, 2, 4)

    def shifted(x: torch.Tensor) -> torch.Tensor:
        fields = wave(x).unbind(-1)
        gradient = [torch.autograd.grad(one.sum(), x, create_graph=True)[0] for one in fields]
        moves = slow.jet(x, DerivativeSet([], 2))[0]
        each = [g[:, axis] * moves[:, k] for g in gradient for axis in (0, 1) for k in (0, 1)]
        return torch.stack(each, dim=-1)

    expected = answers.of(shifted)(POINTS, derivatives).view(-1, 6, 2, 4)
    torch.testing.assert_close(found, expected)
