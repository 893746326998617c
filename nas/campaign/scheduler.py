"""Which run is next, which have ended, and what Optuna has been told of them."""

from collections import deque
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from nas.campaign import front
from nas.campaign.tuner import Proposal

Row = dict[str, Any]


class Proposes(Protocol):
    """What proposes trials and learns from their results; see `nas.campaign.tuner.Tuner`."""

    def propose(self, trial: int) -> Proposal: ...

    def tell(self, trial: int, values: front.Objectives | None) -> None: ...


class Run(Protocol):
    """What is scheduled; see `nas.campaign.run_job.RunJob`."""

    @property
    def proposal(self) -> Proposal: ...

    def known_row(self) -> Row | None: ...

    def row(self) -> Row: ...


R = TypeVar("R", bound=Run)


class Scheduler(Generic[R]):
    """Proposes trials one after the other, each as soon as all has ended that it has to know of.

    The proposal of trial t knows the results of the trials up to t - ``lag``, and of no other.
    So it depends neither on the number of workers nor on the order in which they finish.

    Parameters
    ----------
    tuner
        Proposes the trials.
    trials, seeds, lag
        How many trials there are, runs of each, and trials that may be under way.
    run_of
        The run of a proposal and repetition.

    Examples
    --------
    Before anything has ended, eight trials may begin, here of two runs each:

    >>> class Fixed:
    ...     def propose(self, trial):
    ...         return Proposal(trial, m=4, p=0.5, threshold=0.3)
    >>> class Unfinished:
    ...     known_row = staticmethod(lambda: None)
    >>> plan = Scheduler(Fixed(), 12, seeds=2, lag=8, run_of=lambda proposal, r: Unfinished())
    >>> len(list(iter(plan.following, None)))
    16
    """

    def __init__(
        self,
        tuner: Proposes,
        trials: int,
        seeds: int,
        lag: int,
        run_of: Callable[[Proposal, int], R],
    ) -> None:
        self._tuner, self.trials, self._seeds, self._lag = tuner, trials, seeds, lag
        self._run_of = run_of
        self.jobs = trials * seeds
        self._pending: deque[R] = deque()
        self._rows: dict[int, list[Row]] = {}  # of the trials that Optuna has not been told of
        self._proposed = self._told = 0  # trials
        self.finished = self.finished_before = self.failed = 0  # runs

    def following(self) -> R | None:
        """The run to start now; None if there is none, or none yet."""
        while True:
            while self._pending:
                run = self._pending.popleft()
                row = run.known_row()
                if row is None:
                    return run
                self._note(run, row)
                self.finished_before += 1
            if self._proposed == self.trials or not self._tell_up_to(self._proposed - self._lag):
                return None
            self._propose()

    def propose_no_more(self) -> None:
        """Let the trials that have been proposed be all."""
        self.trials = self._proposed

    def ended(self, run: R) -> None:
        """Note that a run that `following` gave has left its record."""
        self._note(run, run.row())

    def _note(self, run: R, row: Row) -> None:
        self._rows[run.proposal.trial].append(row)
        self.finished += 1
        self.failed += row["status"] != "completed"

    def close(self) -> None:
        """Tell what is left to be told, once all runs have ended."""
        self._tell_up_to(self._proposed - 1)

    def _propose(self) -> None:
        trial = self._proposed
        proposal = self._tuner.propose(trial)
        self._rows[trial] = []
        self._pending.extend(self._run_of(proposal, r) for r in range(self._seeds))
        self._proposed += 1

    def _tell_up_to(self, last: int) -> bool:
        """Tell the results of all trials up to ``last``; whether they are known."""
        while self._told <= last:
            rows = self._rows[self._told]
            if len(rows) < self._seeds:
                return False
            in_order = sorted(rows, key=lambda row: row["repetition"])
            self._tuner.tell(self._told, front.objectives(in_order))
            del self._rows[self._told]
            self._told += 1
        return True
