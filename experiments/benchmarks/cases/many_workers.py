"""How busy does one command keep two hundred workers?

The campaign's search itself (proposals by Optuna, records, tables) with workers that do nothing for
a minute and then leave a finished run, as they would on other machines: one process plays all of
them. Its runs are those of `many_runs`. Busy: the workers' minutes over all the time that they were
there, from the start of the command to its end. Twice as many trials as there are workers may be
under way (`lag`): with as many, workers wait for the slowest trial of those before. With what the
command's process takes for a run, a queue is simulated in which a thousand workers wait for it (see
`experiments.benchmarks.queueing`).
"""

import heapq
import multiprocessing
import random
import tempfile
import time
from pathlib import Path
from queue import Empty
from typing import Any
from unittest.mock import patch

from experiments.benchmarks import finished_campaign, queueing
from experiments.harness.figures import Findings
from experiments.harness.timing import seconds_of
from nas.campaign import campaign
from nas.campaign.run_job import RunJob
from nas.runner import dispatcher
from nas.runner.executors import Ended, Function, Resources
from nas.runner.job import COMPLETED

WORKERS, RUNS = 200, 2000
SECONDS = 60.0  # of a run, within a tenth: they do not end together
MORE, EACH = 1000, 20  # workers that are simulated, and how many runs each has
LONGER = 600.0  # seconds of a run of theirs, and a minute


class Played:
    """An executor whose workers are played by one process."""

    def __init__(self, pattern: Path) -> None:
        start = multiprocessing.get_context("spawn")
        self._jobs, self._done = start.Queue(), start.Queue()
        self._running: dict[str, RunJob] = {}
        self._process = start.Process(
            target=_play, args=(str(pattern), SECONDS, self._jobs, self._done), daemon=True
        )
        self._process.start()
        self.seconds = 0.0  # that workers were busy

    @property
    def free(self) -> bool:
        """See `nas.runner.executors.Executor`."""
        return len(self._running) < WORKERS

    @property
    def busy(self) -> list[RunJob]:
        """See `nas.runner.executors.Executor`."""
        return list(self._running.values())

    def start(self, job: RunJob) -> None:
        """See `nas.runner.executors.Executor`."""
        self._running[job.name] = job
        one = job.proposal
        self._jobs.put((str(job.folder), one.trial, one.m, one.p, one.threshold))

    def collect(self, seconds: float) -> list[Ended[RunJob]]:
        """See `nas.runner.executors.Executor`."""
        found = []
        try:
            found.append(self._done.get(timeout=seconds))
            while True:
                found.append(self._done.get_nowait())
        except Empty:
            pass
        self.seconds += sum(took for _, took in found)
        return [Ended(self._running.pop(name), COMPLETED) for name, _ in found]

    def close(self) -> None:
        """See `nas.runner.executors.Executor`."""
        self._process.kill()


def measure(findings: Findings) -> None:
    """The whole campaign, from start to end."""
    with tempfile.TemporaryDirectory() as name:
        pattern = Path(name) / "one"
        finished_campaign.make(pattern, 1)
        executor = Played(pattern)

        def create(resources: Resources, function: Function[Any], root: Path) -> Played:
            return executor

        parallel = {"engine": "local", "workers": WORKERS}
        settings = finished_campaign.settings(RUNS, lag=2 * WORKERS, parallel=parallel)
        with patch.object(dispatcher, "create", create):
            began = time.process_time()
            took = seconds_of(lambda: campaign.search(settings, Path(name) / "many"))
            service = (time.process_time() - began) / RUNS
    findings.add("simulated workers", WORKERS)
    findings.add("busy", 100 * executor.seconds / (WORKERS * took), "%", "higher", 95.0)
    ideal = RUNS * SECONDS / WORKERS
    findings.add("beyond the workers' own time", took - ideal, "s")
    findings.add("the command's own time for a run", 1e3 * service, "ms")
    for seconds in (SECONDS, LONGER):
        share = queueing.busy(MORE, seconds, service, MORE * EACH)
        findings.add(f"{MORE} workers with runs of {seconds:g} s, simulated", 100 * share, "%")


def _play(pattern: str, seconds: float, jobs: Any, done: Any) -> None:
    """Take jobs, and leave their runs when their time is over, which is about ``seconds``."""
    tables = finished_campaign.pattern(Path(pattern) / "runs" / "0000-0")
    draw = random.Random(0)
    waiting: list[tuple[float, float, tuple[Any, ...]]] = []
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, took, job = heapq.heappop(waiting)
            done.put((_leave(tables, draw, *job), took))
        pause = waiting[0][0] - time.monotonic() if waiting else 1.0
        try:
            job = jobs.get(timeout=max(pause, 0.001))
        except Empty:
            continue
        took = seconds * draw.uniform(0.9, 1.1)
        heapq.heappush(waiting, (time.monotonic() + took, took, job))


def _leave(
    tables: Any, draw: random.Random, folder: str, trial: int, m: int, p: float, threshold: float
) -> str:
    """A finished run in its folder; its name."""
    came = (draw.lognormvariate(-8, 2), float(draw.randint(100, 4000)))
    proposed = {"m": m, "p": p, "threshold": threshold}
    finished_campaign.write_run(Path(folder), tables, trial, proposed, came)
    return Path(folder).name
