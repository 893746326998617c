"""How far all jobs are."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from nas.runner.attempt_log import ATTEMPTS_FILE, AttemptLog
from nas.runner.budget import Budget
from nas.runner.overview import Best, Clock, Running, State, time_left
from nas.runner.pace import Part
from nas.runner.progress import Progress, write_progress
from tests.runner.counting import Count, attempted, under_way


def finish(job: Count) -> None:
    (job.folder / "3").touch()


@pytest.fixture
def jobs(tmp_path: Path) -> list[Count]:
    found = [Count(tmp_path, number) for number in range(10)]
    for job in found:
        job.folder.mkdir()
    return found


def state(clock: Clock, finished: int, *busy: Count) -> State:
    return clock.state(finished, failed=1, busy=busy)


def test_it_tells_what_is_done_and_what_is_under_way(jobs: list[Count]) -> None:
    ticks = iter([100.0, 130.0])
    under_way(jobs[0].folder, 5.0, 0.5)
    seen = state(Clock(10, now=lambda: next(ticks)), 4, *jobs[:2])
    assert seen.running == [
        Running("count 0", "selection", 0.5, 300, 0.25, 4),
        Running("count 1", "starting", 0.0, 0, None, 1),
    ]
    assert (seen.jobs, seen.finished, seen.failed, seen.seconds) == (10, 4, 1, 30.0)


def test_nothing_is_foretold_of_jobs_without_parts_before_one_has_ended(jobs: list[Count]) -> None:
    """The first job has done a third of its steps: what the others cost is not known."""
    under_way(jobs[0].folder, 13.0, 0.3)
    assert state(Clock(10), 0, jobs[0]).seconds_left is None


def test_what_is_left_takes_as_long_as_what_has_ended(jobs: list[Count]) -> None:
    """Jobs took 40 and 20 + 60 s: 60 in the mean. Two under way have 50 and 30 s to go, six wait:
    440 s for two workers."""
    clock = Clock(10)
    state(clock, 0, jobs[0], jobs[1])
    attempted(jobs[0].folder, 40.0)
    attempted(jobs[1].folder, 20.0, 60.0)
    for job in jobs[:2]:
        finish(job)
    under_way(jobs[2].folder, 10.0, 0.9)  # of the steps: the dear ones are yet to come
    under_way(jobs[3].folder, 30.0, 0.1)
    assert state(clock, 2, jobs[2], jobs[3]).seconds_left == 220.0


def test_the_beginning_of_a_process_is_part_of_what_a_job_takes(jobs: list[Count]) -> None:
    """The first job was handed out at 0 s, began at 30 s, and ended at 90 s; one is left."""
    seconds = 0.0
    clock = Clock(2, now=lambda: seconds)
    state(clock, 0, jobs[0])
    seconds = 90.0
    attempted(jobs[0].folder, 60.0)
    finish(jobs[0])
    assert state(clock, 1, jobs[1]).seconds_left == 90.0
    seconds = 100.0  # it is not begun yet
    assert state(clock, 1, jobs[1]).seconds_left == 80.0
    seconds = 300.0  # it waits for its worker
    assert state(clock, 1, jobs[1]).seconds_left == 90.0


def test_a_guess_has_the_beginnings_of_those_that_wait(tmp_path: Path) -> None:
    """10 s of 38 after 20 s in which its process began: 28 s, and as long as all that for one."""
    seconds = 0.0
    run, clock = Phased(tmp_path, 0), Clock(2, now=lambda: seconds)
    state(clock, 0, run)
    for now in range(38):
        run.live(now)
        seconds = 20.0 + now
        seen = state(clock, 0, run)
    assert seen.between is None
    assert seen.seconds_left == pytest.approx(1.0 + 20.0 + 38.0, abs=3.0)


def test_jobs_that_ended_before_this_call_tell_it_too(jobs: list[Count]) -> None:
    attempted(jobs[0].folder, 60.0)
    under_way(jobs[1].folder, 20.0, 0.5)
    assert state(Clock(4, [jobs[0].folder]), 1, jobs[1]).seconds_left == 40.0 + 2 * 60.0


def test_the_longest_job_is_waited_for(jobs: list[Count]) -> None:
    attempted(jobs[0].folder, 60.0)
    under_way(jobs[1].folder, 0.0, 0.0)
    under_way(jobs[2].folder, 55.0, 0.9)
    assert state(Clock(3, [jobs[0].folder]), 1, jobs[1], jobs[2]).seconds_left == 60.0


def test_a_job_whose_worker_died_has_not_ended(jobs: list[Count]) -> None:
    clock = Clock(10)
    state(clock, 0, jobs[0])
    attempted(jobs[0].folder, 40.0)
    assert state(clock, 0, jobs[1]).seconds_left is None


# The campaign experiments/poisson_l_shape/quick.yaml as it was on two cores: when each run began,
# and the seconds of its warm-up, selection and fine-tuning. All took 115 s.
QUICK = [
    (0, 10, 10, 18),
    (0, 18, 12, 19),
    (38, 10, 10, 18),
    (49, 7, 8, 21),
    (76, 9, 8, 16),
    (85, 7, 8, 15),
]
SHARES = (60 / 520, 400 / 520, 60 / 520)
PHASES = ("warm-up", "selection", "fine-tuning")


@dataclass(frozen=True)
class Phased(Count):
    """A job whose phases are known."""

    @property
    def parts(self) -> tuple[Part, ...]:
        costs = (1.0, 0.15, 2.0)
        return tuple(
            Part((phase,), share, cost)
            for phase, share, cost in zip(PHASES, SHARES, costs, strict=True)
        )

    def live(self, now: float) -> bool:
        """Leave what it leaves until ``now``; whether it is under way."""
        began, *takes = QUICK[self.number]
        if not began <= now or self.finished:
            return False
        self.folder.mkdir(exist_ok=True)
        seconds, done = now - began, 0.0
        for phase, took, share in zip(PHASES, takes, SHARES, strict=True):
            part = min(1.0, seconds / took)
            done += part * share
            seconds -= took
            if part < 1:
                if now == began:
                    AttemptLog(self.folder, threads=1).begin(0, "cpu")
                write_progress(self.folder, Progress(0, now - began, phase, done, 0))
                return True
        (self.folder / ATTEMPTS_FILE).unlink()
        attempted(self.folder, sum(takes))
        finish(self)
        return False


def test_the_time_left_is_right_to_a_third_after_a_fifth_of_the_time(tmp_path: Path) -> None:
    """By itself, what runs take differs by a quarter of their mean: no last one is foretold."""
    runs = [Phased(tmp_path, number) for number in range(len(QUICK))]
    clock, last = Clock(len(runs)), 115
    for now in range(last):
        busy = [run for run in runs if run.live(now)]
        seen = state(clock, sum(run.finished for run in runs), *busy)
        left = last - now
        if seen.between is not None:
            assert seen.between.least <= left <= seen.between.most
        if 0.2 * last < now < 0.9 * last:
            assert seen.between is None
            assert seen.seconds_left == pytest.approx(left, rel=0.2 if now < 60 else 0.35)
        elif now == 5:  # of a phase that no run has reached the cost is a guess
            assert seen.between is not None
            assert seen.between.most > 3 * seen.between.least


@pytest.mark.parametrize(
    ("taken", "done", "left"),
    [
        (0.0, 0.0, 60.0),
        (45.0, 0.2, 15.0),
        (60.0, 0.75, 20.0),
        (120.0, 1.0, 0.0),
        (60.0, 0.0, 3000.0),
    ],
)
def test_a_job_that_takes_longer_than_usual_goes_by_its_steps(
    taken: float, done: float, left: float
) -> None:
    assert time_left(taken, done, usual=60.0) == pytest.approx(left)


@dataclass(frozen=True)
class Reached(Count):
    """A job that has reached a held-out loss."""

    held_out_loss: float | None = None


def test_the_best_so_far_is_the_one_with_the_least_held_out_loss(tmp_path: Path) -> None:
    clock = Clock(10, best=Best("before", 0.2))
    seen = []
    for number, loss in enumerate((0.3, None, 0.1, 0.1)):
        clock.ended(Reached(tmp_path, number, held_out_loss=loss))
        seen.append(state(clock, 0).best)
    assert seen == 2 * [Best("before", 0.2)] + 2 * [Best("count 2", 0.1)]
    assert state(Clock(10), 0).best is None


def test_the_loss_under_way_is_named_by_its_job(jobs: list[Count]) -> None:
    under_way(jobs[0].folder, 5.0, 0.5)
    (running,) = state(Clock(10), 0, jobs[0]).running
    assert not running.held_out
    held_out = HeldOut(jobs[0].root, 0)
    (running,) = state(Clock(10), 0, held_out).running
    assert running.held_out


@dataclass(frozen=True)
class HeldOut(Count):
    """A job whose loss is held out while it selects."""

    def is_held_out(self, phase: str) -> bool:
        return phase == "selection"


def test_when_all_have_ended_nothing_is_left(jobs: list[Count]) -> None:
    attempted(jobs[0].folder, 60.0)
    assert state(Clock(1, [jobs[0].folder]), 1).seconds_left == 0.0


def test_a_budget_tells_the_time_left_whatever_has_ended(jobs: list[Count]) -> None:
    """120 s of two workers; 50 + 30 s were interrupted, 60 s are under way: 240 - 140 are left."""
    budget = Budget(120.0, workers=2)
    folders: list[Path] = [job.folder for job in jobs]
    clock = Clock(10, left=lambda: budget.left(folders))
    assert state(clock, 0).seconds_left == 120.0
    attempted(jobs[0].folder, 50.0, 30.0)
    under_way(jobs[1].folder, 60.0, 0.01)
    assert state(clock, 0, jobs[1]).seconds_left == 50.0
