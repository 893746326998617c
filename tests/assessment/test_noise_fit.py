"""What is left of observations, beside what chance makes of their noise."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from nas.assessment.noise_fit import (
    CHANCE,
    OTHERS,
    RARELY,
    Fit,
    least,
    misfit,
    most,
    others,
    too_close,
)
from nas.problems import Box, Condition, Observations, Problem
from nas.problems.terms import PointCounts
from nas.training.collocation import Sampler
from nas.training.least_squares.features import Answer
from tests.assessment import answers

X = np.linspace(0.1, 1.0, 20)
NOISE = 0.1
PROBLEM = Problem(
    name="line",
    domain=Box(x=(0, 1)),
    residual=lambda u: u.x - 2,
    conditions=[Condition("x_min", lambda u: u), Observations({"x": X, "u": 2 * X}, noise=NOISE)],
)


def rows(size: float) -> torch.Tensor:
    """Weighted residuals of an answer that is off by ``size`` standard deviations at each X."""
    found = []
    points = Sampler(PROBLEM, PointCounts(8, 1), "sobol", 0).draw(0, torch.device("cpu"))
    for group, sample in zip(PROBLEM.groups, points.samples, strict=True):
        for term in group.terms:
            noise, count = PROBLEM.requirement_of(term).noise, sample.count(term)
            for weight in term.weights:
                off = size * noise if noise else 1e-9
                found.append(torch.full((count,), off * (weight / count) ** 0.5).double())
    return torch.cat(found)


@pytest.mark.parametrize("size", [0.5, 1.0, 2.0])
def test_a_misfit_is_told_beside_the_largest_by_chance(size: float) -> None:
    points = Sampler(PROBLEM, PointCounts(8, 1), "sobol", 0).draw(0, torch.device("cpu"))
    found = misfit(PROBLEM, points, rows(size))
    assert found == pytest.approx(size**2 * len(X) / most(len(X)))
    assert (found <= 1) == (size <= 1)


def test_the_best_fits_are_seldom_taken_for_bad() -> None:
    generator = np.random.default_rng(0)
    squares = generator.normal(size=(4000, 30)) ** 2
    assert np.mean(squares.sum(1) > most(30)) == pytest.approx(CHANCE, abs=0.01)
    of_any = np.any(squares.reshape(2000, 2, 30).sum(2) > most(30, quantities=2), axis=1)
    assert np.mean(of_any) == pytest.approx(CHANCE, abs=0.015)


def test_what_is_left_without_noise_is_a_share_of_all() -> None:
    noise = torch.tensor([0.0, 0.0, 0.2])
    assert others(torch.tensor([1.0, 1.0, 2.0]), noise) == pytest.approx(1 / 3)
    assert others(torch.zeros(3), noise) == 0


@pytest.mark.parametrize(
    ("left", "elsewhere", "noise"),
    [(0.9, 0.01, True), (1.1, 0.01, False), (0.9, 2 * OTHERS, False)],
)
def test_only_what_chance_explains_is_noise(left: float, elsewhere: float, noise: bool) -> None:
    assert Fit(left, elsewhere, 0.0, {}).is_noise == noise


def answer(off: float) -> Answer:
    """The line, with values that are off by so many standard deviations, now up, now down."""
    signs = torch.as_tensor(np.where(np.arange(len(X)) % 2, 1.0, -1.0)) * off * NOISE

    def values(points: torch.Tensor) -> torch.Tensor:
        nearest = (points - torch.as_tensor(X)).abs().argmin(1)
        return 2 * points + signs[nearest][:, None]

    return answers.of(values)


@pytest.mark.parametrize(("off", "close"), [(0.01, True), (0.09, True), (0.2, False), (1.0, False)])
def test_what_goes_through_the_observations_is_told(off: float, close: bool) -> None:
    plain = replace(PROBLEM, conditions=PROBLEM.conditions[1:], balanced=False)
    points = Sampler(plain, PointCounts(8, 1), "sobol", 0).draw(0, torch.device("cpu"))
    told = list(too_close(plain, answer(off), points))
    begin = f"20 observations (x, u): the answer leaves {off:.1g} of the noise of u, so it goes"
    assert [line.startswith(begin) for line in told] == [True] * close


def test_each_quantity_that_is_larger_than_its_noise_counts() -> None:
    pair = Problem(
        name="pair",
        domain=Box(x=(0, 1)),
        fields=("u", "v"),
        residual=lambda u, v: (u.x - 2, v.x),
        conditions=[Observations({"x": X, "u": 2 * X, "v": X}, noise=NOISE)],
        balanced=False,
    )
    points = Sampler(pair, PointCounts(8, 1), "sobol", 0).draw(0, torch.device("cpu"))
    through = answers.of(lambda x: torch.cat([2 * x + NOISE, x], 1))
    beside = answers.of(lambda x: torch.cat([2 * x + NOISE, x - NOISE], 1))
    (told,) = too_close(pair, through, points)
    assert "the answer leaves next to nothing of the noise of v, so it goes" in told
    assert list(too_close(pair, beside, points)) == []
    small = Observations({"x": X, "u": 2 * X, "v": 0.1 * X}, noise=NOISE)
    flat = replace(pair, conditions=[small])
    there = Sampler(flat, PointCounts(8, 1), "sobol", 0).draw(0, torch.device("cpu"))
    exact = answers.of(lambda x: torch.cat([2 * x + NOISE, 0.1 * x], 1))
    assert list(too_close(flat, exact, there)) == []


def test_the_best_fits_are_hardly_ever_too_close() -> None:
    squares = np.random.default_rng(0).normal(size=(4000, 20)) ** 2
    found = squares[:, 10:].sum(1)  # half of them were taken up
    assert np.mean(found < least(20)) < 3 * RARELY
    last = np.random.default_rng(1).normal(size=4000) ** 2  # of 6 observations 5 were taken up
    assert np.mean(last < least(6, found=5)) < 3 * RARELY
    assert least(6, found=6) == 0
