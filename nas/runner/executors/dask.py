"""Workers of a Dask cluster, on any number of machines (the extra ``distributed``).

The command is a client of the cluster's scheduler and sends it jobs, which are configurations:
what they leave lies in the campaign's folder, which all machines see, or in a store, from which the
command fetches it (`nas.runner.store`). A Dask worker gives its job to a process of its own
(`nas.runner.dask_worker`): a job that dies takes no worker with it, and whatever it does to its
process, the worker keeps answering.

    command (client)  ->  scheduler  ->  Dask worker  ->  process of the job

Without an address there is a cluster within the command, which ends with it.
"""

import importlib.util
import logging
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING, TypeVar, cast
from uuid import uuid4

from nas.errors import UserError, in_short
from nas.files import PART
from nas.one_line import without_secret
from nas.runner import dask_worker
from nas.runner.executors import Ended, Executor, Function, Resources
from nas.runner.job import FAILED, KILLED, Job
from nas.runner.job_context import stop_file
from nas.runner.provenance import versions
from nas.runner.stored_jobs import StoredJobs

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

J = TypeVar("J")

PATIENCE = 10.0  # seconds for the scheduler to answer
COUNT_EVERY = 2.0  # seconds between two counts of the cluster's workers
_LOG = logging.getLogger("nas")


class Engine(Executor[J]):
    """As many jobs at a time as the cluster has threads of workers, and ``workers`` at most.

    Raises
    ------
    UserError
        If the extra is not installed, no scheduler answers, versions differ, or a worker does not
        see the folder, or reach the store.

    Examples
    --------
    >>> executor = Engine(lambda job, abandoned: f"{job} done", Resources(workers=1), Path())
    >>> executor.start("a")
    >>> executor.collect(seconds=60)
    [Ended(job='a', ending='a done', error=None)]
    >>> executor.close()
    """

    def __init__(self, function: Function[J], resources: Resources, root: Path) -> None:
        _check_installed()
        self._function, self._resources, self._root = function, resources, root
        self._stored = StoredJobs(resources.store, root) if resources.store else None
        self._signs: Queue[tuple[float, dict[str, str]]] = Queue()
        self._running: dict[Future[str], J] = {}
        self._done: Queue[Future[str]] = Queue()
        self._slots, self._counted, self._told = 0, -COUNT_EVERY, -COUNT_EVERY
        self._cluster = None if resources.address else _cluster(resources.workers)
        # A worker that finds this file sees the folder. What a killed command leaves is swept up.
        self._token = root / f".{uuid4().hex}{PART}"
        try:
            self._client = connected(resources.address or self._cluster)
        except BaseException:
            self._end_cluster()
            raise
        try:
            if self._stored is None:
                self._token.touch()
            else:
                self._client.subscribe_topic(str(self._token), self._signs.put)
            self._check_workers()
        except BaseException:
            self.close()
            raise

    @property
    def free(self) -> bool:
        """See `Executor`; where there is no worker, one job waits for the first."""
        return len(self._running) < max(1, min(self._resources.workers, self._count()))

    @property
    def busy(self) -> list[J]:
        """See `Executor`."""
        return list(self._running.values())

    def start(self, job: J) -> None:
        """See `Executor`."""
        token, threads = str(self._token), self._resources.threads
        place = self._stored.offer(cast(Job, job)) if self._stored else None
        task = dask_worker.Task(self._function, job, threads, token, versions(), place)
        # A name of its own for each attempt: no result is taken for that of another.
        future = self._client.submit(dask_worker.work, task, key=f"nas-{uuid4().hex}", pure=False)
        self._running[future] = job
        future.add_done_callback(self._done.put)

    def collect(self, seconds: float) -> list[Ended[J]]:
        """See `Executor`.

        Raises
        ------
        UserError
            If the scheduler is gone, or the store refuses.
        """
        if self._stored is not None:
            self._relay(self._stored)
        ended = []
        with suppress(Empty):
            ended.append(self._ended(self._done.get(timeout=seconds)))
            while True:
                ended.append(self._ended(self._done.get_nowait()))
        return ended

    def close(self) -> None:
        """See `Executor`; a job under way saves itself within seconds, or is killed."""
        with suppress(Exception):  # whatever is wrong there, the command ends
            self._client.cancel(list(self._running))
            if self._client.status == "running":  # else it would look for the scheduler
                self._client.run(dask_worker.end_idle)
        with suppress(Exception):
            self._client.close(timeout=PATIENCE)
        self._end_cluster()
        with suppress(OSError):
            self._token.unlink()

    def _end_cluster(self) -> None:
        if self._cluster is not None:
            self._cluster.close(timeout=PATIENCE)

    def _ended(self, future: "Future[str]") -> Ended[J]:
        """How a job ended; what the scheduler gives up has killed worker after worker."""
        from distributed import KilledWorker

        job = self._running.pop(future)
        if future.status not in ("finished", "error"):
            raise _gone(self._client)
        if self._stored is not None:
            self._stored.fetch(cast(Job, job))
        if future.status == "finished":
            return Ended(job, future.result())
        error = future.exception()
        if isinstance(error, KilledWorker):
            return Ended(job, KILLED)
        return Ended(job, FAILED, error if isinstance(error, Exception) else Exception(error))

    def _relay(self, stored: StoredJobs) -> None:
        """Between a folder and jobs that do not see it: their signs of life, and its stop file."""
        with suppress(Empty):
            while True:
                stored.hear(self._signs.get_nowait()[1], cast(list[Job], self.busy))
        now = time.monotonic()
        if now - self._told > COUNT_EVERY and stop_file(self._root).exists():
            self._told = now
            with suppress(OSError):  # a scheduler that is gone is told of by the jobs
                self._client.run(dask_worker.stop, str(self._token), on_error="ignore")

    def _count(self) -> int:
        """How many jobs the cluster can do at a time; asked every few seconds."""
        now = time.monotonic()
        if now - self._counted > COUNT_EVERY:
            self._slots, before = _slots(self._client), self._slots
            if self._slots == 0 and (before or self._counted < 0):
                _LOG.warning("no Dask worker is there; waiting for one")
            self._counted = now
        return self._slots

    def _check_workers(self) -> None:
        """Refuse workers that could not do a job; those that come later say so at their first."""
        place = self._stored.place if self._stored else None
        asked = (dask_worker.refusal, str(self._token), versions(), place)
        for told in self._client.run(*asked, on_error="return").values():
            if isinstance(told, OSError):
                continue  # it has just gone
            if isinstance(told, Exception):
                raise UserError(
                    f"parallel.address: expected Dask workers with this toolkit, got {told!r:.200}"
                    "; install the same on all machines"
                )
            if told:
                raise UserError(f"parallel.address: {told}")


def connected(address: "str | LocalCluster") -> "Client":
    """A client of the scheduler at ``address``.

    Raises
    ------
    UserError
        If the extra is not installed, or no scheduler answers.

    Examples
    --------
    >>> connected("tcp://127.0.0.1:9")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: parallel.address: expected a Dask scheduler at tcp://127.0.0.1:9, got ...
    """
    _check_installed()
    from distributed import Client

    # What goes wrong there is told here, in a line; of its own it would tell in tracebacks.
    theirs = logging.getLogger("distributed")
    theirs.propagate, theirs.handlers = False, [logging.NullHandler()]
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            f"parallel.address: expected a Dask scheduler at {address}, got no answer "
            f"({without_secret(in_short(error), address)}); start it with `dask scheduler` and "
            "workers with `dask worker`, or say `--workers 2` to work on this machine"
        ) from error


def slots_at(address: str) -> int:
    """How many jobs the cluster at ``address`` can do at a time.

    Raises
    ------
    UserError
        As `connected`.

    Examples
    --------
    >>> from distributed import LocalCluster
    >>> kind = {"n_workers": 3, "threads_per_worker": 1, "processes": False}
    >>> with LocalCluster(**kind, dashboard_address="127.0.0.1:0") as cluster:
    ...     slots_at(cluster.scheduler_address)
    3
    """
    client = connected(address)
    try:
        return _slots(client)
    finally:
        client.close(timeout=PATIENCE)


def _slots(client: "Client") -> int:
    """The threads of all workers."""
    try:
        return sum(client.nthreads().values())
    except OSError as error:
        raise _gone(client) from error


def _gone(client: "Client") -> UserError:
    return UserError(
        f"parallel.address: the Dask scheduler at {client.scheduler.address} is gone; start it and "
        "its workers again, then run the same command"
    )


def _cluster(workers: int) -> "LocalCluster":
    """A cluster within this process; its jobs have processes of their own."""
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=False,
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        silence_logs=logging.CRITICAL,
    )


def _check_installed() -> None:
    if importlib.util.find_spec("distributed") is None:
        raise UserError(
            "parallel.engine: expected Dask beside dask, got none installed; "
            "run: pip install 'pinn-nas[distributed]'"
        )
