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
from nas.training.pool import waves
from nas.training.race import race


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

    @property
    def reads(self) -> tuple[Path, ...]:
        """Those that it is made with, and within a budget its repetition's pool."""
        repetition = vars(self).get("repetition")
        if repetition is None or not self.home.campaign.within_budget:
            return super().reads
        pool = layout.pool_folder(self.home.path, repetition)
        return super().reads if pool == self.folder else (*super().reads, pool)

    @property
    def held_out_loss(self) -> float | None:
        """The least in its record, once that is complete."""
        return least_loss(self.table(self.TABLES[-1]), self.TABLES[-1])

    @property
    def found(self) -> str:
        """Its held-out loss."""
        loss = self.held_out_loss
        return "" if loss is None else f"held-out loss {loss:.2e}"

    def is_held_out(self, phase: str) -> bool:
        """Whether it is one of random waves, or of a race, which compare answers."""
        return phase == waves.STAGE or phase.startswith(race.NAME)

    def told(self, phase: str) -> str:
        """In a race the contestant whose turn it is, as its run will be called."""
        before, _, contestant = phase.partition(f"{race.NAME}: ")
        if before or not contestant:
            return super().told(phase)
        return f"{self.name}-{contestant} turn"

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


def least_loss(path: Path, name: str) -> float | None:
    """The least held-out loss in the table ``name`` at ``path``; None where none is known.

    Raises
    ------
    UserError
        If the table is not there, or damaged.

    Examples
    --------
    >>> rows = [dict.fromkeys(records.BUDGETED["pool"].names) for _ in range(3)]
    >>> for row, loss in zip(rows, (0.2, None, 0.1)):
    ...     row["held_out_loss"] = loss
    >>> records.write_table(Path("pool.parquet"), "pool", rows)
    >>> least_loss(Path("pool.parquet"), "pool")
    0.1
    """
    rows = records.read_rows(path, name, ["held_out_loss"])
    found: list[float | None] = [row["held_out_loss"] for row in rows]
    return min((loss for loss in found if loss is not None), default=None)
