"""All statistics of a report in one place, and their CSV tables."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nas.campaign.records import Records
from nas.files import write_text
from nas.reports import individual_losses, levels, settings, survival, unknowns
from nas.search_spaces import Axis


@dataclass(frozen=True)
class Statistics:
    """What `survival`, `individual_losses`, `unknowns` and `settings` tell, each computed once.

    ``axes`` are those in play, and ``completed`` the experts of completed runs.

    Examples
    --------
    >>> from nas.reports import example
    >>> statistics = compute(example.records())
    >>> [axis.name for axis in statistics.axes], statistics.completed_runs
    (['activation', 'depth', 'width'], 3)
    """

    axes: tuple[Axis, ...]
    completed: pd.DataFrame
    rates: pd.DataFrame
    curves: pd.DataFrame
    importance: pd.DataFrame
    individual_rank: pd.DataFrame
    best_single: pd.DataFrame
    agreement: pd.DataFrame
    chance: dict[str, float]
    unknowns: pd.DataFrame  # the estimates, by run
    settings: pd.DataFrame  # the importance of m, p and threshold

    @property
    def completed_runs(self) -> int:
        """How many runs the statistics rest on."""
        return int(self.completed["run"].nunique())


def compute(records: Records) -> Statistics:
    """Every statistic that the report shows or writes.

    Examples
    --------
    >>> from nas.reports import example
    >>> compute(example.records()).chance
    {'activation': 0.0098, 'depth': 1.0, 'width': 1.0}
    """
    # What a race makes of teams says nothing of single experts that the trials have not said.
    runs = records.runs[records.runs["stage"] == "selection"]
    experts = records.experts[records.experts["run"].isin(runs["run"])]
    return Statistics(
        levels.axes(experts),
        levels.completed(experts, runs),
        survival.survival_rates(experts, runs),
        survival.kaplan_meier(experts),
        survival.importance(experts, runs),
        individual_losses.individual_rank(experts, runs),
        individual_losses.best_single(experts, runs),
        individual_losses.agreement(experts, runs),
        survival.chance(experts, runs),
        unknowns.estimates(records),
        settings.importance(records.trials),
    )


def write(statistics: Statistics, records: Records, folder: Path) -> list[str]:
    """Write the tables to ``folder`` as CSV; return the files' names.

    Examples
    --------
    >>> from nas.reports import example
    >>> records = example.records()
    >>> write(compute(records), records, Path("tables"))[:3]
    ['trials.csv', 'runs.csv', 'experts.csv']
    >>> (Path("tables") / "chance.csv").read_text().splitlines()[:2]
    ['axis,p_value', 'activation,0.0098']
    """
    tables = {
        "trials": records.trials,
        "runs": records.runs,
        "experts": records.experts,
        "fields": records.fields,
        "unknowns": statistics.unknowns,
        "survival_rates": statistics.rates,
        "kaplan_meier": statistics.curves,
        "importance": statistics.importance,
        "individual_rank": statistics.individual_rank,
        "best_single": statistics.best_single,
        "agreement": statistics.agreement,
        "settings": statistics.settings,
        "pool": records.pool,
        "race": records.race,
        "singles": records.singles,
        "subsets": records.subsets,
        "chance": pd.DataFrame(statistics.chance.items(), columns=["axis", "p_value"]),
    }
    for name, table in tables.items():
        write_text(folder / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))
    return [f"{name}.csv" for name in tables]
