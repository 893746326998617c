"""What no race can be is refused."""

import pytest

from nas.training.race import Heat, RaceSettings


@pytest.mark.parametrize("keep", [0, -3])
def test_a_heat_needs_somebody(keep: int) -> None:
    with pytest.raises(ValueError, match=r"keep.*at least 1"):
        Heat(keep, 0.5)


@pytest.mark.parametrize("share", [0.0, 1.5, float("nan")])
def test_a_heat_is_a_part_of_the_budget(share: float) -> None:
    with pytest.raises(ValueError, match=r"share.*in \(0, 1\]"):
        Heat(2, share)


@pytest.mark.parametrize("correct_at", [(), (0.0,), (1.5,), (0.9, 0.8), (0.9, 0.9)])
def test_corrections_begin_within_the_budget(correct_at: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"correct_at.*in \(0, 1\], in rising order"):
        RaceSettings(correct_at=correct_at)


def test_a_race_has_a_heat() -> None:
    with pytest.raises(ValueError, match=r"heats.*at least one"):
        RaceSettings(heats=())


def test_by_default_each_heat_is_of_fewer_and_leaves_time_for_the_rest() -> None:
    settings = RaceSettings()
    keeps = [one.keep for one in settings.heats]
    assert keeps == sorted(keeps, reverse=True)
    exploring = sum(one.share for one in settings.heats)
    assert exploring < settings.correct_at[0] / 2
    assert settings.correct_at[-1] < 1
