"""What no round can be is refused."""

from itertools import pairwise

import pytest

from nas.problems.terms import PointCounts
from nas.training.pool import PoolSettings, Round

FEW = PointCounts(8, 2)


@pytest.mark.parametrize("keep", [0, -1])
def test_a_round_needs_somebody(keep: int) -> None:
    with pytest.raises(ValueError, match=r"keep.*at least 1"):
        Round(keep, FEW, 0.5)


@pytest.mark.parametrize("until", [0.0, -0.1, 1.01, float("nan")])
def test_a_round_ends_within_the_budget(until: float) -> None:
    with pytest.raises(ValueError, match=r"until.*in \(0, 1\]"):
        Round(1, FEW, until)


def test_by_default_each_round_is_of_fewer_on_more_points_and_ends_later() -> None:
    settings = PoolSettings()
    for first, second in pairwise(settings.rounds):
        assert first.keep > second.keep
        assert first.counts.interior < second.counts.interior
        assert first.until < second.until < 1
    assert settings.waves_until + settings.rounds[-1].until < 2 / 3
