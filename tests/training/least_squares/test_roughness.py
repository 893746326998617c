"""How fast residuals vary, against waves of known frequency."""

import pytest
import torch

from nas.problems import Box, Condition, Problem
from nas.problems.terms import PointCounts
from nas.training.collocation import Sampler
from nas.training.least_squares.roughness import roughness
from tests.assessment import answers

PLATE = Problem(
    name="plate",
    domain=Box(x=(0, 4), y=(0, 1)),
    residual=lambda u: u + 0 * u.x,
    conditions=[Condition("x_min", lambda u: u)],
    balanced=False,
)


def test_each_axis_has_the_frequency_of_its_wave() -> None:
    """sin(10 x + 6 y) is sin(20 ξ + 3 η) in coordinates from -1 to 1."""
    sample = Sampler(PLATE, PointCounts(2000, 4), "sobol", seed=0).draw(0, torch.device("cpu"))
    wave = answers.of(lambda x: torch.sin(x @ torch.tensor([[10.0], [6.0]]).double()))
    assert roughness(PLATE, wave, sample.samples[0]) == pytest.approx([20, 3], rel=0.05)


def test_what_is_smooth_or_vanishes_has_at_least_one() -> None:
    sample = Sampler(PLATE, PointCounts(100, 4), "sobol", seed=0).draw(0, torch.device("cpu"))
    for flat in (answers.of(lambda x: 0 * x[:, :1]), answers.of(lambda x: 2 + 0 * x[:, :1])):
        assert roughness(PLATE, flat, sample.samples[0]) == [1.0, 1.0]
