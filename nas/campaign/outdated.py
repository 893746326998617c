"""What a campaign's folder has that no longer holds once its search goes on.

It is removed before, so that a kill at any moment leaves nothing that is not so: whoever reads then
gathers anew, and what was never measured is told as such.
"""

import logging
import shutil
from pathlib import Path

from nas.campaign import layout, schedule
from nas.errors import UserError
from nas.files import remove

_LOG = logging.getLogger(__name__)


def remove_gathered(campaign: Path) -> None:
    """Let readers gather the tables themselves until the search has ended.

    A run that is recorded anew, since it was killed or has had more time, keeps its name, by which
    alone they could tell that the gathered tables are behind.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from nas.campaign import records
    >>> with TemporaryDirectory() as name:
    ...     path = layout.gathered_file(Path(name), "trials")
    ...     records.write_table(path, "trials", [])
    ...     remove_gathered(Path(name))
    ...     path.exists()
    False
    """
    remove(layout.gathered_file(campaign, "trials"))


def remove_validation(campaign: Path, repetition: int, seconds: float) -> None:
    """Remove what stands beside contestants of a race that goes on, since it has more ``seconds``.

    Their comparisons are of networks that are to be no more, in less time.

    Raises
    ------
    UserError
        If it cannot be removed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     schedule.write_part(layout.race_folder(Path(name), 0), schedule.Part(60.0, {}, {}))
    ...     beside = layout.validation_folder(Path(name), "race-0-1")
    ...     beside.mkdir(parents=True)
    ...     remove_validation(Path(name), 0, seconds=60.0)
    ...     before = beside.exists()
    ...     remove_validation(Path(name), 0, seconds=300.0)
    ...     before, beside.exists()
    (True, False)
    """
    part = schedule.read_part(layout.race_folder(campaign, repetition))
    if part is None or part.seconds >= seconds:
        return
    stale = sorted((campaign / layout.VALIDATION).glob(f"race-{repetition}-*"))
    if not stale:
        return
    _LOG.warning(
        "race %d goes on, so its validation within %g s no longer holds and is removed; "
        "`nas validate` makes it anew",
        repetition,
        part.seconds,
    )
    remove(layout.gathered_file(campaign, "subsets"))
    for folder in stale:
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise UserError(
                f"{folder}: expected a folder that can be removed, got {error.strerror or error}; "
                "remove it yourself, then run the same command again"
            ) from error
