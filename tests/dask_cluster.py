"""A Dask cluster of real processes, as its users start one."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 60.0  # until everybody is there


class Cluster:
    """A scheduler and its workers; each a process that a test may kill, and start again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._contact = folder / "scheduler.json"
        self._begun: list[subprocess.Popen[bytes]] = []
        self.scheduler = self.start_scheduler()

    @property
    def address(self) -> str:
        import json

        found: str = json.loads(self._contact.read_text())["address"]
        return found

    def start_scheduler(self, port: str = "0") -> "subprocess.Popen[bytes]":
        self._contact.unlink(missing_ok=True)
        options = ("--host", "127.0.0.1", "--port", port, "--no-dashboard")
        self.scheduler = self._start("scheduler", *options, "--scheduler-file", str(self._contact))
        deadline = time.monotonic() + SECONDS
        while not self._contact.exists():
            assert time.monotonic() < deadline, "no scheduler"
            time.sleep(0.05)
        return self.scheduler

    def start_worker(self, **environment: str) -> "subprocess.Popen[bytes]":
        """A worker without a nanny, so that its number is that of its process."""
        options = ("--nthreads", "1", "--memory-limit", "0", "--no-dashboard", "--no-nanny")
        place = ("--local-directory", str(self._folder))
        return self._start("worker", self.address, *options, *place, **environment)

    def wait_for(self, workers: int) -> None:
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=SECONDS)

    def close(self) -> None:
        for process in self._begun:
            process.kill()
            process.wait()

    def _start(self, *words: str, **environment: str) -> "subprocess.Popen[bytes]":
        log = (self._folder / f"{len(self._begun)}-{words[0]}.log").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
                stdout=log,
                stderr=log,
            )
        self._begun.append(process)
        return process


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A cluster whose workers are there."""
    folder.mkdir(parents=True, exist_ok=True)
    there = Cluster(folder)
    try:
        for _ in range(workers):
            there.start_worker()
        there.wait_for(workers)
        yield there
    finally:
        there.close()
