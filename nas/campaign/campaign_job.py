"""What the jobs of a campaign have in common: they leave tables, and are over once these stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from nas.campaign import layout, records
from nas.campaign.folder import CampaignFolder
from nas.campaign.parquet import Row
from nas.files import remove
from nas.runner.job import Job


@dataclass(frozen=True)
class CampaignJob(Job):
    """A job that leaves the rows of its ``TABLES`` in its folder.

    Examples
    --------
    `nas.campaign.run_job.RunJob` leaves five tables:

    >>> from nas.campaign.run_job import RunJob
    >>> RunJob.TABLES
    ('fields', 'unknowns', 'history', 'experts', 'runs')
    """

    TABLES: ClassVar[tuple[str, ...]]  # in the order in which they are written

    home: CampaignFolder

    @property
    def finished(self) -> bool:
        """Whether its record is complete, for the version that wrote it."""
        needed = [name for name in self.TABLES if name not in layout.ADDED_TABLES]
        return all(self.table(name).exists() for name in needed)

    def table(self, name: str) -> Path:
        """Where its rows of the table ``name`` are."""
        return layout.table_file(self.folder, name)

    def record(self, rows: Mapping[str, list[Row]], *, over: bool = True) -> None:
        """Write the rows of all tables; with the last one the job is over.

        Its checkpoint has served then, and is removed; not where the job is not ``over``, so that
        the next command will go on with it.
        """
        for name in self.TABLES:
            records.write_table(self.table(name), name, rows[name])
        if over:
            remove(self.checkpoint)
