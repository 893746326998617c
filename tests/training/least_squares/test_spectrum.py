"""Spectra along lines, against NumPy's transform on a grid of the same numbers."""

import math

import numpy as np
import pytest
import torch

from nas.networks.initial import stream
from nas.problems import Periodic, Problem
from nas.training.least_squares.outputs import zero
from nas.training.least_squares.spectrum import ALONG, line_spectra, proposed
from tests.training.least_squares.fast_waves import drawn, prescribed, waves


def test_a_residual_of_one_coordinate_has_the_spectrum_of_its_values_on_a_grid() -> None:
    problem = prescribed(lambda x, y: torch.sin(40.0 * x + 0.3))
    (equation, *_) = line_spectra(problem, zero(problem), drawn(problem))
    grid = -1 + 2 * (np.arange(ALONG) + 0.5) / ALONG
    window = np.sin(np.pi * np.arange(ALONG) / ALONG) ** 2
    expected = np.abs(np.fft.rfft(np.sin(40.0 * grid + 0.3) * window))
    ratio = equation[0].numpy() / expected.max()
    root = ratio.max()  # of what a point counts
    np.testing.assert_allclose(ratio / root, expected / expected.max(), atol=1e-12)


def test_along_the_other_axis_it_does_not_swing() -> None:
    problem = prescribed(lambda x, y: torch.sin(40.0 * x + 0.3))
    (equation, *_) = line_spectra(problem, zero(problem), drawn(problem))
    assert float(equation[1][2:].max()) < 1e-12 * float(equation[1].max())


def test_each_axis_has_the_peaks_of_its_waves() -> None:
    problem = prescribed(waves)
    (equation, *_) = line_spectra(problem, zero(problem), drawn(problem))
    for amplitude, frequency in zip(equation, (60.25, 3.5), strict=True):
        near = amplitude[round(frequency / math.pi)]
        assert float(near) > 0.5 * float(amplitude.max())


def test_what_vanishes_has_no_spectrum() -> None:
    problem = prescribed(lambda x, y: 0 * x)
    assert line_spectra(problem, zero(problem), drawn(problem)) == []


def test_conditions_that_compare_locations_have_no_lines() -> None:
    problem = prescribed(waves)
    both = Problem(
        name="both",
        domain=problem.domain,
        residual=problem.residual,
        conditions=[*problem.conditions, Periodic("y")],
        balanced=False,
    )
    found = line_spectra(both, zero(both), drawn(both))
    assert len(found) == len(line_spectra(problem, zero(problem), drawn(problem))) == 2


def test_guesses_follow_amplitudes_and_have_both_signs() -> None:
    two = torch.zeros(129, dtype=torch.float64)
    two[10], two[30] = 3.0, 1.0
    found = proposed([[two, two], [two, two]], 4000, stream(0, 0))
    assert found.shape == (4000, 2)
    number = (found.abs() / math.pi).round()
    assert float((number == 10).double().mean()) == pytest.approx(0.75, abs=0.03)
    assert float((number == 30).double().mean()) == pytest.approx(0.25, abs=0.03)
    assert float((found > 0).double().mean()) == pytest.approx(0.5, abs=0.03)
    assert torch.equal(found, proposed([[two, two], [two, two]], 4000, stream(0, 0)))
