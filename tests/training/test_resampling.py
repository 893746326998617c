"""Points that follow the residuals, and means over the domain that stay what they were."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from nas.problems import Box, Condition, Pieces, Problem
from nas.training.collocation import Points, Sample, Sampler
from nas.training.resampling import Resampler, ResamplingSettings, Residuals, residual_sizes
from tests.training import problems
from tests.training.problems import SYSTEM

DOUBLE, CPU = torch.float64, torch.device("cpu")
SQUARE = Problem(
    name="square",
    domain=Box(x=(0.0, 1.0), y=(0.0, 1.0)),
    residual=lambda u: u - 1,
    conditions=[Condition("x_min", lambda u: u)],
)
WIDTH = 0.02
EVEN = ResamplingSettings().even


def peak(x: Tensor) -> Tensor:
    """A bell in the middle of the square that one point in a few hundred sees."""
    return torch.exp(-(x - 0.5).square().sum(-1) / (2 * WIDTH**2))


PEAK_MEAN = 2 * torch.pi * WIDTH**2


def sampler(interior: int = 256) -> Sampler:
    return problems.sampler(interior, 8, SQUARE)


def resampler(residuals: Residuals, interior: int = 256) -> Resampler:
    return Resampler(sampler(interior), residuals)


def draw(one: Resampler | Sampler, number: int) -> Points:
    return one.draw(number, CPU)


def weights_of(points: Points) -> Tensor:
    weights = points.samples[0].weights
    assert weights is not None
    return weights


def of_peak(sample: Sample) -> Tensor:
    return peak(sample.points)[None]


def means(one: Resampler | Sampler, draws: int = 60) -> Tensor:
    """The weighted mean of the bell over its true mean, for some draws."""
    found = []
    for number in range(draws):
        points = draw(one, number)
        found.append(peak(points.interior) @ weights_of(points) / PEAK_MEAN)
    return torch.stack(found)


@pytest.mark.parametrize("interior", [256, 1000, 4000])
def test_a_mean_over_the_domain_stays_what_it_is(interior: int) -> None:
    """Also where there are more points wanted than candidates where the residual is large."""
    found = means(resampler(of_peak, interior))
    assert abs(found.mean() - 1) < 3 * found.std() / len(found) ** 0.5 + 4 / interior


def test_a_piece_counts_by_its_measure_however_many_candidates_it_has() -> None:
    walls = Problem(
        name="walls",
        domain=Pieces(thin=Box(x=(0, 1), y=(0, 0.01)), wide=Box(x=(0, 1), y=(0.01, 1))),
        fields={"u": "thin", "v": "wide"},
        residual={"thin": lambda u: u.yy, "wide": lambda v: v.yy},
        conditions=[Condition("thin|wide", lambda u, v: u - v)],
    )
    one = Resampler(problems.sampler(256, 8, walls), lambda sample: torch.ones(1, len(sample)))
    drawn = draw(one, 0)
    assert 0 < weights_of(drawn)[drawn.samples[0].rows["thin"]].sum() < 0.02


def test_each_piece_has_a_point_wherever_residuals_are_large() -> None:
    """Without one its equation would ask for nothing in that step, and its field go anywhere."""
    wall = Problem(
        name="wall",
        domain=Pieces(paint=Box(x=(0, 1)), plaster=Box(x=(1, 2)), brick=Box(x=(2, 20))),
        fields={"u": "paint", "v": "plaster", "w": "brick"},
        residual={
            "paint": lambda u: u.xx,
            "plaster": lambda v: v.xx,
            "brick": lambda w: w.xx,
        },
        conditions=[Condition("x_min", lambda u: u)],
    )

    def in_brick(sample: Sample) -> Tensor:
        return torch.where(sample.points[:, 0] > 2, 1e6, 1.0)[None]

    for wanted in (2, 12):
        one = Resampler(problems.sampler(wanted, 8, wall), in_brick)
        for number in range(20):
            points = draw(one, number)
            rows = points.samples[0].rows.values()
            assert len(points.interior) == max(wanted, 3)
            assert all(each.stop > each.start for each in rows)
            # A point weighs no more than the even part of the density lets it.
            assert weights_of(points).max() <= 1 / EVEN / len(points.interior) * 1.5


def test_a_peaks_mean_is_far_surer_than_from_even_points() -> None:
    assert means(resampler(of_peak)).std() < 0.25 * means(sampler()).std()


def test_weights_are_positive_and_sum_to_one() -> None:
    points = draw(resampler(of_peak), 0)
    assert points.interior.shape == (256, 2)
    assert (weights_of(points) > 0).all()
    assert float(weights_of(points).sum()) == pytest.approx(1, rel=1e-12)
    # The even share keeps them from exceeding that of an even point by much.
    assert weights_of(points).max() < 1 / EVEN / 256 * 1.5


def test_points_lie_where_residuals_are_large() -> None:
    """Ten times the residual, ten times the points, but for the even share."""

    def step(sample: Sample) -> Tensor:
        return torch.where(sample.points[:, 0] < 0.2, 10.0, 1.0)[None]

    mean = 0.2 * 10 + 0.8
    expected = 0.2 * (EVEN + (1 - EVEN) * 10 / mean)
    one = resampler(step)
    shares = [(draw(one, number).interior[:, 0] < 0.2).double().mean() for number in range(40)]
    # Without putting back a little fewer than with.
    assert float(torch.stack(shares).mean()) == pytest.approx(expected, abs=0.03)


def test_systems_count_by_their_relative_residuals() -> None:
    """A system whose residuals are a million times those of the other has no more to say."""

    def two(sample: Sample) -> Tensor:
        left = (sample.points[:, 0] < 0.5).double()
        return torch.stack([1e6 * left, 1 - left])

    density = resampler(two).density(sampler(4096).draw(0, CPU).samples[0])
    torch.testing.assert_close(density, torch.ones_like(density), rtol=0.01, atol=0)


def test_the_boundary_is_the_samplers() -> None:
    got, expected = draw(resampler(of_peak), 3), sampler().draw(3, CPU)
    assert torch.equal(got.samples[1].points, expected.samples[1].points)
    assert got.samples[1].rows == expected.samples[1].rows


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_a_system_without_numbers_is_even(bad: float) -> None:
    one = resampler(lambda x: torch.full((1, len(x)), bad, dtype=DOUBLE))
    points = draw(one, 0)
    torch.testing.assert_close(weights_of(points), torch.full((256,), 1 / 256, dtype=DOUBLE))
    mixed = resampler(lambda x: torch.stack([bad * peak(x.points), peak(x.points)]))
    alone = resampler(of_peak)
    x = sampler(4096).draw(0, CPU).samples[0]
    torch.testing.assert_close(mixed.density(x), (alone.density(x) + 1) / 2)


def test_residuals_that_are_zero_are_even() -> None:
    points = draw(resampler(lambda x: torch.zeros(2, len(x), dtype=DOUBLE)), 0)
    torch.testing.assert_close(weights_of(points), torch.full((256,), 1 / 256, dtype=DOUBLE))


def test_each_draw_looks_at_the_residuals_as_they_are() -> None:
    centre = torch.tensor([0.2, 0.2], dtype=DOUBLE)

    def bell(sample: Sample) -> Tensor:
        return peak(sample.points + 0.5 - centre)[None]

    one = resampler(bell)
    for coordinate in (0.2, 0.8):
        centre[:] = coordinate
        near = (draw(one, 0).interior - coordinate).norm(dim=1) < 3 * WIDTH
        assert near.double().mean() > 0.1  # of one in a hundred


def test_draws_are_functions_of_seed_and_number() -> None:
    first, again = draw(resampler(of_peak), 3), draw(resampler(of_peak), 3)
    assert torch.equal(first.interior, again.interior)
    assert torch.equal(weights_of(first), weights_of(again))
    chosen = {tuple(x) for x in first.interior.tolist()}
    assert chosen.isdisjoint(tuple(x) for x in draw(resampler(of_peak), 4).interior.tolist())
    other = Resampler(replace(sampler(), seed=1), of_peak)
    assert chosen.isdisjoint(tuple(x) for x in draw(other, 3).interior.tolist())


def test_sizes_gather_all_equations_of_a_system() -> None:
    """Of u = 2, v = 3 everywhere: residuals 6 - x and 9."""
    plain = replace(SYSTEM, balanced=False)
    x = torch.tensor([[0.0, 0.0], [0.5, 0.3]], dtype=DOUBLE)
    jet = torch.zeros(3, len(SYSTEM.derivatives), 2, 2, dtype=DOUBLE)
    jet[:, 0] = torch.tensor([2.0, 3.0], dtype=DOUBLE)
    here = Sample(x, x[:, :0], None, {"interior": slice(0, 2)})
    sizes = residual_sizes(plain, jet, here)
    expected = torch.tensor([(36 + 81) ** 0.5, (5.5**2 + 81) ** 0.5], dtype=DOUBLE)
    torch.testing.assert_close(sizes, expected.expand(3, 2))


def test_equations_count_by_their_weights_unless_told_otherwise() -> None:
    """Of networks N = 0: what is left is the source, and of fields their offsets."""
    x = torch.tensor([[0.2, 0.0], [0.5, 0.3]], dtype=DOUBLE)
    jet = torch.zeros(len(SYSTEM.derivatives), 2, 2, dtype=DOUBLE)
    here = Sample(x, x[:, :0], None, {"interior": slice(0, 2)})
    u, v = SYSTEM.physical(jet, SYSTEM.derivatives, x)[0].unbind(-1)
    found = (u * v - x[:, 0]).square(), (v**2).square()
    first, second = SYSTEM.terms[0].weights
    assert first != 1
    torch.testing.assert_close(
        residual_sizes(SYSTEM, jet, here), (first * found[0] + second * found[1]).sqrt()
    )
    torch.testing.assert_close(
        residual_sizes(SYSTEM, jet, here, weighted=False), (found[0] + found[1]).sqrt()
    )


@pytest.mark.parametrize("even", [0.3, 1.0])
def test_the_even_share_is_a_setting(even: float) -> None:
    one = Resampler(sampler(), of_peak, ResamplingSettings(even=even))
    x = sampler(4096).draw(0, CPU).samples[0]
    relative = peak(x.points) / peak(x.points).mean()
    torch.testing.assert_close(one.density(x), even + (1 - even) * relative)


def test_points_are_chosen_among_as_many_candidates_as_are_set() -> None:
    seen: list[int] = []

    def counted(sample: Sample) -> Tensor:
        seen.append(len(sample))
        return of_peak(sample)

    Resampler(sampler(100), counted, ResamplingSettings(candidates=300)).draw(0, CPU)
    Resampler(sampler(200), counted, ResamplingSettings(candidates=300)).draw(0, CPU)
    assert seen == [300, 400]  # at least two for each point
