"""Where Optuna keeps its study: the URL of a database, which may hold a password."""

from pathlib import Path
from typing import Any, Final

from pydantic_core import PydanticCustomError
from sqlalchemy import URL, create_engine, inspect, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from nas.campaign import limits
from nas.errors import UserError
from nas.one_line import cut, without_secret

BACKENDS = ("sqlite", "postgresql", "mysql", "mariadb")  # what Optuna's documentation names
EXPECTED = "null or the URL of an Optuna storage such as sqlite:///trials.db"
_OPTUNAS = "alembic_version"  # a table that every storage of Optuna has
SECRET: Final[dict[str, Any]] = {"secret": True}  # of a field whose value is never repeated


def checked(url: str | None) -> str | None:
    """``url``, if it is one of a database that Optuna can use.

    Raises
    ------
    ValueError
        If it is none. Nothing of it is repeated: where the password stands is not known.

    Examples
    --------
    >>> checked("sqlite:///trials.db")
    'sqlite:///trials.db'
    >>> checked("redis://me:secret@host")
    Traceback (most recent call last):
    pydantic_core._pydantic_core.PydanticCustomError: expected a URL that begins with sqlite:, \
postgresql:, mysql: or mariadb:, got one with redis:; leave the key out to keep trials in --out
    """
    if url is None:
        return None
    if len(url) > limits.PATH:
        raise ValueError("no URL")
    try:
        backend = make_url(url).get_backend_name()
        url.format(SCHEMA_VERSION=0)  # as Optuna does
    except (ArgumentError, ValueError, LookupError) as error:
        raise ValueError("no URL") from error
    if backend not in BACKENDS:
        known = f"{', '.join(f'{one}:' for one in BACKENDS[:-1])} or {BACKENDS[-1]}:"
        told = f"expected a URL that begins with {known}, got one with {backend}:"
        raise PydanticCustomError("limit", f"{told}; leave the key out to keep trials in --out")
    return url


def in_folder(folder: Path) -> str:
    """The URL of the database in a campaign's ``folder``, whatever its name holds.

    A file's own URL, in which the system's bytes are quoted, within that of the database.

    Examples
    --------
    >>> make_url(in_folder(Path("/runs/why?"))).database
    'file:///runs/why%3F/study.sqlite'
    """
    file = (folder.absolute() / "study.sqlite").as_uri()
    url = URL.create("sqlite", database=file, query={"uri": "true"})
    return url.render_as_string(hide_password=False)


def without_password(url: str) -> str:
    """``url`` as it may be shown and written down.

    Examples
    --------
    >>> without_password("postgresql://me:secret@host/db")
    'postgresql://me:***@host/db'
    >>> without_password("mysql://host/db?user=me&password=secret")
    'mysql://host/db?password=hidden&user=me'
    """
    known = make_url(url)
    hidden = {
        name: "hidden" if "pass" in name.lower() or "pwd" in name.lower() else value
        for name, value in known.query.items()
    }
    return known.set(query=hidden).render_as_string(hide_password=True)


def cause(error: Exception, url: str) -> str:
    """What a database's driver says in an error, in short and without the password of ``url``.

    Examples
    --------
    >>> cause(OSError("me:secret@host refuses"), "postgresql://me:secret@host/db")
    'me:***@host refuses'
    """
    said = " ".join(str(getattr(error, "orig", None) or error.__cause__ or error).split()[:30])
    secret = make_url(url).password
    said = without_secret(said, url)
    return said.replace(secret, "***") if secret and len(secret) > 1 else said


def check_reachable(url: str) -> None:
    """Raise `UserError` unless the database at ``url`` answers and is Optuna's to write into.

    It is asked before anything is begun.

    Examples
    --------
    >>> check_reachable("sqlite://")
    >>> check_reachable("sqlite:////no/such/folder/trials.db")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: storage sqlite:////no/such/folder/trials.db: expected a database that ...
    """
    try:
        with create_engine(url).connect() as connection:
            tables = inspect(connection).get_table_names()
    except (SQLAlchemyError, ImportError, TypeError, ValueError, OSError) as error:
        raise UserError(
            f"storage {without_password(url)}: expected a database that answers, got "
            f"{cause(error, url)}; mend it, or leave the key out"
        ) from error
    if tables and _OPTUNAS not in tables:
        raise UserError(
            f"storage {without_password(url)}: expected an empty database or one of Optuna, got "
            f"one with other tables ({cut(', '.join(sorted(tables)))}); name another"
        )
