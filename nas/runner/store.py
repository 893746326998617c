"""A store of objects, for workers that share no folder with the command (the extra ``store``).

fsspec reads and writes it: S3, Google Cloud Storage, Azure and others, each by a package of its
own. An object is there whole or not at all. Where things stand in it:

``claim``                              whose folder it belongs to
``given/<path>``                       files of the folder that jobs read and do not write
``jobs/<job>/<attempt>/<path>``        all that an attempt at a job has left, and those before it
``jobs/<job>/<attempt>/files.json``    the paths of these, in the order in which they were written

Paths are those of the folder of all work. An attempt is one process's own, and ``given`` is the
command's: no object has two writers, so whoever is late, or was thought dead, spoils nothing.
"""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from nas.errors import UserError, in_short
from nas.files import PART

# Here one write is one object; elsewhere a file is written beside its place, and renamed.
OBJECTS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "memory"})


class Store:
    """Objects at a URL, by keys such as ``jobs/runs/0007-0/…``.

    Raises
    ------
    UserError
        If a package is missing. All that it is asked raises one if there is no access.

    Examples
    --------
    >>> store = Store("memory://bucket/x")
    >>> store.write("given/campaign.json", b"{}")
    >>> store.read("given/campaign.json"), store.read("claim")
    (b'{}', None)
    >>> store.names("given"), store.names("jobs")
    (['campaign.json'], [])
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._protocol = url.partition("://")[0]
        self._files, self._root = _opened(self.url, self._protocol)

    def read(self, key: str) -> bytes | None:
        """The object at ``key``; None where there is none."""
        with self._asked("read"):
            try:
                found: bytes = self._files.cat_file(self._path(key))
            except FileNotFoundError:
                return None
            return found

    def write(self, key: str, content: bytes) -> None:
        """Put an object at ``key``, whole or not at all."""
        path = self._path(key)
        with self._asked("written"):
            if self._protocol in OBJECTS:
                self._files.pipe_file(path, content)
                return
            folder = path.rpartition("/")[0]
            part = f"{folder}/.{uuid4().hex}{PART}"
            self._files.makedirs(folder, exist_ok=True)
            self._files.pipe_file(part, content)
            self._files.mv(part, path)

    def remove(self, key: str) -> None:
        """Remove the object at ``key``, if there is one."""
        with self._asked("written"), suppress(FileNotFoundError):
            self._files.rm_file(self._path(key))

    def remove_all(self, below: str) -> None:
        """Remove all objects ``below`` a key."""
        with self._asked("written"), suppress(FileNotFoundError):
            self._files.rm(self._path(below), recursive=True)

    def names(self, below: str) -> list[str]:
        """The keys of all objects ``below`` one, without it, in alphabetical order."""
        path = self._path(below)
        with self._asked("read"):
            self._files.invalidate_cache()  # others write, too
            try:
                found = self._files.find(path)
            except FileNotFoundError:
                return []
        return sorted(name.removeprefix(f"{path}/") for name in found if not name.endswith(PART))

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}"

    @contextmanager
    def _asked(self, how: str) -> Iterator[None]:
        """Tell in a line what a store answers; each has exceptions of its own."""
        try:
            yield
        except Exception as error:
            raise UserError(
                f"parallel.store: expected a store at {self.url} that can be {how}, got "
                f"{in_short(error)}; check its address, what you may do there and the network, "
                "then run the same command again"
            ) from error


def _opened(url: str, protocol: str) -> tuple[Any, str]:
    """What reads and writes at ``url``, and the path that it calls this."""
    if importlib.util.find_spec("fsspec") is None:
        raise UserError(
            "parallel.store: expected fsspec beside a store, got none installed; "
            "run: pip install 'pinn-nas[store]'"
        )
    from fsspec.core import url_to_fs

    try:
        files, root = url_to_fs(url)
    except ImportError as error:  # fsspec knows which package it would take
        raise UserError(
            f"parallel.store: expected the package that reaches {protocol}://, got none installed "
            f"({in_short(error)}); install it here and on all workers"
        ) from error
    except Exception as error:
        raise UserError(
            f"parallel.store: expected a URL such as s3://bucket/prefix, got {url} "
            f"({in_short(error)}); correct it"
        ) from error
    return files, root.rstrip("/")
