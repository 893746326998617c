"""A campaign on three hosts of a Dask cluster, on which whoever takes part in it is killed."""

import os
import random
import signal
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from experiments.harness.dask_cluster import Cluster, cluster
from experiments.harness.figures import Findings
from experiments.harness.tasks import kept
from experiments.robustness.commands import MARK, differing, left, run, start
from experiments.robustness.kills import marked, stayed
from nas.errors import UserError

HOSTS = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
LONGER = ("--set", "trials=8", "--set", "training.fine_tuning.iterations=60")
BLOWS = ("job", "worker", "host", "scheduler", "command")
PAUSE = 10.0  # seconds from one blow to the next, in the mean; to begin again takes some
TRIES = 40  # of the command in a round; each ends by a blow, or because the scheduler did


def measure(kills: int, findings: Findings, folder: Path) -> None:
    """Round after round, until there were so many kills; what is done is not done again."""
    wanted = kept(folder / "cluster" / "undisturbed.json", _undisturbed)
    rounds: list[dict[str, Any]] = []
    while sum(len(one["blows"]) for one in rounds) < kills:
        path = folder / "cluster" / f"{len(rounds)}.json"
        rounds.append(kept(path, partial(survived, len(rounds), wanted)))
    whom = Counter(blow for one in rounds for blow in one["blows"])
    findings.effort = f"{len(rounds)} campaigns on {len(HOSTS)} hosts"
    findings.add("kills", whom.total(), "", "higher", target=60)
    for blow in BLOWS:
        findings.add(f"of these: {blow}", whom[blow])
    findings.add("with another result", sum(bool(one["differs"]) for one in rounds), target=0)
    findings.add("not done", sum(one["codes"][-1] != 0 for one in rounds), target=0)
    findings.add("with a traceback", sum(one["tracebacks"] for one in rounds), target=0)
    findings.add("with processes left behind", sum(one["stayed"] > 0 for one in rounds), target=0)


def survived(seed: int, wanted: dict[str, str]) -> dict[str, Any]:
    """What became of a campaign that was given again until it was done, under blows."""
    draw, mark = random.Random(seed), f"{os.getpid()}-{time.monotonic_ns()}"
    blows: list[str] = []
    codes: list[int] = []
    told = ""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with cluster(work / "cluster", HOSTS, {MARK: mark}) as there:
            while 0 not in codes and len(codes) < TRIES:
                there.mend()
                there.wait()
                where = ("--workers", there.address, *LONGER)
                process = start("search", work, mark, where)
                blows += _struck(process, there, draw, mark)
                told += process.communicate()[1]
                codes.append(process.returncode)
            now = left(work)
        behind = stayed(mark)
    return {
        "seed": seed,
        "blows": blows,
        "codes": codes,
        "differs": differing(now, wanted),
        "tracebacks": "Traceback" in told,
        "stayed": behind,
        "errors": told[-2000:],
    }


def _undisturbed() -> dict[str, str]:
    """What the campaign leaves on this machine alone."""
    with tempfile.TemporaryDirectory() as name:
        code, errors = run("search", Path(name), more=LONGER)
        if code:
            raise UserError(f"search: expected exit code 0 where nobody disturbs it, got {errors}")
        return left(Path(name))


def _struck(
    process: subprocess.Popen[str], there: Cluster, draw: random.Random, mark: str
) -> list[str]:
    """Strike somebody now and then until the command ends; whom that met."""
    blows: list[str] = []
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(draw.expovariate(1 / PAUSE))
        if process.poll() is not None:
            return blows
        blow = draw.choice(BLOWS)
        if _strike(blow, process, there, draw, mark):
            blows.append(blow)
        there.mend()


def _strike(
    blow: str, process: subprocess.Popen[str], there: Cluster, draw: random.Random, mark: str
) -> bool:
    """Kill one of a kind; whether there was one."""
    if blow == "command":
        process.kill()
        return True
    if blow == "scheduler":
        assert there.scheduler is not None
        there.scheduler.kill()
        there.scheduler.wait()
        return True
    worker = draw.choice([one for one in there.workers if one is not None])
    if worker.poll() is not None:
        return False
    jobs = [number for number in marked(mark) if _parent(number) == worker.pid]
    if blow != "job":  # first: a worker whose job has died would tell of it
        worker.kill()
        worker.wait()
    if blow != "worker":  # a host dies with its jobs; a worker's jobs see that it is gone
        for number in jobs:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
    return blow != "job" or bool(jobs)


def _parent(number: int) -> int:
    with suppress(OSError, IndexError, ValueError):
        status = Path(f"/proc/{number}/stat").read_text(encoding="utf-8")
        return int(status.rpartition(")")[2].split()[1])
    return 0
