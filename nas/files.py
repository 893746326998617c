"""Files that are written whole or not at all, and read without waiting for anybody.

Whoever keeps a copy of them elsewhere may watch what this process writes and removes.
"""

import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nas.errors import UserError

PART = ".part"  # ends the names of files that are being written
# As they are named here, with eight letters of `tempfile`: others have files that end so, too.
LEFT_OVERS = f".*.{8 * '?'}{PART}"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# Asked once, before there are threads or signals: to ask is to change it for a moment.
_UMASK = _umask()
_watchers: list[Callable[[Path], None]] = []


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; at a clean exit it takes ``path``'s place.

    The bytes reach the disk before the rename, so that a crash at any moment leaves either
    the previous file or the new one, never a part.

    Raises
    ------
    UserError
        Where the disk refuses: it is full, read-only, or the folder is out of reach.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as name:
    ...     with whole(Path(name) / "table.csv") as temporary:
    ...         _ = temporary.write_text("a,b")
    ...     print([path.name for path in Path(name).iterdir()])
    ['table.csv']
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=PART)
        temporary = Path(name)
        os.close(handle)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_UMASK)  # mkstemp's files are their owner's alone
        temporary.replace(path)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror or error}); "
            "free some disk space or choose a writable folder, then run the same command again"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    changed(path)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8, whole or not at all.

    Raises
    ------
    UserError
        Where the disk refuses.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as name:
    ...     write_text(Path(name) / "new" / "folder" / "note.txt", "4×32")
    ...     print((Path(name) / "new" / "folder" / "note.txt").read_text(encoding="utf-8"))
    4×32
    """
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_bytes(path: Path, most: int = -1) -> bytes:
    """The bytes of the file at ``path``, or ``most`` of them.

    Raises
    ------
    OSError
        If it cannot be read, or is a pipe or a device, which might keep its reader for ever.

    Examples
    --------
    >>> write_text(Path("note.txt"), "4×32")
    >>> read_bytes(Path("note.txt"))
    b'4\\xc3\\x9732'
    >>> read_bytes(Path(os.devnull))
    Traceback (most recent call last):
    OSError: [Errno 22] expected a file, got a pipe or a device: '/dev/null'
    """
    if stat.S_IFMT(path.stat().st_mode) not in (stat.S_IFREG, stat.S_IFDIR):
        raise OSError(errno.EINVAL, "expected a file, got a pipe or a device", str(path))
    with path.open("rb") as file:
        return file.read(most)


def remove(path: Path) -> None:
    """Remove a file, if there is one.

    Raises
    ------
    UserError
        If it cannot be removed, such as a folder in its place.

    Examples
    --------
    >>> write_text(Path("note.txt"), "4×32")
    >>> remove(Path("note.txt"))
    >>> remove(Path("note.txt"))
    """
    try:
        path.unlink(missing_ok=True)
    except NotADirectoryError:  # there can be no such file
        return
    except OSError as error:
        raise UserError(
            f"{path}: expected a file that can be removed, got {error.strerror or error}; "
            "remove it yourself, then run the same command again"
        ) from error
    changed(path)


def move(path: Path, to: Path) -> None:
    """Give a file another name on the same disk.

    Raises
    ------
    UserError
        Where the disk refuses.

    Examples
    --------
    >>> write_text(Path("note.txt"), "4×32")
    >>> move(Path("note.txt"), Path("done.txt"))
    >>> Path("done.txt").exists(), Path("note.txt").exists()
    (True, False)
    """
    try:
        path.replace(to)
    except OSError as error:
        raise UserError(
            f"{path}: expected a file that can be renamed to {to.name}, got "
            f"{error.strerror or error}; mend that, then run the same command again"
        ) from error
    changed(to)
    changed(path)


@contextmanager
def watched(watcher: Callable[[Path], None]) -> Iterator[None]:
    """Have ``watcher`` told the path of each file that this process writes whole, or removes.

    It is told at once, one after the other; what it raises is raised where the file was written.

    Examples
    --------
    >>> with watched(lambda path: print(path, path.exists())):
    ...     write_text(Path("note.txt"), "4×32")
    ...     remove(Path("note.txt"))
    note.txt True
    note.txt False
    """
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def changed(path: Path) -> None:
    """Tell those who watch of a file that was changed by other means than these.

    Examples
    --------
    >>> with watched(print):
    ...     changed(Path("log.txt"))
    log.txt
    """
    for watcher in _watchers:
        watcher(path)


def remove_left_overs(folder: Path) -> None:
    """Remove from ``folder`` what processes have left that were killed as they wrote.

    Nobody else may be writing there.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as name:
    ...     for file in ("notes.txt", ".notes.txt.x7_k2b9q.part"):
    ...         (Path(name) / file).touch()
    ...     remove_left_overs(Path(name))
    ...     print([path.name for path in Path(name).iterdir()])
    ['notes.txt']
    """
    for left_over in folder.glob(LEFT_OVERS):
        remove(left_over)
