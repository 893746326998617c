"""What all jobs have in common."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from nas.errors import UserError
from nas.runner.job import KILLED
from tests.runner.counting import Count


def test_a_job_is_indispensable_unless_it_says_otherwise(tmp_path: Path) -> None:
    job = Count(tmp_path, 4)
    with pytest.raises(
        UserError,
        match=r"count-4: count 4 killed, and everything else depends on it: out of memory\?; fix",
    ):
        job.fail(KILLED, "out of memory?")


def test_a_job_has_a_checkpoint_in_its_folder_and_shows_one_expert(tmp_path: Path) -> None:
    job = Count(tmp_path, 4)
    assert job.checkpoint.parent == job.folder
    assert job.experts == 1


@dataclass(frozen=True)
class Made(Count):
    """A job that is made with others."""

    first: Count | None = None
    others: tuple[Count, ...] = ()


def test_a_job_reads_what_those_have_left_that_it_is_made_with(tmp_path: Path) -> None:
    first, second, third = (Count(tmp_path, number) for number in (1, 2, 3))
    job = Made(tmp_path, 4, first=first, others=(second, third))
    assert job.reads == (first.folder, second.folder, third.folder)
    assert first.reads == ()
