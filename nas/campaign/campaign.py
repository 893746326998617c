"""A campaign: propose, run, record, until all trials are done, in one folder that lasts.

The folder is all the memory there is. Run the same campaign on it again after any kind of end,
and it goes on: finished runs are kept, those under way continue from their checkpoints.
"""

import os
from collections import deque
from pathlib import Path
from typing import Any

from nas import networks, problems
from nas.campaign import front, jobs, records
from nas.campaign.attempts import read_attempts
from nas.campaign.config import Campaign
from nas.campaign.folder import claim, identify
from nas.campaign.run import RunSpec, execute, record_failure
from nas.campaign.run_settings import check_points, resolve_device
from nas.campaign.tuner import LAG, Proposal, Tuner
from nas.campaign.workers import KILLED
from nas.problems import Problem


def search(
    campaign: Campaign,
    folder: Path,
    problem: Problem | None = None,
    watch: jobs.Watch = lambda state: None,
) -> records.Records:
    """Begin the campaign in ``folder``, or go on with it; return its records when it is done.

    Parameters
    ----------
    problem
        The problem itself, where ``campaign.problem`` is not to be loaded by name or path.

    Raises
    ------
    UserError
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
        storage = campaign.storage or f"sqlite:///{folder / 'study.sqlite'}"
        tuner = Tuner(campaign, storage, study)
        _Work(campaign, folder, problem, found.fingerprint, tuner, watch).run()
        return records.read(folder)


class _Work:
    """Which run is next, what has ended, what has been told."""

    def __init__(
        self,
        campaign: Campaign,
        folder: Path,
        problem: Problem | None,
        fingerprint: str,
        tuner: Tuner,
        watch: jobs.Watch,
    ) -> None:
        self.campaign, self.folder, self.problem = campaign, folder, problem
        self.fingerprint = fingerprint
        self.tuner, self.watch = tuner, watch
        self.proposed = 0  # trials
        self.pending: deque[RunSpec] = deque()
        self.ended: dict[tuple[int, int], dict[str, Any]] = {}  # rows of the table ``runs``
        self.ended_before = 0
        self.clock = jobs.Clock(campaign.trials * campaign.seeds)

    def run(self) -> None:
        """Work until all runs are recorded and all trials told."""
        parallel = self.campaign.parallel
        shift = jobs.Shift(self.folder, execute, parallel.workers, parallel.threads_each)
        shift.work(self._next, self._end, self._look)
        self._tell(self.proposed)
        self._gather()

    def _end(self, spec: RunSpec, ending: str) -> None:
        if ending == KILLED:
            step = jobs.died_at(spec)
            reason = f"its worker was killed {jobs.DEATHS} times at step {step}; out of memory?"
            record_failure(spec, "killed", reason)
        self._note(spec)
        self._gather()

    def _look(self, busy: list[RunSpec]) -> None:
        failed = sum(row["status"] != "completed" for row in self.ended.values())
        self.watch(self.clock.state(self.ended_before, len(self.ended), failed, busy))

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
            threads=self.campaign.parallel.threads_each,
            parent=os.getpid(),
            fingerprint=self.fingerprint,
        )

    def _note(self, spec: RunSpec) -> None:
        """Take the run's row into memory."""
        table = records.read_rows(spec.path / "runs.parquet", "runs")
        self.ended[spec.trial, spec.repetition] = table[0]

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
