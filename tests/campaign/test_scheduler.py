"""What is proposed when, and what Optuna knows then: with runs that do nothing."""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from nas.campaign.scheduler import Scheduler
from nas.campaign.tuner import Proposal

LAG = 5
TRIALS = 3 * LAG + 1


@dataclass
class Notebook:
    """In Optuna's place: writes down what it was told before each proposal."""

    told: list[int] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    known_before: list[list[int]] = field(default_factory=list)

    def propose(self, trial: int) -> Proposal:
        assert trial == len(self.known_before), "proposals in order, each once"
        self.known_before.append(list(self.told))
        return Proposal(trial, 4, 0.5, 0.3)

    def tell(self, trial: int, values: Any) -> None:
        self.told.append(trial)
        self.values.append(values)


@dataclass
class Run:
    proposal: Proposal
    repetition: int
    finished: bool = False
    status: str = "completed"

    def known_row(self) -> dict[str, Any] | None:
        return self.row() if self.finished else None

    def row(self) -> dict[str, Any]:
        assert self.finished
        trial = self.proposal.trial
        return {
            "repetition": self.repetition,
            "status": self.status,
            "held_out_loss": 1.0 + trial + 0.1 * self.repetition,
            "parameters_after": 100 * (trial + 1),
        }


def scheduler(
    tuner: Notebook, trials: int = TRIALS, seeds: int = 1, lag: int = LAG
) -> Scheduler[Run]:
    return Scheduler(
        tuner, trials, seeds, lag, lambda proposal, repetition: Run(proposal, repetition)
    )


def all_startable(plan: Scheduler[Run]) -> list[Run]:
    """What as many workers as one likes would begin now."""
    started = []
    while (run := plan.following()) is not None:
        started.append(run)
    return started


def end(plan: Scheduler[Run], run: Run) -> None:
    run.finished = True
    plan.ended(run)


def allowed(ended: set[int], trials: int) -> int:
    """How many proposals may have been made: the rule, said without any cleverness.

    A proposal t may be made as soon as all trials have ended that are ``LAG`` or more before it.
    """
    count = 0
    while count < trials and all(trial in ended for trial in range(trials) if trial <= count - LAG):
        count += 1
    return count


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("seeds", [1, 2])
def test_a_proposal_knows_all_trials_lag_before_it_and_no_other(seed: int, seeds: int) -> None:
    """Whatever the order in which runs end; and none waits longer than it must."""
    draw, tuner = random.Random(seed), Notebook()
    plan = scheduler(tuner, seeds=seeds)
    busy = all_startable(plan)
    left = dict.fromkeys(range(TRIALS), seeds)
    while busy:
        ended = {trial for trial, runs in left.items() if not runs}
        assert len(tuner.known_before) == allowed(ended, TRIALS)
        run = busy.pop(draw.randrange(len(busy)))
        left[run.proposal.trial] -= 1
        end(plan, run)
        busy += all_startable(plan)
    assert len(tuner.known_before) == TRIALS
    for trial, known in enumerate(tuner.known_before):
        assert known == [other for other in range(TRIALS) if other <= trial - LAG]
    plan.close()
    assert tuner.told == list(range(TRIALS))


@pytest.mark.parametrize("lag", [1, 8])
def test_no_more_than_lag_trials_are_under_way(lag: int) -> None:
    plan = scheduler(Notebook(), lag=lag)
    busy = all_startable(plan)
    assert [run.proposal.trial for run in busy] == list(range(lag))
    for run in reversed(busy[1:]):  # all but the first end, and nothing follows
        end(plan, run)
        assert plan.following() is None
    end(plan, busy[0])
    assert [run.proposal.trial for run in all_startable(plan)] == list(range(lag, 2 * lag))


def test_one_worker_proposes_what_many_do() -> None:
    alone, together = Notebook(), Notebook()
    plan = scheduler(alone)
    while (run := plan.following()) is not None:
        end(plan, run)
    plan.close()
    many = scheduler(together)
    busy = all_startable(many)
    while busy:
        end(many, busy.pop())
        busy += all_startable(many)
    many.close()
    assert alone == together


def test_the_values_are_those_of_the_trial() -> None:
    """Medians over its runs; None where it has failed."""
    tuner = Notebook()
    plan = scheduler(tuner, trials=2, seeds=3)
    runs = all_startable(plan)
    for run in runs[::-1]:
        if run.proposal.trial == 1 and run.repetition != 2:
            run.status = "diverged"
        end(plan, run)
    plan.close()
    assert tuner.values == [(1.1, 100.0), None]
    assert (plan.finished, plan.finished_before, plan.failed) == (6, 0, 2)


def test_runs_that_were_finished_before_are_not_done_again() -> None:
    tuner, done = Notebook(), {0, 1, 3}
    plan: Scheduler[Run] = Scheduler(
        tuner, 5, 1, LAG, lambda proposal, r: Run(proposal, r, proposal.trial in done)
    )
    assert [run.proposal.trial for run in all_startable(plan)] == [2, 4]
    assert (plan.finished, plan.finished_before) == (3, 3)
