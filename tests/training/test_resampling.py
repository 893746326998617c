"""Points that follow the residuals, and means over the domain that stay what they were."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from nas.problems import Box, Condition, Problem
from nas.training import checkpoint
from nas.training.points import Points, Sampler
from nas.training.resampling import EVEN, REFRESH, Resampler, Residuals, residual_sizes
from tests.training.problems import SYSTEM

DOUBLE, CPU = torch.float64, torch.device("cpu")
SQUARE = Problem(
    name="square",
    domain=Box(x=(0.0, 1.0), y=(0.0, 1.0)),
    residual=lambda u: u - 1,
    conditions=[Condition("x_min", lambda u: u)],
)
WIDTH = 0.02


def peak(x: Tensor) -> Tensor:
    """A bell in the middle of the square that one point in a few hundred sees."""
    return torch.exp(-(x - 0.5).square().sum(-1) / (2 * WIDTH**2))


PEAK_MEAN = 2 * torch.pi * WIDTH**2


def sampler(interior: int = 256) -> Sampler:
    return Sampler(SQUARE, interior, 8, "sobol", 0)


def resampler(residuals: Residuals, interior: int = 256) -> Resampler:
    return Resampler(sampler(interior), residuals)


def draw(one: Resampler, number: int) -> Points:
    return one.draw(number, DOUBLE, CPU)


def of_peak(x: Tensor) -> Tensor:
    return peak(x)[None]


def means(one: Resampler | Sampler, looks: int = 60) -> Tensor:
    """The weighted mean of the bell over its true mean, for draws after a look each."""
    found = []
    for number in range(0, looks * REFRESH, REFRESH):
        points = one.draw(number, DOUBLE, CPU)
        found.append(peak(points.interior) @ points.weights / PEAK_MEAN)
    return torch.stack(found)


@pytest.mark.parametrize("interior", [256, 1000, 4000])
def test_a_mean_over_the_domain_stays_what_it_is(interior: int) -> None:
    """Also where there are more points wanted than candidates where the residual is large."""
    found = means(resampler(of_peak, interior))
    assert abs(found.mean() - 1) < 3 * found.std() / len(found) ** 0.5 + 4 / interior


def test_a_peaks_mean_is_far_surer_than_from_even_points() -> None:
    assert means(resampler(of_peak)).std() < 0.25 * means(sampler()).std()


def test_weights_are_positive_and_sum_to_one() -> None:
    points = draw(resampler(of_peak), 0)
    assert points.interior.shape == (256, 2)
    assert (points.weights > 0).all()
    assert float(points.weights.sum()) == pytest.approx(1, rel=1e-12)
    # The even share keeps them from exceeding that of an even point by much.
    assert points.weights.max() < 1 / EVEN / 256 * 1.5


def test_points_lie_where_residuals_are_large() -> None:
    """Ten times the residual, ten times the points, but for the even share."""

    def step(x: Tensor) -> Tensor:
        return torch.where(x[:, 0] < 0.2, 10.0, 1.0)[None]

    mean = 0.2 * 10 + 0.8
    expected = 0.2 * (EVEN + (1 - EVEN) * 10 / mean)
    one = resampler(step)
    shares = [(draw(one, number).interior[:, 0] < 0.2).double().mean() for number in range(40)]
    # Without putting back a little fewer than with.
    assert float(torch.stack(shares).mean()) == pytest.approx(expected, abs=0.03)


def test_systems_count_by_their_relative_residuals() -> None:
    """A system whose residuals are a million times those of the other has no more to say."""

    def two(x: Tensor) -> Tensor:
        left = (x[:, 0] < 0.5).double()
        return torch.stack([1e6 * left, 1 - left])

    one = resampler(two)
    draw(one, 0)
    assert one.density is not None
    torch.testing.assert_close(one.density, torch.ones_like(one.density), rtol=0.01, atol=0)


def test_the_boundary_is_the_samplers() -> None:
    got, expected = draw(resampler(of_peak), 3), sampler().draw(3, DOUBLE, CPU)
    assert torch.equal(got.boundary, expected.boundary)
    assert got.rows == expected.rows


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_a_system_without_numbers_is_even(bad: float) -> None:
    one = resampler(lambda x: torch.full((1, len(x)), bad, dtype=DOUBLE))
    points = draw(one, 0)
    torch.testing.assert_close(points.weights, torch.full_like(points.weights, 1 / 256))
    mixed = resampler(lambda x: torch.stack([bad * peak(x), peak(x)]))
    alone = resampler(of_peak)
    draw(mixed, 0), draw(alone, 0)
    assert mixed.density is not None
    assert alone.density is not None
    torch.testing.assert_close(mixed.density, (alone.density + 1) / 2)


def test_residuals_that_are_zero_are_even() -> None:
    points = draw(resampler(lambda x: torch.zeros(2, len(x), dtype=DOUBLE)), 0)
    torch.testing.assert_close(points.weights, torch.full_like(points.weights, 1 / 256))


class Moving:
    """A bell that is elsewhere at each look, as that of networks that learn."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self, x: Tensor) -> Tensor:
        self.looks += 1
        return peak(x + 0.1 * self.looks)[None]


def test_a_look_serves_for_some_draws() -> None:
    moving = Moving()
    one = resampler(moving)
    for number in range(2 * REFRESH + 1):
        draw(one, number)
    assert moving.looks == 3


def test_draws_between_two_looks_differ_and_share_their_candidates() -> None:
    one = resampler(of_peak, interior=2048)
    first, second = draw(one, 0).interior, draw(one, 1).interior
    assert not torch.equal(first, second)
    candidates = {tuple(x) for x in first.tolist()} | {tuple(x) for x in second.tolist()}
    assert len(candidates) <= 4096
    assert candidates.isdisjoint(tuple(x) for x in draw(one, REFRESH).interior.tolist())


def test_a_continuation_between_two_looks_draws_the_same_points(tmp_path: Path) -> None:
    stop = REFRESH + 2
    one = resampler(Moving())
    for number in range(stop):
        draw(one, number)
    checkpoint.save(tmp_path / "c", one.state())
    resumed, forgetful = resampler(Moving()), resampler(Moving())
    resumed.restore(checkpoint.load(tmp_path / "c"))
    expected, got, other = (draw(any_, stop) for any_ in (one, resumed, forgetful))
    assert torch.equal(got.interior, expected.interior)
    assert torch.equal(got.weights, expected.weights)
    assert not torch.equal(other.interior, expected.interior)  # it looked at another bell


def test_sizes_gather_all_equations_of_a_system() -> None:
    """Of u = 2, v = 3 everywhere: residuals 6 - x and 9."""
    x = torch.tensor([[0.0, 0.0], [0.5, 0.3]], dtype=DOUBLE)
    jet = torch.zeros(3, len(SYSTEM.streams), 2, 2, dtype=DOUBLE)
    jet[:, 0] = torch.tensor([2.0, 3.0], dtype=DOUBLE)
    sizes = residual_sizes(SYSTEM, jet, x)
    expected = torch.tensor([(36 + 81) ** 0.5, (5.5**2 + 81) ** 0.5], dtype=DOUBLE)
    torch.testing.assert_close(sizes, expected.expand(3, 2))
