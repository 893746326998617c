"""What is left of a budget."""

from pathlib import Path

import pytest

from nas.runner.budget import Budget, time_taken
from tests.runner.counting import attempted, under_way


@pytest.fixture
def jobs(tmp_path: Path) -> list[Path]:
    """A job of two attempts, 10 and 5 s, the second of which has no end, and one not begun."""
    begun, not_begun = tmp_path / "begun", tmp_path / "not begun"
    begun.mkdir()
    attempted(begun, 10.0)
    under_way(begun, 5.0, 0.5)
    other = tmp_path / "other"
    other.mkdir()
    attempted(other, 7.0)
    return [begun, other, not_begun]


def test_all_attempts_count_however_they_ended(jobs: list[Path]) -> None:
    assert [time_taken(job) for job in jobs] == [15.0, 7.0, 0.0]


def test_workers_share_it(jobs: list[Path]) -> None:
    assert Budget(60.0).left(jobs) == 38.0
    assert Budget(60.0, workers=2).left(jobs) == 49.0


def test_it_is_never_negative(jobs: list[Path]) -> None:
    assert Budget(20.0).left(jobs) == 0.0
    assert Budget(20.0).left([]) == 20.0
