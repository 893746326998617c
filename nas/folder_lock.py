"""One process at a time in a folder. The lock ends with the process that holds it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from nas.errors import UserError
from nas.files import LEFT_OVERS, remove_left_overs

LOCK_FILE = ".lock"
ORPHAN_PATIENCE = 300.0  # seconds for an orphan to end its iterations and leave


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold a folder for a whole command, made if need be; nobody waits for another command.

    It is rid of the parts that killed processes have left, anywhere below it but where another
    process holds a folder: an orphan on its way out, or a report.

    Raises
    ------
    UserError
        If another process holds it, or the folder cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name, claimed(Path(name)):
    ...     (Path(name) / LOCK_FILE).exists()
    True
    """
    lock = _locked(
        folder, 0, "another command is at work here; wait for it, or choose another folder"
    )
    try:
        _sweep(folder)
        yield
    finally:
        lock.release()


@contextmanager
def held(folder: Path, patience: float = ORPHAN_PATIENCE) -> Iterator[None]:
    """Hold a job's folder, made if need be, and rid of the parts that a killed process has left.

    It waits ``patience`` seconds: an orphan of a killed command may still be on its way out.

    Raises
    ------
    UserError
        If another process still holds it then, or the folder cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name, held(Path(name) / "job"):
    ...     print([path.name for path in Path(name).iterdir()])
    ['job']
    """
    lock = _locked(
        folder,
        patience,
        f"expected no other process at work here, but one holds {LOCK_FILE}; "
        "end it, then run the same command again",
    )
    try:
        remove_left_overs(folder)
        yield
    finally:
        lock.release()


def _sweep(root: Path) -> None:
    """Remove left-overs everywhere in ``root``, which is held, but in hidden folders."""
    for place in {part.parent for part in root.rglob(LEFT_OVERS)}:
        if any(name.startswith(".") for name in place.relative_to(root).parts):
            continue  # nothing is written there
        between = [place, *place.parents]
        locked = [one for one in between[: between.index(root)] if (one / LOCK_FILE).exists()]
        if not locked:
            remove_left_overs(place)
            continue
        with suppress(UserError), held(locked[0], patience=0):
            remove_left_overs(place)


def _locked(folder: Path, patience: float, taken: str) -> FileLock:
    """The lock of ``folder``, acquired; ``taken`` is what to say if it was not to be had."""
    lock = FileLock(folder / LOCK_FILE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=patience)
    except Timeout as error:
        raise UserError(f"{folder}: {taken}") from error
    except FileExistsError as error:
        raise UserError(
            f"{folder}: expected a folder, got a file or a link to nothing; choose another"
        ) from error
    except OSError as error:
        raise UserError(
            f"{folder}: cannot be written ({error.strerror or error}); choose a folder that can"
        ) from error
    return lock
