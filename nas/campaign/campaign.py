"""A campaign: propose, run, record, until all trials are done, in one folder that lasts.

The folder is all the memory there is. Run the same campaign on it again after any kind of end,
and it goes on: finished runs are kept, those under way continue from their checkpoints.
"""

import os
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nas import problems
from nas.calculus import networks
from nas.campaign import front, records
from nas.campaign.attempts import read_attempts, read_progress
from nas.campaign.config import Campaign
from nas.campaign.folder import claim, identify, stop_file
from nas.campaign.run import RunSpec, execute, record_failure
from nas.campaign.run_settings import check_points, resolve_device
from nas.campaign.tuner import LAG, Proposal, Tuner
from nas.campaign.workers import KILLED, Ended, Workers
from nas.errors import Misuse
from nas.files import write_text
from nas.problems import Problem

DEATHS = 3  # of a run's worker at the same step, before the run is given up


class Interrupted(Exception):  # noqa: N818 - not an error: the user asked for it
    """The campaign was told to stop; the same command goes on with it.

    ``saved`` is false where a second interrupt did not let the workers save: their runs then
    go on from their last checkpoints, some seconds older.
    """

    def __init__(self, saved: bool) -> None:
        super().__init__("interrupted; run the same again to go on")
        self.saved = saved


@dataclass(frozen=True)
class RunningRun:
    """A run under way, as far as its last sign of life tells."""

    trial: int
    repetition: int
    phase: str
    done: float  # in [0, 1]
    step: int
    loss: float | None
    experts: int


@dataclass(frozen=True)
class State:
    """What a watcher is told, a few times a second."""

    runs: int
    finished: int
    failed: int
    running: list[RunningRun]
    seconds: float  # since this call began
    seconds_left: float | None


Watch = Callable[[State], None]


def search(
    campaign: Campaign,
    folder: Path,
    problem: Problem | None = None,
    watch: Watch = lambda state: None,
) -> records.Records:
    """Begin the campaign in ``folder``, or go on with it; return its records when it is done.

    Parameters
    ----------
    problem
        The problem itself, where ``campaign.problem`` is not to be loaded by name or path.

    Raises
    ------
    Misuse
        If ``folder`` holds something else, another process is at work in it, the device is not
        there, the problem is wrong, or the disk refuses.
    Interrupted
        On Ctrl-C, after the runs under way have been saved.
    """
    found = problem or problems.load(campaign.problem)
    device = resolve_device(campaign.training.device)
    check_points(campaign, found)
    networks.prepare(device)  # once, and told once, before the workers need it
    folder = Path(folder).absolute()
    with claim(folder):
        study = identify(folder, campaign, found)
        stop_file(folder).unlink(missing_ok=True)
        storage = campaign.storage or f"sqlite:///{folder / 'study.sqlite'}"
        tuner = Tuner(campaign, storage, study)
        _Work(campaign, folder, problem, found.fingerprint, tuner, watch).run()
        return records.read(folder)


class _Work:
    """The parent's loop: which run is next, what has ended, what has been told."""

    def __init__(
        self,
        campaign: Campaign,
        folder: Path,
        problem: Problem | None,
        fingerprint: str,
        tuner: Tuner,
        watch: Watch,
    ) -> None:
        self.campaign, self.folder, self.problem = campaign, folder, problem
        self.fingerprint = fingerprint
        self.tuner, self.watch = tuner, watch
        self.threads = campaign.parallel.threads or max(
            1, (os.cpu_count() or 1) // campaign.parallel.workers
        )
        self.proposed = 0  # trials
        self.pending: deque[RunSpec] = deque()
        self.ended: dict[tuple[int, int], dict[str, Any]] = {}  # rows of the table ``runs``
        self.deaths: dict[str, tuple[int, int]] = {}  # run -> (step, deaths there)
        self.began = time.monotonic()
        self.ended_before = 0

    def run(self) -> None:
        """Work until all runs are recorded and all trials told."""
        workers = Workers(execute, self.campaign.parallel.workers, self.threads)
        try:
            self._loop(workers)
        except BaseException as error:
            saved = self._stop(workers)
            if isinstance(error, KeyboardInterrupt):
                raise Interrupted(saved) from None
            raise
        finally:
            workers.close()
        self._tell(self.proposed)
        self._gather()

    def _loop(self, workers: Workers[RunSpec]) -> None:
        while True:
            while workers.free and (spec := self._next()) is not None:
                workers.start(spec)
            if not workers.busy:
                return
            for ended in workers.collect(0.2):
                if ended.ending == KILLED:
                    self._restart(ended.job)
                else:
                    self._note(ended.job)
                    self._gather()
            self.watch(self._state(workers.busy))

    def _next(self) -> RunSpec | None:
        """The run to start now; None if there is none, or none yet."""
        while True:
            while self.pending:
                spec = self.pending.popleft()
                if not spec.finished:
                    return spec
                self._note(spec)
                self.ended_before += 1
            if self.proposed == self.campaign.trials or not self._may_propose():
                return None
            self._propose()

    def _may_propose(self) -> bool:
        """Whether all trials have ended that the next proposal is to know."""
        known = max(0, self.proposed - LAG + 1)
        return all(
            (trial, repetition) in self.ended
            for trial in range(known)
            for repetition in range(self.campaign.seeds)
        )

    def _propose(self) -> None:
        trial = self.proposed
        self._tell(trial - LAG + 1)
        proposal = self.tuner.propose(trial)
        self.pending.extend(self._spec(proposal, r) for r in range(self.campaign.seeds))
        self.proposed += 1

    def _tell(self, count: int) -> None:
        """Tell the results of the first ``count`` trials."""
        for trial in range(max(0, count)):
            runs = [self.ended[trial, r] for r in range(self.campaign.seeds)]
            self.tuner.tell(trial, front.objectives(runs))

    def _spec(self, proposal: Proposal, repetition: int) -> RunSpec:
        return RunSpec(
            folder=self.folder,
            campaign=self.campaign,
            problem=self.problem,
            trial=proposal.trial,
            repetition=repetition,
            m=proposal.m,
            p=proposal.p,
            threshold=proposal.threshold,
            threads=self.threads,
            parent=os.getpid(),
            fingerprint=self.fingerprint,
        )

    def _note(self, spec: RunSpec) -> None:
        """Take the run's row into memory."""
        table = records.read_rows(spec.path / "runs.parquet", "runs")
        self.ended[spec.trial, spec.repetition] = table[0]

    def _restart(self, spec: RunSpec) -> None:
        """Queue a run again whose worker was killed, but not for ever at the same step."""
        attempts = read_attempts(spec.path / "attempts.json")
        step = attempts[-1]["from_step"] if attempts else 0
        before, deaths = self.deaths.get(spec.name, (step, 0))
        deaths = deaths + 1 if before == step else 1
        self.deaths[spec.name] = step, deaths
        if deaths < DEATHS:
            self.pending.appendleft(spec)
            return
        reason = f"its worker was killed {DEATHS} times at step {step}; out of memory?"
        record_failure(spec, "killed", reason)
        self._note(spec)

    def _stop(self, workers: Workers[RunSpec]) -> bool:
        """Let the workers save what they have, unless interrupted again; whether they have."""
        ended: list[Ended[RunSpec]] = []
        try:
            write_text(stop_file(self.folder), "")
            while workers.busy:
                with suppress(Misuse):  # the first reason to stop is the one that is told
                    ended += workers.collect(0.2)
        except (KeyboardInterrupt, Misuse):  # Misuse: not even the stop file can be written
            return False
        return all(one.ending != KILLED for one in ended)

    def _gather(self) -> None:
        """Write the campaign's tables from the records of all runs that have ended."""
        tables = self.folder / "tables"
        folders = [self.folder / "runs" / row["run"] for _, row in sorted(self.ended.items())]
        for name in ("runs", "experts", "history"):
            records.write_table(
                tables / f"{name}.parquet",
                name,
                [
                    row
                    for folder in folders
                    for row in records.read_rows(folder / f"{name}.parquet", name)
                ],
            )
        attempts = [row for f in folders for row in read_attempts(f / "attempts.json")]
        records.write_table(tables / "attempts.parquet", "attempts", attempts)
        rows = [self.ended[key] for key in sorted(self.ended) if self._is_whole(key[0])]
        records.write_table(tables / "trials.parquet", "trials", front.trial_rows(rows))

    def _is_whole(self, trial: int) -> bool:
        return all((trial, r) in self.ended for r in range(self.campaign.seeds))

    def _state(self, busy: list[RunSpec]) -> State:
        running = [_running(spec) for spec in busy]
        total = self.campaign.trials * self.campaign.seeds
        seconds = time.monotonic() - self.began
        done = len(self.ended) - self.ended_before + sum(run.done for run in running)
        left = total - len(self.ended) - sum(run.done for run in running)
        return State(
            runs=total,
            finished=len(self.ended),
            failed=sum(row["status"] != "completed" for row in self.ended.values()),
            running=running,
            seconds=seconds,
            seconds_left=seconds * left / done if done > 0.02 else None,
        )


def _running(spec: RunSpec) -> RunningRun:
    progress = read_progress(spec.path / "attempts.json")
    return RunningRun(
        spec.trial,
        spec.repetition,
        progress.get("phase", "starting"),
        progress.get("done", 0.0),
        progress.get("step", 0),
        progress.get("loss"),
        progress.get("experts", spec.m),
    )
