"""What no race can be is refused."""

import pytest

from nas.training.race import Heat, RaceSettings


@pytest.mark.parametrize("keep", [0, -3])
def test_a_heat_needs_somebody(keep: int) -> None:
    with pytest.raises(ValueError, match=r"keep.*at least 1"):
        Heat(keep, 0.5)


@pytest.mark.parametrize("until", [0.0, 1.5, float("nan")])
def test_a_heat_ends_within_the_budget(until: float) -> None:
    with pytest.raises(ValueError, match=r"until.*in \(0, 1\]"):
        Heat(2, until)


@pytest.mark.parametrize("correct_at", [(), (0.0,), (1.5,), (0.9, 0.8), (0.9, 0.9)])
def test_corrections_begin_within_the_budget(correct_at: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"correct_at.*in \(0, 1\], in rising order"):
        RaceSettings(correct_at=correct_at)


def test_a_race_has_a_heat() -> None:
    with pytest.raises(ValueError, match=r"heats.*at least one"):
        RaceSettings(heats=())


def test_by_default_each_heat_is_of_fewer_and_leaves_time_for_the_rest() -> None:
    settings = RaceSettings()
    keeps, ends = [one.keep for one in settings.heats], [one.until for one in settings.heats]
    assert keeps == sorted(keeps, reverse=True)
    assert [*ends, *settings.correct_at] == sorted([*ends, *settings.correct_at])
    assert settings.correct_at[-1] < 1
