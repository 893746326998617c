"""What a Dask worker is asked: to do a job in a process of its own, or whether it could."""

import math
import multiprocessing
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nas.errors import UserError
from nas.runner.executors import Ended, Function, Resources
from nas.runner.executors.local import Engine
from nas.runner.job import INTERRUPTED, KILLED
from nas.runner.job_context import stop_file
from nas.runner.provenance import versions
from nas.runner.scratch import Place, done
from nas.runner.stored_jobs import signs_of_life

PATIENCE = 10.0  # seconds that a job has to save what it has, once nobody wants it any more
IDLE = 60.0  # seconds after which a process ends that has nothing to do
_POLL = 0.2  # seconds between two looks at whether the job is still wanted
_TELL_EVERY = 2.0  # seconds between two signs of life of a job whose folder the command cannot see

_lock = threading.Lock()


@dataclass(frozen=True)
class Task:
    """A job as it travels.

    Parameters
    ----------
    function, job, threads
        As an executor has them.
    token
        A file in the folder of all work, which a worker that sees this folder finds. No other
        command has the same.
    versions
        Of Python and the packages that figures depend on, where the command runs.
    place
        Where the job's folder is kept, if the worker need not see the folder of all work.

    Examples
    --------
    >>> Task(len, "job", threads=1, token="out/.seen-by", versions={}).threads
    1
    """

    function: Function[Any]
    job: Any
    threads: int
    token: str
    versions: Mapping[str, str]
    place: Place | None = None


_Sent = tuple[Task, Path]  # and the file that tells to leave it


@dataclass(frozen=True, eq=False)
class _Idle:
    """A process that has nothing to do."""

    process: Engine[_Sent]
    threads: int


_idle: list[_Idle] = []
_stopped: set[str] = set()  # tokens of commands whose jobs are to save themselves


def refusal(token: str, wanted: Mapping[str, str], place: Place | None = None) -> str:
    """Why this machine cannot take jobs, in a line; empty where it can.

    Examples
    --------
    >>> refusal(__file__, versions())
    ''
    >>> refusal("/no/such/folder/.seen-by", versions()).split(": ")[1]
    'expected a folder that all workers see, got none here'
    """
    if told := _other_versions(wanted):
        return told
    if place is not None:
        told = place.refusal()
        return f"{_where()}: {told}" if told else ""
    if not Path(token).exists():
        return (
            f"{_where()}: expected a folder that all workers see, got none here: "
            f"{Path(token).parent}; put --out on a file system that all machines share, under "
            "the same path, or say where to keep it: parallel.store"
        )
    return ""


def _other_versions(wanted: Mapping[str, str]) -> str:
    here = versions()
    for name, version in wanted.items():
        if here.get(name) != version:
            return (
                f"{_where()}: expected {name} {version}, as where the command runs, got "
                f"{here.get(name, 'none')}; install the same on all machines"
            )
    return ""


def work(task: Task) -> str:
    """Do a job in a process of its own; return in one word how it ended.

    A job is left where the command is gone, or this worker is told to end: it saves itself, and
    another worker goes on.

    Raises
    ------
    UserError
        If this machine cannot do it. What the job raises is raised, too.

    Examples
    --------
    >>> from distributed import Client
    >>> task = Task(lambda job, abandoned: f"{job} done", "a", 1, __file__, versions())
    >>> with Client(processes=False, n_workers=1, dashboard_address="127.0.0.1:0") as client:
    ...     client.submit(work, task).result()
    'a done'
    """
    from distributed import Reschedule

    # Its own process looks whether it reaches the store.
    told = _other_versions(task.versions) if task.place else refusal(task.token, task.versions)
    if told:
        raise UserError(told)
    is_wanted = _wish()
    with tempfile.TemporaryDirectory(prefix="nas-") as name, _process(task.threads) as process:
        leave = Path(name) / "leave"
        between = _between(task, leave)
        process.start((task, leave))
        ended = _collected(process, is_wanted, leave, between)
        left = leave.exists()
    if ended is None or (left and ended.ending in (INTERRUPTED, KILLED)):
        raise Reschedule
    if isinstance(ended.error, UserError):  # such as a problem whose file is not here
        raise UserError(f"{_where()}: {ended.error}")
    if ended.error is not None:
        raise ended.error
    return ended.ending


def _where() -> str:
    return f"worker on {socket.gethostname()}"


def _wish() -> Callable[[], bool]:
    """What tells whether the task that this thread does is still wanted here."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def is_wanted() -> bool:
        # A scheduler that loses the command withdraws its tasks, and a worker that loses the
        # scheduler, or whose time is over, closes.
        task = worker.state.tasks.get(key)
        is_open = worker.status.name in ("running", "paused")
        return is_open and task is not None and task.state != "cancelled"

    return is_wanted


def _between(task: Task, leave: Path) -> Callable[[], None]:
    """What stands between a job and a command that share no folder: it is to be called often.

    It tells the command the job's signs of life, and the job that it is to save itself.
    """
    if task.place is None:
        return lambda: None
    from distributed import get_worker

    scratch, worker, told = _scratch(leave), get_worker(), dict[str, str]()
    job = task.job.folder.relative_to(task.place.root)
    scratch.mkdir()
    spoke = time.monotonic()

    def between() -> None:
        nonlocal spoke
        if task.token in _stopped:
            stop_file(scratch).touch()
        if time.monotonic() - spoke < _TELL_EVERY:
            return
        spoke = time.monotonic()
        signs = signs_of_life(scratch / job)
        new = {name: text for name, text in signs.items() if told.get(name) != text}
        told.update(new)
        if new:
            worker.log_event(task.token, {"job": job.as_posix(), **new})

    return between


def _scratch(leave: Path) -> Path:
    return leave.with_name("scratch")


def _collected(
    process: Engine[_Sent], is_wanted: Callable[[], bool], leave: Path, between: Callable[[], None]
) -> Ended[_Sent] | None:
    """How the job of ``process`` ended; None where it was not wanted, and did not leave."""
    deadline = math.inf
    while not (ended := process.collect(_POLL)):
        between()
        if time.monotonic() > deadline:
            return None
        if deadline == math.inf and not is_wanted():
            leave.touch()
            deadline = time.monotonic() + PATIENCE
    return ended[0]


@contextmanager
def _process(threads: int) -> Iterator[Engine[_Sent]]:
    """A process for a job; it is kept for the next one, for a while."""
    process = _kept(threads) or _new(threads)
    try:
        yield process
    finally:
        if process.busy:
            process.close()
        else:
            _keep(_Idle(process, threads))


def _kept(threads: int) -> Engine[_Sent] | None:
    with _lock:
        found = next((one for one in _idle if one.threads == threads), None)
        if found is None:
            return None
        _idle.remove(found)
        return found.process


def _new(threads: int) -> Engine[_Sent]:
    # Dask's nanny starts its worker as a daemon, which may have no children. This one has, and they
    # end with it by themselves (`nas.runner.process_group`).
    multiprocessing.current_process().daemon = False
    return Engine(_done, Resources(workers=1, threads=threads), Path())


def _keep(one: _Idle) -> None:
    with _lock:
        _idle.append(one)
    timer = threading.Timer(IDLE, _end, ([one],))
    timer.daemon = True
    timer.start()


def _end(those: Collection[_Idle]) -> None:
    """End ``those`` that have still nothing to do."""
    with _lock:
        found = [one for one in those if one in _idle]
        for one in found:
            _idle.remove(one)
    for one in found:
        one.process.close()


def stop(token: str) -> None:
    """Let the jobs of a command save themselves that do not see its stop file.

    Examples
    --------
    >>> stop("out/.seen-by")
    """
    _stopped.add(token)


def end_idle() -> None:
    """End the processes that have nothing to do: the command is done.

    Examples
    --------
    >>> end_idle()
    """
    _end(list(_idle))


def _done(what: _Sent, abandoned: Callable[[], bool]) -> str:
    """Do the job of a task, in its own process, until it ends or a file tells to leave it."""
    task, leave = what

    def unwanted() -> bool:
        return abandoned() or leave.exists()

    if task.place is None:
        return task.function(task.job, unwanted)
    return done(task.function, task.job, unwanted, task.place, _scratch(leave))
