"""Durations as people write them."""

import pytest

from nas.campaign.durations import seconds


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (300, 300.0),
        (0.5, 0.5),
        ("300", 300.0),
        ("300 s", 300.0),
        ("300 seconds", 300.0),
        ("5m", 300.0),
        ("5 min", 300.0),
        (" 5 MIN ", 300.0),
        ("1 minute", 60.0),
        (".5 h", 1800.0),
        ("0.5 h", 1800.0),
        ("1 h 30 min", 5400.0),
        ("1h30m", 5400.0),
        ("2 hours 1 min 5 sec", 7265.0),
        ("1 h 5 s", 3605.0),
    ],
)
def test_a_duration_is_read_as_it_is_said(written: object, meant: float) -> None:
    assert seconds(written) == meant


@pytest.mark.parametrize(
    "written",
    ["", ".", "5 parsecs", "-5 min", "- 5", "5 min 5 min", "30 min 1 h", "1e3 s", "nan", "inf"],
)
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        seconds(written)


@pytest.mark.parametrize("written", [True, None, [300], {"min": 5}])
def test_other_things_are_refused(written: object) -> None:
    with pytest.raises(ValueError, match="no duration"):
        seconds(written)


@pytest.mark.parametrize("written", [float("nan"), float("inf"), "9" * 400])
def test_what_never_ends_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="not finite"):
        seconds(written)


def test_an_integer_beyond_all_floats_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        seconds(10**400)
