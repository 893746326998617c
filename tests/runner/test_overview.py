"""How far all jobs are."""

from pathlib import Path

from nas.runner.overview import Clock, Running
from nas.runner.progress import Progress, write_progress
from tests.runner.counting import Count


def test_jobs_under_way_count_by_their_share(tmp_path: Path) -> None:
    ticks = iter([0.0, 30.0])
    jobs = [Count(tmp_path, 0), Count(tmp_path, 1)]
    write_progress(jobs[0].folder, Progress(0, 5.0, "selection", 0.5, 300, 0.25, 4))
    state = Clock(10, now=lambda: next(ticks)).state(before=2, finished=4, failed=1, busy=jobs)
    assert state.running == [
        Running("count 0", "selection", 0.5, 300, 0.25, 4),
        Running("count 1", "starting", 0.0, 0, None, 1),
    ]
    assert (state.jobs, state.finished, state.failed, state.seconds) == (10, 4, 1, 30.0)
    # Two and a half jobs have taken 30 s; five and a half are left.
    assert state.seconds_left == 66.0


def test_nothing_is_foretold_before_anything_is_done() -> None:
    assert Clock(10).state(before=4, finished=4, failed=0, busy=[]).seconds_left is None
