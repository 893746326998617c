"""A job in a scratch folder of its worker, whose own folder is kept in a store.

The job is told that the folder of all work is the scratch folder, and knows of nothing else. See
`nas.runner.store` for what lies where.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from nas.errors import UserError
from nas.files import watched
from nas.runner.executors import Function
from nas.runner.store import Store
from nas.runner.stored_attempt import Attempt, put

CLAIM, GIVEN = "claim", "given"


@dataclass(frozen=True)
class Place:
    """Where a job's folder is kept, and what the job needs beside it.

    Parameters
    ----------
    url
        Of the store.
    claim
        What stands there of whose it is.
    root
        The folder of all work, where the command is.
    given
        Paths below it of files that the job reads.

    Examples
    --------
    >>> Place("memory://empty", claim="3f2a", root=Path("out")).refusal().split(";")[0]
    'expected a store that all workers reach, got none of this campaign at memory://empty'
    """

    url: str
    claim: str
    root: Path
    given: tuple[str, ...] = ()

    def refusal(self) -> str:
        """Why this process cannot work there, in a line; empty where it can."""
        try:
            store = Store(self.url)
            if store.read(CLAIM) != self.claim.encode():
                return (
                    "expected a store that all workers reach, got none of this campaign at "
                    f"{self.url}; it is another campaign's, or there is one of this name on each "
                    "machine"
                )
            key = f"seen/{uuid4().hex}"
            store.write(key, b"")
            store.remove(key)
        except UserError as error:
            return str(error)
        return ""


def done(
    function: Function[Any], job: Any, abandoned: Callable[[], bool], place: Place, scratch: Path
) -> str:
    """Do a job in ``scratch`` rather than in its own folder; return in one word how it ended.

    Raises
    ------
    UserError
        If the store refuses. What the job raises is raised, too; the paths in it are those there.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from nas.runner.worker import Worker
    >>> store = Store("memory://example/done")
    >>> store.write(CLAIM, b"3f2a")
    >>> place = Place(store.url, "3f2a", root=Path("/out"))
    >>> def work(job, abandoned):
    ...     return f"in {job.name}"
    >>> from types import SimpleNamespace as Made
    >>> with TemporaryDirectory() as name:
    ...     done(work, Made(folder=Path("/out/runs/0"), name="0"), lambda: False, place, Path(name))
    'in 0'
    """
    store = Store(place.url)
    if told := place.refusal():
        raise UserError(told)
    for path in place.given:
        put(scratch / path, _given(store, path))
    attempt = Attempt(store, job.folder.relative_to(place.root).as_posix(), scratch)
    try:
        with watched(attempt.note):
            here = (place.root, scratch)
            ending: str = moved(function, *here)(moved(job, *here), abandoned)
        attempt.flush()
    except UserError as error:
        with suppress(UserError):  # the first thing that is wrong is told
            attempt.flush()
        there = f"{store.url}/{attempt.key}"
        lines = (str(line).replace(str(scratch), there) for line in error.args)
        raise UserError(*lines) from error
    return ending


def _given(store: Store, path: str) -> bytes:
    content = store.read(f"{GIVEN}/{path}")
    if content is None:
        raise UserError(
            f"{store.url}/{GIVEN}/{path}: expected a file that the command has put there, got "
            "none; let nothing in the store expire, then run the same command again"
        )
    return content


def moved(value: Any, here: Path, there: Path) -> Any:
    """``value``, a tree of frozen dataclasses, with paths ``there`` in place of those ``here``.

    Examples
    --------
    >>> moved(Place("memory://x", "3f2a", Path("/a/b")), Path("/a"), Path("/c")).root.as_posix()
    '/c/b'
    """
    if isinstance(value, Path):
        return there / value.relative_to(here) if value.is_relative_to(here) else value
    if type(value) is tuple:
        found = tuple(moved(one, here, there) for one in value)
        return found if any(a is not b for a, b in zip(found, value, strict=True)) else value
    if not is_dataclass(value) or isinstance(value, type):
        return value
    old = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
    new = {name: moved(one, here, there) for name, one in old.items()}
    changed = {name: one for name, one in new.items() if one is not old[name]}
    return replace(value, **changed) if changed else value
