"""What a report shows, read and computed once; its page and its figures only choose from it."""

from dataclasses import dataclass

from nas.campaign.records import Records
from nas.reports import recommended, solution_map, statistics
from nas.reports.recommended import Recommended
from nas.reports.solution_map import SolutionMap
from nas.reports.statistics import Statistics


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
    """

    records: Records
    statistics: Statistics
    best: Recommended | None
    map: SolutionMap | None


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
