"""Corrections of answers that are wrong in a known way."""

import math

import numpy as np
import pytest
import scipy.sparse.linalg
import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.mixture.experts import ExpertStack
from nas.networks import evaluate
from nas.problems import Box, Condition, Domain, Periodic, Problem, load
from nas.problems.domains import Array
from nas.problems.domains.shape import interior
from nas.problems.terms import PointCounts
from nas.search_spaces import Candidate
from nas.training.collocation import Sampler
from nas.training.least_squares import correction_search
from nas.training.least_squares.answer import values
from nas.training.least_squares.correction_search import CorrectionSearch
from nas.training.least_squares.laws import AtCorners
from nas.training.least_squares.laws import Box as BoxLaw
from nas.training.least_squares.outputs import zero
from nas.training.physics_loss import physics_loss
from tests.assessment import answers
from tests.training.least_squares import fast_waves

WAVE = Problem(  # u = exp(sin x) cos t, with a period of 2π in x
    name="turning",
    domain=Box(x=(0, 2 * math.pi), t=(0, 1)),
    residual=lambda u, x, t: u.t + u * torch.sin(t) / torch.cos(t),
    conditions=[Condition("t_min", lambda u, x: u - torch.exp(torch.sin(x))), Periodic("x")],
    balanced=False,
)
SAMPLER = Sampler(WAVE, PointCounts(64, 16), "sobol", seed=0)


def true(x: Tensor) -> Tensor:
    return (torch.exp(torch.sin(x[:, 0])) * torch.cos(x[:, 1]))[:, None]


def found(wrong: float, columns: int = 200) -> CorrectionSearch:
    search = CorrectionSearch(
        SAMPLER, answers.of(lambda x: true(x) + wrong * x[:, 1:] * torch.cos(x[:, :1])), columns
    )
    while not search.finished:
        search.advance()
    return search


def test_what_is_wrong_is_undone_and_the_correction_repeats_itself() -> None:
    search = found(wrong=0.1)
    best = search.best
    assert best is not None
    assert best.loss == search.loss < 1e-9
    points = torch.rand(50, 2, generator=torch.Generator().manual_seed(0)).double()
    corrected = search.answer(points, DerivativeSet([], 2))[0]
    torch.testing.assert_close(corrected, true(points), rtol=0, atol=1e-5)
    ends = torch.tensor([[0.0, 0.5], [2 * math.pi, 0.5]]).double()
    first, last = search.answer(ends, DerivativeSet([(1, 0)], 2)).unbind(1)
    torch.testing.assert_close(first, last)


def test_it_fits_an_expert_of_its_candidate() -> None:
    """Weight 1: with its numbers an expert is the difference of the two answers."""
    search = found(wrong=0.1, columns=100)
    best = search.best
    assert best is not None
    stack = ExpertStack([(0, best.candidate)], WAVE.coordinates, outputs=1, seed=0)
    with torch.no_grad():
        for own, layers in ((stack.weights, best.weights), (stack.biases, best.biases)):
            for into, one in zip(own, layers, strict=True):
                into[0].copy_(one)
    points = torch.tensor([[1.0, 0.2], [4.0, 0.9]]).double()
    values = DerivativeSet([], 2)
    scaled = torch.stack([points[:, 0] / math.pi - 1, 2 * points[:, 1] - 1], dim=-1)[None]
    by_expert = evaluate(values, scaled, [stack.networks])[0]
    before = answers.of(lambda x: true(x) + 0.1 * x[:, 1:] * torch.cos(x[:, :1]))(points, values)
    torch.testing.assert_close(before + by_expert, search.answer(points, values))
    held_out = physics_loss(WAVE, SAMPLER.held_out(torch.device("cpu")), search.answer)
    assert float(held_out) == best.loss


def test_an_exact_answer_has_no_correction() -> None:
    search = found(wrong=0.0)
    assert search.loss < 1e-25
    assert search.best is None


def test_no_more_columns_are_tried_than_allowed() -> None:
    search = CorrectionSearch(SAMPLER, answers.of(lambda x: 0 * x[:, :1]), columns=99)
    search.advance()
    assert search.finished
    assert search.best is None


def test_waves_are_doubled_while_that_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a handful that see nothing yet; an exact answer ends it, with columns left."""
    monkeypatch.setattr(correction_search, "FEWEST", 6)
    search = found(wrong=0.1, columns=400)
    assert search.best is not None
    assert 48 <= search.best.candidate.width < 400
    few = found(wrong=0.1, columns=24)
    assert few.best is not None
    assert few.best.candidate.width <= 24
    assert search.loss < 1e-3 * few.loss


def test_the_same_search_twice_gives_the_same_digits() -> None:
    one, other = found(0.1, 100).best, found(0.1, 100).best
    assert one is not None
    assert other is not None
    assert isinstance(one.candidate, Candidate)
    assert torch.equal(one.weights[1], other.weights[1])


def test_what_is_fast_is_found_by_its_peaks() -> None:
    """Frequencies of 60 and 48: no box that a hundred waves span reaches them."""
    problem = fast_waves.prescribed(fast_waves.waves)
    search = CorrectionSearch(fast_waves.sampler(problem), zero(problem), columns=600)
    before, dearest = search.loss, 0
    while not search.finished and search.best is None:
        dearest = max(dearest, search.coming)
        search.advance()
    assert dearest == correction_search.PICKING  # announced before it is done
    assert search.best is not None
    assert search.best.candidate.width == correction_search.FEWEST
    assert search.loss < 1e-8 * before


def test_where_boxes_pay_there_is_no_look_for_peaks(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = fast_waves.prescribed(lambda x, y: torch.exp(x) * torch.cos(y))
    search = CorrectionSearch(fast_waves.sampler(problem), zero(problem), columns=600)
    monkeypatch.setattr(correction_search, "peaks", lambda *of: pytest.fail("it looked for peaks"))
    while not search.finished:
        assert search.coming != correction_search.PICKING
        search.advance()
    assert search.loss < 1e-16


def test_waves_that_repeat_themselves_have_no_peaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correction_search, "FEWEST", 6)
    monkeypatch.setattr(correction_search, "peaks", lambda *of: pytest.fail("it looked for peaks"))
    search = CorrectionSearch(SAMPLER, zero(WAVE), columns=600)
    for _ in range(12):
        search.advance()
    assert search.loss < math.inf


def test_a_sum_of_functions_of_one_coordinate_is_found_in_five() -> None:
    """By waves along one axis each; a box of so many is far too small."""

    def wrong(u: Tensor, *, a: Tensor, b: Tensor, c: Tensor, d: Tensor, e: Tensor) -> Tensor:
        return u - torch.stack([torch.sin(9 * x) for x in (a, b, c, d, e)]).sum(0)

    side = (-1, 1)
    problem = Problem(
        name="sum",
        domain=Box(a=side, b=side, c=side, d=side, e=side),
        residual=wrong,
        conditions=[Condition("a_min", wrong)],
        balanced=False,
    )
    sampler = Sampler(problem, PointCounts(64, 16), "sobol", seed=0)
    search = CorrectionSearch(sampler, zero(problem), columns=100)
    while not search.finished:
        search.advance()
    assert search.best is not None
    assert bool(((search.best.weights[0] != 0).sum(0) == 1).all())
    assert search.loss < 1e-7


def test_at_a_corner_few_functions_do_what_no_waves_can(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poisson's equation on the L-shape, whose solution has an infinite gradient."""
    problem = load("poisson_l_shape")
    sampler = Sampler(problem, PointCounts(200, 80), "sobol", seed=0)

    def searched() -> CorrectionSearch:
        search = CorrectionSearch(sampler, zero(problem), columns=200)
        while not search.finished:
            search.advance()
        return search

    found = searched()
    assert found.best is not None
    assert found.best.candidate.encoding == "corner x y 0 0 270 45 0 1"
    monkeypatch.setattr(correction_search, "seeing_corners", lambda problem: "")
    without = searched()
    assert found.loss < 1e-2 * without.loss


def test_corners_that_ask_for_more_than_half_of_the_functions_wait_for_more() -> None:
    left, right = (Box(x=(x - 0.2, x + 0.2), y=(-0.2, 0.2)) for x in (-0.5, 0.5))
    frame = Box(x=(-1, 1), y=(-1, 1)) - left - right
    problem = Problem("frame", frame, lambda u: u.xx + u.yy + 1,
                      [Condition(tuple(frame.parts), lambda u: u)])  # fmt: skip
    search = CorrectionSearch(Sampler(problem, PointCounts(64, 32), "sobol", 0), zero(problem), 200)
    kinds = {count: {type(one) for one in search._laws(count, [])} for count in (100, 200)}
    assert kinds == {100: {BoxLaw}, 200: {AtCorners}}


@pytest.mark.parametrize(
    "cut_out", [Box(x=(-0.3, 0.3), y=(-0.3, 0.3)), Box(x=(-0.2, 0.2), y=(0, 1))],
    ids=["hole", "notch"],
)  # fmt: skip
def test_what_is_singular_jumps_nowhere_in_the_domain(cut_out: Box) -> None:
    """A jump leaves no residual; finite differences see it. -Δu = 1, u = 0 on the boundary."""
    domain = Box(x=(-1, 1), y=(-1, 1)) - cut_out
    problem = Problem("cut_out", domain, lambda u: u.xx + u.yy + 1,
                      [Condition(tuple(domain.parts), lambda u: u)])  # fmt: skip
    sampler = Sampler(problem, PointCounts(300, 120), "sobol", seed=0)
    search = CorrectionSearch(sampler, zero(problem), columns=400)
    while not search.finished:
        search.advance()
    assert search.best is not None
    assert search.best.candidate.encoding.startswith("corner")
    points, expected = by_finite_differences(domain, 80)
    found = values(problem, search.answer, torch.from_numpy(points))[:, 0].numpy()
    assert np.linalg.norm(found - expected) < 0.02 * np.linalg.norm(expected)


def by_finite_differences(domain: Domain, steps: int) -> tuple[Array, Array]:
    """The solution at the nodes inside, of a grid of so many steps a side."""
    ticks = np.linspace(-1, 1, steps + 1).round(12)  # on sides, not beside them by rounding
    grid = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1)
    inside = interior(domain, grid.reshape(-1, 2)).reshape(grid.shape[:2])
    number = np.where(inside, inside.cumsum().reshape(inside.shape) - 1, -1)
    count = int(inside.sum())
    matrix = scipy.sparse.lil_array((count, count))
    for i, j in np.argwhere(inside):
        matrix[number[i, j], number[i, j]] = 4.0
        for k, m in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
            if inside[k, m]:
                matrix[number[i, j], number[k, m]] = -1.0
    step = ticks[1] - ticks[0]
    solution: Array = scipy.sparse.linalg.spsolve(matrix.tocsr(), np.full(count, step**2))
    return grid[inside], solution


def test_along_time_waves_are_tried_with_corners_and_without() -> None:
    notched = Box(x=(-1, 1), y=(-1, 1)) - Box(x=(0, 2), y=(0, 2)).named("notch")
    domain = notched * Box(t=(0, 1))
    heat = Problem("heat", domain, lambda u: u.t - u.xx - u.yy,
                   [Condition(tuple(notched.parts), lambda u: u)])  # fmt: skip
    search = CorrectionSearch(Sampler(heat, PointCounts(64, 32), "sobol", 0), zero(heat), 200)
    laws = search._laws(200, [])
    seeing = [one for one in laws if isinstance(one, AtCorners)]
    assert {(one.others, one.modes(200)) for one in seeing} == {((2,), 3)}
    assert [one.law for one in seeing] == [one for one in laws if one not in seeing]
    # Later on what was better alone.
    for kept in (laws[0], laws[-1]):
        assert search._laws(800, [kept]) == [kept]


def test_in_a_part_of_the_domain_no_corner_is_seen() -> None:
    problem = load("poisson_l_shape")
    sampler = Sampler(problem, PointCounts(64, 32), "sobol", 0)
    part = CorrectionSearch(sampler, zero(problem), 200, bounds=[(-1, 0), (-1, 0)])
    assert {type(one) for one in part._laws(200, [])} == {BoxLaw}
