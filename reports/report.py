"""What a report shows, read and computed once; its page and its figures only choose from it."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from nas.campaign.records import Records
from nas.reports import field_errors, recommended, solution_map, statistics
from nas.reports.recommended import Recommended
from nas.reports.solution_map import SolutionMap
from nas.reports.statistics import Statistics
from nas.reports.unknowns import Unknown, unknowns
from nas.reports.words import lines


@dataclass(frozen=True)
class Report:
    """The records of a campaign with all that follows from them.

    ``best`` is the run shown in full, and ``map`` its solution; None where there is none.

    Examples
    --------
    >>> from nas.reports import example
    >>> report = example.report()
    >>> report.best.name, report.statistics.completed_runs, report.map.has_reference
    ('0001-0', 3, True)
    >>> report.field_errors, report.error_estimate, report.warnings
    ({'u': 0.02}, 0.03, [])
    """

    records: Records
    statistics: Statistics
    best: Recommended | None
    map: SolutionMap | None

    @cached_property
    def unknowns(self) -> tuple[Unknown, ...]:
        """The unknown coefficients as ``best`` found them; none of a problem without."""
        return unknowns(self.statistics.unknowns, self.best, self.records.race)

    @cached_property
    def field_errors(self) -> dict[str, float]:
        """The relative L2 error of each field of ``best``; none without a reference."""
        return field_errors.of_run(self.records, None if self.best is None else self.best.name)

    @cached_property
    def error_estimate(self) -> float:
        """The error of ``best`` as estimated without a reference; NaN where it was not."""
        value = None if self.best is None else self.best.run["error_estimate"]
        return float("nan") if pd.isna(value) else float(value)

    @cached_property
    def notes(self) -> list[str]:
        """What is to be known of ``best`` and does not speak against it, a sentence each."""
        return lines(None if self.best is None else self.best.run["notes"])

    @cached_property
    def warnings(self) -> list[str]:
        """What speaks against ``best``, a sentence each."""
        return lines(None if self.best is None else self.best.run["warnings"])


def of(records: Records) -> Report:
    """The report of a campaign.

    Raises
    ------
    UserError
        If the map of the recommended run is damaged.

    Examples
    --------
    >>> from nas.reports import example
    >>> of(example.records()).map is None  # no file of a map lies beside these tables
    True
    """
    best = recommended.find(records)
    return Report(records, statistics.compute(records), best, solution_map.load(records, best))
