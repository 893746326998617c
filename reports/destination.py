"""Where a report or a comparison is written: a folder of its own, one command at a time in it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nas.errors import UserError
from nas.files import read_bytes, write_text
from nas.folder_lock import claimed

FOLDER = "report"  # of a campaign, by default
PAGE = "index.html"
MARK = ".nas-report"  # written first, so that what a killed command left is known as a report
COMPARISON = ".nas-comparison"  # the same, of a comparison
_TITLE = "· search report</title>"  # in the head of a page, also of versions without the mark


@contextmanager
def claimed_for_report(campaign: Path, destination: Path) -> Iterator[None]:
    """Hold ``destination``, made if need be, for a report of the campaign in ``campaign``.

    Raises
    ------
    UserError
        If it holds other files than a report's, it is a part of the campaign, another command is
        at work there, or it cannot be written.

    Examples
    --------
    >>> with claimed_for_report(Path("heat"), Path("page")):
    ...     print((Path("page") / MARK).exists())
    True
    """
    _check_apart(campaign, destination)
    _check_own(destination, MARK, "report")
    with claimed(destination):
        write_text(destination / MARK, "This folder is a report's: `nas report` writes it anew.\n")
        yield


@contextmanager
def claimed_for_comparison(campaigns: Sequence[Path], destination: Path) -> Iterator[None]:
    """Hold ``destination``, made if need be, for a comparison of ``campaigns``.

    Raises
    ------
    UserError
        As `claimed_for_report`; a comparison has no place within a campaign.

    Examples
    --------
    >>> with claimed_for_comparison([Path("heat"), Path("wave")], Path("both")):
    ...     print((Path("both") / COMPARISON).exists())
    True
    """
    for campaign in campaigns:
        if _within(campaign, destination):
            raise UserError(
                f"{destination}: expected a folder outside of the campaigns, got one within "
                f"{campaign}; choose another --to"
            )
    _check_own(destination, COMPARISON, "comparison")
    with claimed(destination):
        mark = "This folder is a comparison's: `nas compare` writes it anew.\n"
        write_text(destination / COMPARISON, mark)
        yield


def _within(campaign: Path, destination: Path) -> bool:
    home, where = (Path(os.path.realpath(path)) for path in (campaign, destination))
    return home in (where, *where.parents)


def _check_apart(campaign: Path, destination: Path) -> None:
    """A campaign has one place for a report; all others in it are for what is read back."""
    if _within(campaign, destination) and not _within(campaign / FOLDER, destination):
        raise UserError(
            f"{destination}: expected a folder outside of the campaign, or {campaign / FOLDER}, "
            "got another place within it, where a search keeps its records; choose another --to"
        )


def _check_own(destination: Path, mark: str, what: str) -> None:
    marked = os.path.exists(destination / mark)  # noqa: PTH110 - false where nobody may look
    if not destination.is_dir() or marked or (mark == MARK and _is_page(destination / PAGE)):
        return
    if any(not item.name.startswith(".") for item in _items(destination)):
        raise UserError(
            f"{destination}: expected an empty folder or an earlier {what}, got a folder with "
            "other files; choose another --to"
        )


def _items(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise UserError(
            f"{folder}: cannot be read ({error.strerror}); choose another --to"
        ) from error


def _is_page(path: Path) -> bool:
    try:
        return _TITLE in read_bytes(path)[:20_000].decode("utf-8", errors="replace")
    except OSError:
        return False
