"""Points: drawn by seed and number, held-out ones apart, weights and roots by hand."""

import pytest
import torch

from nas.problems import Box, Condition, Problem
from nas.training.collocation import Sample, View
from tests.training.problems import PERIODIC, POISSON, SYSTEM, sampler

DOUBLE, CPU = torch.float64, torch.device("cpu")


def test_a_draw_is_the_same_for_the_same_seed_and_number() -> None:
    chosen = sampler(16, 2, seed=3)
    one, again, other = (chosen.draw(number, CPU) for number in (5, 5, 6))
    assert torch.equal(one.interior, again.interior)
    assert not torch.equal(one.interior, other.interior)


def test_held_out_points_are_more_and_none_of_them_is_ever_trained_on() -> None:
    chosen = sampler(32, 8, SYSTEM)
    held_out = chosen.held_out(CPU)
    assert [len(sample) for sample in held_out.samples] == [128, 32]
    known = {tuple(x) for sample in held_out.samples for x in sample.points.tolist()}
    draws = [0, 1, 2, 2**30, *range(2**30 + 1, 2**30 + 4)]  # of all phases the first ones
    for one in (chosen, chosen.scaled(4)):  # the fine-tuning draws more points, too
        for number in draws:
            trained = one.draw(number, CPU)
            for sample in trained.samples:
                assert known.isdisjoint(tuple(x) for x in sample.points.tolist())


def test_the_equations_points_as_drawn_count_alike() -> None:
    interior, boundary = sampler(8, 2).draw(0, CPU).samples
    assert interior.weights is not None
    assert torch.equal(interior.weights, torch.full((8,), 1 / 8, dtype=DOUBLE))
    assert boundary.weights is None


@pytest.mark.parametrize(("factor", "expected"), [(2, (20, 22)), (0.5, (5, 5)), (0.01, (1, 3))])
def test_times_the_points_but_one_for_each_region(factor: float, expected: tuple[int, int]) -> None:
    points = sampler(10, 11, SYSTEM).scaled(factor).draw(0, CPU)
    assert tuple(len(sample) for sample in points.samples) == expected
    assert points.evaluations == sum(expected)


def test_points_count_at_each_location_that_a_residual_sees() -> None:
    """10 inside, and 7 pairs of points on the sides that are to be alike."""
    assert sampler(10, 7, PERIODIC).draw(0, CPU).evaluations == 10 + 2 * 7


def test_rows_are_counted_for_each_equation_and_each_point_of_the_boundary() -> None:
    assert sampler(10, 7, SYSTEM).rows() == 2 * 10 + 7
    assert sampler(10, 7, PERIODIC).rows() == 10 + 7


def test_terms_see_their_regions_in_any_chunk() -> None:
    """Conditions on (x_min, y_max) and on y_min: the points stand in the domain's order."""
    sample = sampler(4, 30, SYSTEM).draw(0, CPU).samples[1]
    _, corner, bottom = SYSTEM.terms
    for begin, end in [(0, len(sample)), (3, 11), (10, 30), (29, 30)]:
        chunk = sample.points[begin:end]
        for term, sides in [(corner, ("x_min", "y_max")), (bottom, ("y_min",))]:
            got = sample.seen_by(term, slice(begin, end)).points
            on = {
                "x_min": chunk[:, 0] < 1e-6,
                "y_max": chunk[:, 1] > 1 - 1e-6,
                "y_min": chunk[:, 1] < -1 + 1e-6,
            }
            expected = torch.cat([chunk[on[side]] for side in sides])
            assert torch.equal(got, expected)


def test_a_term_that_sees_all_points_has_nothing_gathered() -> None:
    interior, boundary = sampler(8, 4).draw(0, CPU).samples
    equations, condition = POISSON.terms
    assert interior.seen_by(equations, slice(2, 5)).rows == slice(0, 3)
    assert boundary.seen_by(condition).rows == slice(0, 2)


def test_mean_squares_and_their_roots_by_hand() -> None:
    problem = Problem(
        name="shares",
        domain=Box(x=(0.0, 1.0)),
        residual=lambda u: u,
        conditions=[Condition("x_max", lambda u: u, weight=8.0)],
    )
    equations, condition = problem.terms
    everything, residual = slice(0, 2), torch.tensor([3.0, 5.0], dtype=DOUBLE)
    x = torch.zeros(2, 1, dtype=DOUBLE)
    weights = torch.tensor([0.25, 0.75], dtype=DOUBLE)
    inside = Sample(x, x[:, :0], weights, {"interior": everything})
    edge = Sample(x, x[:, :0], None, {"x_max": everything})
    for sample, term, weight, expected in (
        (inside, equations, 1.0, 0.25 * 9 + 0.75 * 25),
        (edge, condition, 8.0, 8 * (9 + 25) / 2),
    ):
        assert term.weights == (weight,)
        seen = sample.seen_by(term)
        (found,) = seen.mean_squares([residual])
        assert float(found) == pytest.approx(expected)
        (rows,) = seen.rooted([residual])
        torch.testing.assert_close(rows.square().sum(), found)


def test_pairs_stay_together_in_any_chunk() -> None:
    sample = sampler(4, 5, PERIODIC).draw(0, CPU).samples[1]
    assert sample.locations == 2
    term = PERIODIC.terms[1]
    jet = torch.arange(2 * 10 * 1, dtype=DOUBLE).reshape(2, 10, 1)
    got = View(sample, term, slice(0, 5), torch.tensor([1, 4])).part(jet)
    assert got[0, :, 0].tolist() == [1, 4, 6, 9]  # location by location
    assert torch.equal(sample.seen_by(term).part(jet), jet)
