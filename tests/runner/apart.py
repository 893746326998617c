"""Jobs in this process that see nothing but what a store has for them."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nas.runner.executors import Function, Resources, serial
from nas.runner.scratch import done
from nas.runner.stored_jobs import StoredJobs


def create(url: str) -> Callable[[Resources, Function[Any], Path], serial.Engine[Any]]:
    """What stands in place of `nas.runner.executors.create`."""

    def made(resources: Resources, function: Function[Any], root: Path) -> serial.Engine[Any]:
        stored = StoredJobs(url, root)

        def act(job: Any, abandoned: Callable[[], bool]) -> str:
            place = stored.offer(job)
            with TemporaryDirectory() as scratch:
                ending = done(function, job, abandoned, place, Path(scratch))
            stored.fetch(job)
            return ending

        return serial.Engine(act, resources, root)

    return made
