"""How a compiled library is kept on disk, and what of it may be loaded.

A library's name ends in the SHA-256 of its bytes, so that file and digest come into being in one
rename: no kill leaves one without the other, and no second process sees them disagree. What is
not what its name says, was truncated or changed, and would end the process that runs it.
"""

import ctypes
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

SUFFIX = ".so"
_DIGITS = 32  # of the digest's 64: chance damages files, not an adversary


class NoKernel(Exception):  # noqa: N818 - a fact about the machine, not a failure
    """There is no compiler, none that compiles the kernel, or no safe folder to keep it in.

    Examples
    --------
    >>> print(NoKernel("no C++ compiler was found"))
    no C++ compiler was found
    """


def loaded(folder: Path, stem: str) -> ctypes.CDLL | None:
    """The first library that `keep` has kept under ``stem`` and that this machine can load.

    Parameters
    ----------
    stem
        May hold ``*`` for any text.

    Raises
    ------
    NoKernel
        If others could have written one, or can write into the folder: it is about to be run.

    Examples
    --------
    >>> loaded(Path("nowhere"), "fused") is None
    True
    """
    if not folder.is_dir():
        return None
    _check_own(folder)
    for path in _intact(folder, stem):
        _check_own(path)
        try:
            return ctypes.CDLL(str(path))
        except OSError:  # made on a machine with newer libraries
            continue
    return None


def keep(made: Path, folder: Path, stem: str) -> Path:
    """Move the library at ``made``, on the same disk, to its place; damaged ones leave.

    The bytes reach the disk before the rename: after a crash there is a whole library or none.
    Nobody else may be keeping one under ``stem``.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     made = Path(name, "made")
    ...     _ = made.write_bytes(b"some bytes")
    ...     keep(made, Path(name), "fused").name
    'fused-0d22cdcc10e6d049dbe1af5123d50873.so'
    """
    for damaged in set(_named(folder, stem)) - set(_intact(folder, stem)):
        damaged.unlink(missing_ok=True)
    made.chmod(0o700)
    with made.open("rb+") as file:
        os.fsync(file.fileno())
    return made.replace(folder / f"{stem}-{_digest(made)}{SUFFIX}")


def _intact(folder: Path, stem: str) -> Iterator[Path]:
    for path in _named(folder, stem):
        try:
            if path.stem.endswith(f"-{_digest(path)}"):
                yield path
        except OSError:  # unreadable, or just removed by another process
            continue


def _named(folder: Path, stem: str) -> list[Path]:
    return sorted(folder.glob(f"{stem}-{'?' * _DIGITS}{SUFFIX}"))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:_DIGITS]


def _check_own(path: Path) -> None:
    """Refuse what other users can write: it is about to be run."""
    if hasattr(os, "getuid"):
        status = path.stat()
        if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise NoKernel(
                f"{path} can be written by others; name a folder of your own in NAS_CACHE"
            )
