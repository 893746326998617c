"""How long a job takes, by its phases."""

from pathlib import Path

import pytest

from nas.runner.pace import ROUGH, Pace, Part
from nas.runner.progress import Progress

PARTS = (Part(("a",), 0.5), Part(("b", "c"), 0.3, cost=2.0), Part(("d",), 0.2, cost=4.0))
JOB = Path("job")


def at(seconds: float, phase: str, done: float, attempt: int = 0) -> Progress:
    return Progress(attempt, seconds, phase, done, step=0)


def told(*signs: Progress) -> Pace:
    pace = Pace()
    for sign in signs:
        pace.note(JOB, sign)
    return pace


def test_nothing_is_known_before_a_phase_has_advanced() -> None:
    assert Pace().left(PARTS) is None
    assert told(at(5.0, "a", 0.1)).left(PARTS, at(5.0, "a", 0.1)) is None


def test_what_no_job_has_reached_is_guessed_from_what_was_measured() -> None:
    """0.1 of the steps took 2 s: 20 s for all of them, or 40 and 80 in the two other parts."""
    now = at(3.0, "a", 0.2)
    left = told(at(1.0, "a", 0.1), now).left(PARTS, now)
    guessed = 0.3 * 40 + 0.2 * 80
    assert left is not None
    assert left.least == pytest.approx(0.3 * 20 + guessed / ROUGH)
    assert left.most == pytest.approx(0.3 * 20 + guessed * ROUGH)


def test_what_was_measured_in_all_parts_is_no_range() -> None:
    """Between phases nothing is measured: 10 s for all steps of a part, then 20, then 30."""
    signs = [
        *(at(0.0, "a", 0.0), at(4.0, "a", 0.4), at(9.0, "b", 0.5), at(11.0, "b", 0.6)),
        *(at(12.0, "c", 0.6), at(14.0, "c", 0.7), at(20.0, "d", 0.8), at(23.0, "d", 0.9)),
    ]
    left = told(*signs).left(PARTS, signs[-1])
    assert left is not None
    assert (left.least, left.most) == pytest.approx((3.0, 3.0))
    whole = told(*signs).left(PARTS)
    assert whole is not None
    assert (whole.least, whole.most) == pytest.approx((17.0, 17.0))


def test_a_part_that_ended_early_is_over() -> None:
    signs = at(0.0, "d", 0.3), at(3.0, "d", 0.4)
    left = told(*signs).left(PARTS, signs[-1])
    assert left is not None
    assert (left.least, left.most) == pytest.approx((6.0, 6.0))


def test_another_attempt_is_measured_by_itself() -> None:
    pace = told(at(0.0, "a", 0.0), at(90.0, "a", 0.1, attempt=1), at(91.0, "a", 0.2, attempt=1))
    left = pace.left(PARTS[:1], at(91.0, "a", 0.2, attempt=1))
    assert left is not None
    assert left.most == pytest.approx(3.0)
