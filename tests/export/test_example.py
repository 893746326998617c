"""The example of an export says and gives the same as the mixture that it is of."""

import torch

from nas.export import example
from nas.training import example as training


def test_the_network_is_the_mixture() -> None:
    mixture, points = training.mixture(), training.points().interior
    expected = mixture(points, training.PROBLEM.derivatives)[0]
    torch.testing.assert_close(example.network()(points), expected)


def test_what_it_says_was_measured() -> None:
    mixture, measured = training.mixture(), example.MEASURED
    assert len(mixture.alive) == measured.experts_after == measured.experts_before
    assert mixture.parameters_alive == measured.parameters_after == measured.parameters_before
