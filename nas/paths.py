"""Paths as users give them: what no file system can mean is told before anything is done."""

import os
from pathlib import Path

from nas.errors import UserError
from nas.files import read_bytes


def usable(path: str | os.PathLike[str]) -> Path:
    r"""``path``, whether anything is there or not.

    Raises
    ------
    UserError
        If the system refuses to look: links that lead in a circle, a name that is too long or holds
        a null character, a folder that may not be entered. If it is not UTF-8, which tables and
        weights cannot be written under.

    Examples
    --------
    >>> usable("no such folder").name
    'no such folder'
    >>> usable("x" * 300)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: xxx...: expected a path that can be used, got File name too long; ...
    """
    found = Path(path)
    try:
        str(found.absolute()).encode()
        found.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass  # what needs a file that is there says so
    except UnicodeEncodeError as error:
        raise _unusable(found, "one that is not UTF-8") from error
    except (OSError, ValueError) as error:
        raise _unusable(found, _reason(error)) from error
    return found


def unused(path: Path) -> Path:
    """``path``, at which nothing is: not even a link that leads nowhere.

    Raises
    ------
    UserError
        As `usable`, and if something is.

    Examples
    --------
    >>> unused(Path("new.yaml")).name
    'new.yaml'
    >>> unused(Path("."))
    Traceback (most recent call last):
    nas.errors.UserError: .: is there already; name a new file
    """
    if usable(path).exists() or path.is_symlink():
        raise UserError(f"{path}: is there already; name a new file")
    return path


def given(path: object, what: str) -> Path:
    """A path that somebody gave to a function of ``what``.

    Raises
    ------
    UserError
        If it is none.

    Examples
    --------
    >>> given("model/", "nas.load").name
    'model'
    >>> given(None, "nas.load")
    Traceback (most recent call last):
    nas.errors.UserError: nas.load: expected a path, as a text or a pathlib.Path, got None
    """
    if isinstance(path, str | os.PathLike) and isinstance(found := os.fspath(path), str):
        return Path(found)
    raise UserError(f"{what}: expected a path, as a text or a pathlib.Path, got {path!r:.60}")


def located(path: str, folder: Path) -> Path:
    """``path`` as seen from ``folder``, absolute and without links; ``~`` is somebody's home.

    Raises
    ------
    UserError
        As `usable`, and if there is nobody of that name.

    Examples
    --------
    >>> located("heat.py", Path("/mine")).as_posix()
    '/mine/heat.py'
    >>> located("~nobody-of-this-name/heat.py", Path("/mine"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: ~nobody-of-this-name/heat.py: expected a path that can be used, got ...
    """
    try:
        found = folder / Path(path).expanduser()
    except RuntimeError as error:
        raise _unusable(Path(path), "a home folder that is not known") from error
    return usable(found).resolve()


def text(path: Path, most: int, expected: str) -> str:
    r"""The text in UTF-8 of the file at ``path``, which holds ``most`` bytes.

    Parameters
    ----------
    expected
        What the file should be: ``a campaign file``.

    Raises
    ------
    UserError
        If there is no such file, it cannot be read, it is longer or no text.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     _ = (Path(name) / "my.yaml").write_text("seed: 1")
    ...     print(text(Path(name) / "my.yaml", 100, "a campaign file"))
    seed: 1
    """
    try:
        content = read_bytes(usable(path), most + 1)
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file; give the path of {expected}") from error
    except IsADirectoryError as error:
        raise UserError(f"{path}: expected {expected}, got a folder; name a file in it") from error
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read ({_reason(error)}); give a readable file"
        ) from error
    if len(content) > most:
        raise UserError(f"{path}: expected {expected} of at most {most:,} bytes, got a longer one")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not text in UTF-8; give {expected}") from error


def _unusable(path: Path, got: str) -> UserError:
    return UserError(f"{path}: expected a path that can be used, got {got}; give another one")


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
