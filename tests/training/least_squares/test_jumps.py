"""Answers of problems whose conditions disagree, against series of their solutions."""

import math

import numpy as np
import torch

from nas.problems import Box, Condition, Problem, laplacian
from nas.problems.domains import Array
from nas.problems.terms import PointCounts
from nas.training.collocation import Sampler
from nas.training.least_squares.answer import values
from nas.training.least_squares.correction_search import CorrectionSearch
from nas.training.least_squares.outputs import zero


def cooled(x: Array, t: Array) -> Array:
    """What is left of 1 on [0, 1] where both ends are 0 from the beginning on."""
    odd = np.arange(1, 400, 2)[:, None]
    terms = np.sin(odd * np.pi * x) * np.exp(-((odd * np.pi) ** 2) * t) * 4 / (odd * np.pi)
    left: Array = terms.sum(0)
    return left


def off(problem: Problem, points: Array, true: Array, columns: int) -> float:
    """The largest error of random waves that were searched for from zero."""
    sampler = Sampler(problem, PointCounts(300, 120), "sobol", seed=0)
    search = CorrectionSearch(sampler, zero(problem), columns)
    while not search.finished:
        search.advance()
    found = values(problem, search.answer, torch.as_tensor(points))[:, 0].numpy()
    return float(np.abs(found - true).max())


def test_a_rod_and_a_plate_that_are_cooled_at_once_from_their_ends() -> None:
    draw = np.random.default_rng(0)
    x, y, t = draw.uniform(size=200), draw.uniform(size=200), draw.uniform(0.001, 0.2, size=200)
    start, walls = Condition("t_min", lambda u: u - 1), ("x_min", "x_max", "y_min", "y_max")
    ends = [start, Condition(walls[:2], lambda u: u)]
    rod = Problem("rod", Box(x=(0, 1), t=(0, 0.2)), lambda u: u.t - u.xx, ends)
    assert off(rod, np.stack([x, t], -1), cooled(x, t), 200) < 2e-5
    sides = [start, Condition(walls, lambda u: u)]
    box = Box(x=(0, 1), y=(0, 1), t=(0, 0.2))
    plate = Problem("plate", box, lambda u: u.t - laplacian(u), sides)
    assert off(plate, np.stack([x, y, t], -1), cooled(x, t) * cooled(y, t), 200) < 5e-3


def test_a_step_spreads_in_a_rod() -> None:
    """Far from its ends, which it does not reach."""
    step = Condition("t_min", lambda u, x: u - torch.where(x > 0, 1.0, 0.0))
    ends = [Condition("x_min", lambda u: u), Condition("x_max", lambda u: u - 1)]
    rod = Problem("rod", Box(x=(-4, 4), t=(0, 0.25)), lambda u: u.t - u.xx, [step, *ends])
    draw = np.random.default_rng(2)
    x, t = draw.uniform(-4, 4, 200), draw.uniform(1e-4, 0.25, 200)
    true = torch.special.erfc(torch.as_tensor(-x / np.sqrt(4 * t))).numpy() / 2
    assert off(rod, np.stack([x, t], -1), true, 100) < 1e-6


def test_a_potential_between_a_lid_and_walls() -> None:
    """At y = 0.5 and below the series of sinh falls by e^-π and more a term."""
    lid, walls = Condition("y_max", lambda u: u - 1), ("x_min", "x_max", "y_min")
    square = Box(x=(0, 1), y=(0, 1))
    gap = Problem("gap", square, lambda u: laplacian(u), [lid, Condition(walls, lambda u: u)])
    points = np.random.default_rng(1).uniform([0, 0], [1, 0.5], (200, 2))
    odd = np.arange(1, 40, 2)[:, None] * math.pi
    x, y = points.T
    true = (4 / odd * np.sinh(odd * y) / np.sinh(odd) * np.sin(odd * x)).sum(0)
    assert off(gap, points, true, 100) < 1e-6
