"""The destination: all files of an export stand there, or none."""

import errno
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from nas.errors import UserError
from nas.export import architecture
from nas.files import read_bytes
from nas.signals import deferred

_STAGE, _BEFORE = ".nas-export-", "before"
_LOCK = ".nas-export.lock"


@contextmanager
def staged(destination: Path, stale: Collection[str] = ()) -> Iterator[Path]:
    """Yield an empty folder; at a clean exit its files take their places in ``destination``.

    An earlier export is replaced, and other files beside it are left alone, but for those with
    a name in ``stale``: what an earlier export wrote and this one did not is gone. After an error
    everything is as it was. ``architecture.json`` is taken away first and put back last: where
    it stands, the export is whole.

    Raises
    ------
    UserError
        If ``destination`` cannot be written, holds other files and no earlier export, or another
        export into it is under way.

    Examples
    --------
    >>> with staged(Path("model")) as stage:
    ...     _ = (stage / "MODEL_CARD.md").write_text("# A model")
    ...     before = sorted(Path("model").glob("*.md"))
    >>> before, [path.name for path in Path("model").glob("*.md")]
    ([], ['MODEL_CARD.md'])
    """
    if destination.exists() and not destination.is_dir():
        raise UserError(f"{destination}: expected a folder, got a file; choose another")
    made = [path for path in (destination, *destination.parents) if not path.exists()]
    try:
        destination.mkdir(parents=True, exist_ok=True)
        with _alone(destination):
            _claim(destination)
            with tempfile.TemporaryDirectory(dir=destination, prefix=_STAGE) as stage:
                yield Path(stage)
                _take_places(Path(stage), destination, stale)
    except OSError as error:
        raise UserError(
            f"{destination}: cannot be written ({error.strerror or error}); "
            "free some disk space or choose a writable folder"
        ) from error
    finally:
        for path in made:  # what this call made and nobody filled; the innermost first
            with suppress(OSError):
                path.rmdir()


@contextmanager
def _alone(destination: Path) -> Iterator[None]:
    """Hold ``destination``; the lock ends with the process, and leaves no file behind."""
    lock = FileLock(destination / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UserError(
            f"{destination}: another command is at work here; wait for it, or choose another --to"
        ) from error
    try:
        yield
    finally:
        with suppress(OSError):  # first of all: whoever comes next makes one anew
            (destination / _LOCK).unlink()
        lock.release()


def _claim(destination: Path) -> None:
    """Sweep away what a killed export left; refuse a folder with files and no export.

    A stage tells that an export was let in here, though it was killed when ``architecture.json``
    was away.
    """
    stages = [path for path in destination.glob(f"{_STAGE}*") if path.is_dir()]
    others = {path.name for path in destination.iterdir()} - {_LOCK, *(one.name for one in stages)}
    if others and not stages and not _is_export(destination / architecture.FILE):
        raise UserError(
            f"{destination}: expected an empty folder or an earlier export, got a folder with "
            "other files; choose another --to"
        )
    for stage in stages:
        shutil.rmtree(stage)


def _is_export(description: Path) -> bool:
    """Whether it is or was the description of an export, damaged or not."""
    try:
        return architecture.FORMAT.encode() in read_bytes(description)
    except FileNotFoundError:
        return False


def _take_places(stage: Path, destination: Path, stale: Collection[str]) -> None:
    files = sorted(stage.iterdir(), key=lambda path: path.name == architecture.FILE)
    for file in files:
        with file.open("rb+") as handle:
            os.fsync(handle.fileno())
    before = stage / _BEFORE
    before.mkdir()
    names = dict.fromkeys([architecture.FILE, *stale, *(file.name for file in files)])
    with deferred():  # half of an export is none
        try:
            for name in names:
                _move(destination / name, before / name)
            for file in files:
                file.replace(destination / file.name)
        except OSError:
            for file in files:
                if not file.exists():  # it has its place already
                    (destination / file.name).unlink()
            for old in before.iterdir():
                old.replace(destination / old.name)
            raise


def _move(file: Path, to: Path) -> None:
    """Move a file, if there is one; a folder in its place is somebody's own."""
    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, f"{file.name} is a folder", str(file))
    with suppress(FileNotFoundError):
        file.replace(to)
