"""A Dask cluster of real processes, as its users start one; each may be killed, and begun again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from experiments.harness.process import ONE_THREAD

SECONDS = 60.0  # until everybody is there
_NO_NANNY = ("--no-nanny", "--nthreads", "1", "--memory-limit", "0")  # its number is its process's


class Cluster:
    """A scheduler and a worker on each of some hosts, which are addresses of this machine.

    Parameters
    ----------
    folder
        For logs and scratch.
    hosts
        Of the workers, such as ``("127.0.0.2", "127.0.0.3")``; Linux knows these without setup.
    environment
        Of all processes, beside this one's.

    Examples
    --------
    >>> Cluster(Path("cluster"), hosts=["127.0.0.2"]).address
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'cluster/scheduler.json'
    """

    def __init__(
        self,
        folder: Path,
        hosts: Sequence[str],
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._folder, self._hosts = folder, hosts
        self._environment = {**os.environ, **ONE_THREAD, **environment}
        self._contact = folder / "scheduler.json"
        self._port = "0"  # the first time; then the same again, since people know its address
        self._logs = 0
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes] | None] = [None for _ in hosts]

    @property
    def address(self) -> str:
        """Of the scheduler."""
        found: str = json.loads(self._contact.read_text(encoding="utf-8"))["address"]
        return found

    def mend(self) -> None:
        """Start what is not there; workers of a scheduler that has gone are begun anew."""
        if not _lives(self.scheduler):
            for worker in filter(None, self.workers):
                worker.kill()
                worker.wait()
            self._contact.unlink(missing_ok=True)
            place = ("--host", "127.0.0.1", "--port", self._port, "--no-dashboard")
            contact = ("--scheduler-file", str(self._contact), "--dashboard-address", ":0")
            self.scheduler = self._start("scheduler", *place, *contact)
            deadline = time.monotonic() + SECONDS
            while not self._contact.exists():
                if time.monotonic() > deadline:
                    raise TimeoutError("no Dask scheduler was there in time")
                time.sleep(0.05)
            self._port = self.address.rpartition(":")[2]
        for index, host in enumerate(self._hosts):
            if not _lives(self.workers[index]):
                there = ("--host", host, "--local-directory", str(self._folder))
                self.workers[index] = self._start("worker", self.address, *_NO_NANNY, *there)

    def wait(self) -> None:
        """Wait until all workers are there."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(len(self._hosts), timeout=SECONDS)

    def close(self) -> None:
        """Kill all that is there."""
        for process in filter(None, [self.scheduler, *self.workers]):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, *words: str) -> "subprocess.Popen[bytes]":
        self._logs += 1
        with (self._folder / f"{self._logs}-{words[0]}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


@contextmanager
def cluster(
    folder: Path,
    hosts: Sequence[str],
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Cluster]:
    """A cluster whose workers are there; it ends with the block.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name, cluster(Path(name), ["127.0.0.2"]) as there:
    ...     there.address.startswith("tcp://127.0.0.1:")
    True
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = Cluster(folder, hosts, environment)
    try:
        there.mend()
        there.wait()
        yield there
    finally:
        there.close()


def _lives(process: "subprocess.Popen[bytes] | None") -> bool:
    return process is not None and process.poll() is None
