"""Where things stand in a campaign's folder. Each name of a file or folder is written here once.

``campaign.json``                 the resolved configuration and the problem's facts
``tables/<name>.parquet``         the tables, gathered from the folders of the runs
``runs/<run>/<name>.parquet``     a run's own rows of them, once it has ended
``runs/<run>/map.parquet``        its mixture on slices of the domain
``pools/<repetition>/``           within a budget: the pool that all trials of a repetition share
``races/<repetition>/``           and the race, whose contestants are runs once it is over
``baseline/``, ``validation/``    what `nas baseline` and `nas validate` add
``store.json``                    what tells whose the store is, where runs are kept in one

The runner adds the files of its own to the folder of each job (see `nas.runner`). Of these
``attempts.json`` and ``log.txt`` hold times: no two runs have the same, and nothing that is found
depends on them.
"""

import re
from pathlib import Path

from nas import belonging
from nas.errors import UserError, unreadable

CAMPAIGN_FILE = belonging.FILE
MAP_FILE = "map.parquet"
TABLES_FOLDER = "tables"
POOLS, RUNS, RACES, VALIDATION = "pools", "runs", "races", "validation"
JOBS = (POOLS, RUNS, RACES)  # folders of the jobs of a search
RUN_TABLES = ("history", "experts", "runs")  # in the order in which a run writes them
# What a run writes before these, and what runs of earlier versions lack: read as without rows.
ADDED_TABLES = ("fields", "unknowns")


def table_file(folder: Path, name: str) -> Path:
    """The table ``name`` in ``folder``.

    Examples
    --------
    >>> table_file(run_folder(Path("out"), "0007-0"), "history").as_posix()
    'out/runs/0007-0/history.parquet'
    """
    return folder / f"{name}.parquet"


def gathered_file(campaign: Path, name: str) -> Path:
    """The table ``name`` of the whole campaign.

    Examples
    --------
    >>> gathered_file(Path("out"), "trials").as_posix()
    'out/tables/trials.parquet'
    """
    return table_file(campaign / TABLES_FOLDER, name)


def run_folder(campaign: Path, run: str) -> Path:
    """The folder of a run.

    Raises
    ------
    UserError
        If ``run`` is no name of one, as a table that was written elsewhere may have it.

    Examples
    --------
    >>> run_folder(Path("out"), "0007-0").as_posix()
    'out/runs/0007-0'
    >>> run_folder(Path("out"), "../../mine")
    Traceback (most recent call last):
    nas.errors.UserError: out: expected a run such as 0007-0, got ../../mine; it is no name of a \
run: put a copy of the campaign's tables back
    """
    if not re.fullmatch(r"[\w-]+", run):
        raise UserError(
            f"{campaign}: expected a run such as 0007-0, got {run}; it is no name of a run: put a "
            "copy of the campaign's tables back"
        )
    return campaign / RUNS / run


def validation_folder(campaign: Path, run: str) -> Path:
    """Where all that a validation has measured beside ``run`` is kept.

    Examples
    --------
    >>> validation_folder(Path("out"), "0007-1").as_posix()
    'out/validation/0007-1'
    """
    return campaign / VALIDATION / run


def pool_folder(campaign: Path, repetition: int) -> Path:
    """The folder of a repetition's pool.

    Examples
    --------
    >>> pool_folder(Path("out"), 0).as_posix()
    'out/pools/0'
    """
    return campaign / POOLS / str(repetition)


def race_folder(campaign: Path, repetition: int) -> Path:
    """The folder of a repetition's race.

    Examples
    --------
    >>> race_folder(Path("out"), 0).as_posix()
    'out/races/0'
    """
    return campaign / RACES / str(repetition)


def is_finished(run: Path) -> bool:
    """Whether the run in a folder has written all its tables.

    Raises
    ------
    UserError
        If one may not look into the folder, such as another user's.

    Examples
    --------
    >>> is_finished(Path("no such folder"))
    False
    """
    try:
        for name in RUN_TABLES:
            table_file(run, name).stat()
    except PermissionError as error:
        raise unreadable(run, error) from error
    except OSError:
        return False
    return True


def finished_runs(campaign: Path) -> list[Path]:
    """The folders of the runs that are finished, by name.

    Examples
    --------
    >>> finished_runs(Path("no such folder"))
    []
    """
    return [folder for folder in sorted(campaign.glob(f"{RUNS}/*")) if is_finished(folder)]
