"""An attempt at a job whose folder is kept in a store: see `nas.runner.store` for what lies where.

It begins with what the attempt before has left. Each file that its process writes is put to the
store at once, in the order of writing; but one that is written again and again, every few seconds.
So a kill at any moment leaves in the store what it leaves in a folder that all machines see, as
that was some seconds before.
"""

import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import uuid4

from nas import json_file
from nas.errors import UserError
from nas.files import whole
from nas.runner.store import Store

JOBS, FILES = "jobs", "files.json"
AGAIN = 10.0  # seconds from one time that a file is put to the next: what a kill may cost
_NAME = re.compile(r"[0-9]{6}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Stored:
    """What an attempt has left: its key in the store, and paths in the order of first writing.

    Beside it the paths of what it, or one before, has ``removed``.

    Examples
    --------
    >>> store = Store("memory://example/stored")
    >>> stored = begin(store, "runs/0007-0", 1, {"note.txt": b"4"})
    >>> stored.number, stored.contents(store)
    (1, {'note.txt': b'4'})
    >>> store.remove(f"{stored.key}/note.txt")
    >>> stored.contents(store)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: memory://.../note.txt: expected a file of an attempt, got none; ...
    """

    key: str
    paths: tuple[str, ...]
    removed: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """Which attempt it is."""
        return int(_name(self.key).partition("-")[0])

    def contents(self, store: Store) -> dict[str, bytes]:
        """What stands in each file.

        Raises
        ------
        UserError
            If one is gone: what the attempt removes is taken from its list before.
        """
        return {path: self._content(store, path) for path in self.paths}

    def _content(self, store: Store, path: str) -> bytes:
        content = store.read(f"{self.key}/{path}")
        if content is None:
            raise UserError(
                f"{store.url}/{self.key}/{path}: expected a file of an attempt, got none; put it "
                f"back, or remove all of {store.url}/{self.key} and run the same command again"
            )
        return content


def begin(
    store: Store, job: str, number: int, files: Mapping[str, bytes], removed: Sequence[str] = ()
) -> Stored:
    """An attempt with these ``files``; whoever looks for it finds all of them, or no attempt.

    Examples
    --------
    >>> store = Store("memory://example/begin")
    >>> _ = begin(store, "runs/0007-0", 1, {"runs/0007-0/note.txt": b"4"})
    >>> latest(store, "runs/0007-0").paths
    ('runs/0007-0/note.txt',)
    """
    key = f"{JOBS}/{job}/{number:06d}-{uuid4().hex[:8]}"
    for path, content in files.items():
        store.write(f"{key}/{path}", content)
    _write_paths(store, key, list(files), removed)
    return Stored(key, tuple(files), tuple(removed))


def latest(store: Store, job: str) -> Stored | None:
    """The attempt at ``job`` that began last; None where there is none.

    Raises
    ------
    UserError
        If the store cannot be read, or what it has is damaged.

    Examples
    --------
    >>> latest(Store("memory://empty"), "runs/0007-0") is None
    True
    """
    names = [name.partition("/") for name in store.names(f"{JOBS}/{job}")]
    begun = [name for name, _, path in names if path == FILES and _NAME.fullmatch(name)]
    return _read(store, f"{JOBS}/{job}/{max(begun)}") if begun else None


class Attempt:
    """An attempt of this process, which goes on from the latest one.

    Parameters
    ----------
    job
        The path of its folder below the folder of all work.
    scratch
        What stands in place of the latter, here.
    again
        Seconds from one time that a file is put to the next.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> store = Store("memory://example/attempt")
    >>> with TemporaryDirectory() as name:
    ...     attempt = Attempt(store, "runs/0007-0", Path(name))
    ...     (Path(name) / "note.txt").write_text("4")
    ...     attempt.note(Path(name) / "note.txt")
    1
    >>> latest(store, "runs/0007-0").contents(store)
    {'note.txt': b'4'}
    """

    def __init__(self, store: Store, job: str, scratch: Path, again: float = AGAIN) -> None:
        self._store, self._scratch, self._again = store, scratch, again
        before = latest(store, job)
        found = {} if before is None else before.contents(store)
        for path, content in found.items():
            put(scratch / path, content)
        number = 0 if before is None else before.number + 1
        self._paths, self._removed = list(found), [] if before is None else list(before.removed)
        self.key = begin(store, job, number, found, self._removed).key
        self._put: dict[str, float] = {}  # when
        self._waiting: dict[str, None] = {}  # to be put, in the order of writing
        if before is not None:
            _discard_those_before(store, job, before)

    def note(self, path: Path) -> None:
        """Put to the store the file at ``path`` that has been written or removed here."""
        if not path.is_relative_to(self._scratch):
            return
        name = path.relative_to(self._scratch).as_posix()
        self._waiting.pop(name, None)
        self._waiting[name] = None
        since = time.monotonic() - self._put.get(name, -self._again)
        if since >= self._again or not path.exists():
            self.flush()

    def flush(self) -> None:
        """Put what waits."""
        for name in list(self._waiting):
            self._send(name)
            del self._waiting[name]

    def _send(self, name: str) -> None:
        key = f"{self.key}/{name}"
        try:
            content = (self._scratch / name).read_bytes()
        except FileNotFoundError:
            if name in self._paths:
                self._paths.remove(name)
                self._removed.append(name)
                _write_paths(self._store, self.key, self._paths, self._removed)
                self._store.remove(key)
            return
        self._store.write(key, content)
        if name not in self._paths:  # what is not in the list is not there, and all else is
            self._paths.append(name)
            self._removed = [other for other in self._removed if other != name]
            _write_paths(self._store, self.key, self._paths, self._removed)
        self._put[name] = time.monotonic()


def put(path: Path, content: bytes) -> None:
    """Write a file into a scratch folder, or another one, that comes from a store.

    Raises
    ------
    UserError
        If the disk refuses.

    Examples
    --------
    >>> put(Path("runs") / "note.txt", b"4")
    """
    with whole(path) as temporary:
        temporary.write_bytes(content)


def _name(key: str) -> str:
    return key.rpartition("/")[2]


def _write_paths(store: Store, key: str, paths: Sequence[str], removed: Sequence[str]) -> None:
    told = {"paths": list(paths), "removed": list(removed)}
    store.write(f"{key}/{FILES}", json_file.serialised(told))


def _read(store: Store, key: str) -> Stored:
    try:
        told = json_file.parsed(store.read(f"{key}/{FILES}") or b"")
        paths, removed = told["paths"], told["removed"]
        if not all(map(_is_below, [*paths, *removed])):
            raise ValueError("no list of paths")
    except (ValueError, LookupError, TypeError) as error:
        raise UserError(
            f"{store.url}/{key}: expected what an attempt has left, got a list of its files that "
            "is damaged; remove all that is there, then run the same command again"
        ) from error
    return Stored(key, tuple(paths), tuple(removed))


def _is_below(path: object) -> bool:
    """Whether it is a path that leads nowhere else."""
    if not isinstance(path, str):
        return False
    return not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts


def _discard_those_before(store: Store, job: str, last: Stored) -> None:
    """Remove older attempts than ``last``, which somebody might be reading."""
    names = {name.partition("/")[0] for name in store.names(f"{JOBS}/{job}")}
    for name in names:
        if _NAME.fullmatch(name) and name < _name(last.key):
            with suppress(UserError):  # somebody late is still writing there; the next one will
                store.remove_all(f"{JOBS}/{job}/{name}")
