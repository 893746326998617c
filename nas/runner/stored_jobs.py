"""The command's side of a store: what it gives to jobs, and what it takes back into its folder."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from nas import belonging, json_file
from nas.errors import UserError
from nas.files import read_bytes, remove, write_text
from nas.runner.attempt_log import ATTEMPTS_FILE, read_attempts
from nas.runner.job import Job
from nas.runner.job_log import LOG_FILE
from nas.runner.progress import PROGRESS_FILE
from nas.runner.scratch import CLAIM, GIVEN, Place
from nas.runner.store import Store
from nas.runner.stored_attempt import Stored, begin, latest, put

CLAIM_FILE = "store.json"  # in the folder of all work
SIGNS = (PROGRESS_FILE, ATTEMPTS_FILE, LOG_FILE)  # of life


class StoredJobs:
    """Jobs of the folder of all work, while workers keep theirs in a store.

    Raises
    ------
    UserError
        If there is no access, or the store is another folder's.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     StoredJobs("memory://example/jobs", Path(name)).place.refusal()
    ''
    >>> with TemporaryDirectory() as name:  # doctest: +ELLIPSIS
    ...     StoredJobs("memory://example/jobs", Path(name))
    Traceback (most recent call last):
    nas.errors.UserError: parallel.store: expected an empty place, or that of ..., got another ...
    """

    def __init__(self, url: str, root: Path) -> None:
        self._store, self._root = Store(url), root
        self._given: dict[str, tuple[int, int]] = {}  # as they were: time and size
        self.place = Place(url, _claimed(self._store, root), root)

    def offer(self, job: Job) -> Place:
        """Put to the store what a worker needs for ``job`` that only this folder has.

        Raises
        ------
        UserError
            If the store or the disk refuses.
        """
        try:
            job.folder.mkdir(parents=True, exist_ok=True)  # who looks sees that it has begun
            self._begin_with_mine(job)
            needed = [self._root / belonging.FILE]
            needed += [path for folder in job.reads for path in _files(folder)]
            given = [self._give(path) for path in needed if path.is_file()]
        except OSError as error:
            raise UserError(
                f"{job.folder}: expected folders that can be read and written, got "
                f"{error.strerror or error}; mend that, then run the same command again"
            ) from error
        return replace(self.place, given=tuple(given))

    def fetch(self, job: Job) -> None:
        """Take into this folder what the latest attempt at ``job`` has left, in its order.

        Raises
        ------
        UserError
            If the store or the disk refuses.
        """
        last = latest(self._store, self._key(job.folder))
        if last is None:
            return
        for name, content in last.contents(self._store).items():
            put(self._root / name, content)
        for name in last.removed:
            remove(self._root / name)

    def hear(self, signs: Mapping[str, str], busy: Collection[Job]) -> None:
        """Write down the signs of life of a job that is ``busy``, for whoever watches."""
        for job in busy:
            if self._key(job.folder) == signs["job"]:
                for name in [name for name in SIGNS if name in signs]:
                    write_text(job.folder / name, signs[name])

    def _begin_with_mine(self, job: Job) -> None:
        """Make an attempt of what is in this folder, if it was gone on with without the store."""
        mine = len(read_attempts(job.folder))
        if not mine:
            return
        last = latest(self._store, self._key(job.folder))
        if last is None or self._attempts_of(last, job) < mine:
            paths = sorted(_files(job.folder), key=lambda path: path.stat().st_mtime_ns)
            files = {self._key(path): read_bytes(path) for path in paths}
            begin(self._store, self._key(job.folder), last.number + 1 if last else 0, files)

    def _attempts_of(self, last: Stored, job: Job) -> int:
        """How many attempts the log in the store has."""
        content = self._store.read(f"{last.key}/{self._key(job.folder / ATTEMPTS_FILE)}")
        try:
            found = json_file.parsed(content or b"")
            return len(found["attempts"] if isinstance(found, dict) else found)
        except (ValueError, LookupError, TypeError):
            return 0

    def _give(self, path: Path) -> str:
        key, facts = self._key(path), path.stat()
        stamp = facts.st_mtime_ns, facts.st_size
        if self._given.get(key) != stamp:
            self._store.write(f"{GIVEN}/{key}", read_bytes(path))
            self._given[key] = stamp
        return key

    def _key(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def signs_of_life(folder: Path) -> dict[str, str]:
    """What a job under way in ``folder`` tells of itself, by the names of files.

    Examples
    --------
    >>> signs_of_life(Path("no such folder"))
    {}
    """
    found = {}
    for name in SIGNS:
        try:
            found[name] = read_bytes(folder / name).decode(errors="replace")
        except OSError:
            continue
    return found


def _files(folder: Path) -> Iterator[Path]:
    """All files that jobs have left in ``folder``."""
    if folder.is_dir():
        found = (path for path in sorted(folder.rglob("*")) if not path.name.startswith("."))
        yield from (path for path in found if path.is_file())


def _claimed(store: Store, root: Path) -> str:
    """What stands in the store of whose it is, once it is that of ``root``.

    Object stores have no locks. Two commands that begin at the same moment are told apart by the
    workers, who look for the claim of theirs.
    """
    path = root / CLAIM_FILE
    try:
        mine = str(json_file.read(path)["claim"])
    except FileNotFoundError:
        mine = uuid4().hex
        json_file.write(path, {"claim": mine})
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UserError(
            f"{path}: expected whose store it is, got a file that is damaged; delete it and all "
            f"that is in {store.url}, then run the same command again"
        ) from error
    there = store.read(CLAIM)
    if there is None:
        store.write(CLAIM, mine.encode())
    elif there != mine.encode():
        raise UserError(
            f"parallel.store: expected an empty place, or that of {root}, got another campaign's "
            f"at {store.url}; choose another prefix, or remove what is there"
        )
    return mine
