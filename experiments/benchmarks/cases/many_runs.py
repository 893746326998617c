"""How long does it take to go on with a campaign of ten thousand finished runs, and what memory?

A campaign with so many finished runs is made of one that was trained, then each in a fresh process:
the same command up to its first new run, whose training is left out; a proposal; gathering and
reading all tables; the report. The same with a tenth of the runs tells how it grows.
"""

import tempfile
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

from experiments.benchmarks import finished_campaign
from experiments.harness import memory
from experiments.harness.figures import Findings
from experiments.harness.process import fresh
from experiments.harness.timing import seconds_of
from nas import reports
from nas.campaign import campaign, records
from nas.campaign.tuner import Tuner
from nas.runner import dispatcher

RUNS = 10_000
FEWER = RUNS // 10
TARGETS = {"resume": 10.0, "propose": 1.0, "report": 60.0}


WHAT = ("propose", "resume", "gather", "report")  # in this order: to resume is to propose


class _Begun(Exception):  # noqa: N818 - what is waited for
    """The first new run would begin."""


class _Waiting:
    """In an executor's place: it has a worker that is free, and takes no job."""

    free = True
    busy: tuple[()] = ()

    def start(self, job: object) -> None:
        """The job is there."""
        raise _Begun

    def close(self) -> None:
        """Nothing has begun."""


def measure(findings: Findings) -> None:
    """All of it, for many runs and for a tenth of them."""
    with tempfile.TemporaryDirectory() as name:
        folders = {runs: Path(name) / str(runs) for runs in (FEWER, RUNS)}
        for runs, folder in folders.items():
            finished_campaign.make(folder, runs)
        of = {
            (what, runs): fresh(f"{__name__}:{what}", str(folder), runs)
            for what in WHAT
            for runs, folder in folders.items()
        }
    for what in WHAT:
        (seconds, gigabytes), (fewer, _) = of[what, RUNS], of[what, FEWER]
        findings.add(what, seconds, "s", target=TARGETS.get(what))
        findings.add(f"{what}: over that of {FEWER} runs", seconds / fewer)
        findings.add(f"{what}: memory", gigabytes, "GiB", target=1.0)


def propose(folder: str, runs: int) -> tuple[float, float]:
    """Seconds of the next proposal, once the study is open; and the process's memory."""
    settings = finished_campaign.settings(runs + 1)
    storage = finished_campaign.storage(Path(folder))
    tuner = Tuner(settings, storage, finished_campaign.study_name(Path(folder)))
    seconds = seconds_of(lambda: tuner.propose(runs))
    return seconds, _gigabytes()


def resume(folder: str, runs: int) -> tuple[float, float]:
    """Seconds until the first new run would begin."""

    def search() -> None:
        with suppress(_Begun):
            campaign.search(finished_campaign.settings(runs + 1), Path(folder))

    with patch.object(dispatcher, "create", lambda *_: _Waiting()):
        return seconds_of(search), _gigabytes()


def gather(folder: str, runs: int) -> tuple[float, float]:
    """Seconds in which all tables are gathered for the first time."""
    return seconds_of(lambda: records.gather(Path(folder))), _gigabytes()


def report(folder: str, runs: int) -> tuple[float, float]:
    """Seconds of the report."""
    return seconds_of(lambda: reports.write(Path(folder), None)), _gigabytes()


def _gigabytes() -> float:
    """The most memory that this process has had."""
    return memory.peak() / 2**30
