"""Which run the report shows in full, and what the campaign had planned."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from nas.campaign.records import Records


@dataclass(frozen=True)
class Recommended:
    """The run shown in full, with its trial and its surviving experts.

    ``by_rule`` is false where no trial is recommended yet: then the run is the completed one
    with the least held-out loss.

    Examples
    --------
    >>> from nas.reports import example
    >>> best = find(example.records())
    >>> best.name, best.by_rule, best.survivors["candidate"].to_list()
    ('0001-0', True, [2, 0])
    """

    run: pd.Series
    trial: pd.Series | None
    survivors: pd.DataFrame  # by falling importance
    by_rule: bool

    @property
    def name(self) -> str:
        return str(self.run["run"])


def find(records: Records) -> Recommended | None:
    """The best run of the recommended trial; None where no run was completed.

    Examples
    --------
    >>> from nas.reports import example
    >>> records = example.records()
    >>> records.trials["recommended"] = False  # as in a campaign that is under way
    >>> best = find(records)
    >>> best.name, best.by_rule
    ('0001-0', False)
    """
    done = records.runs[records.runs["status"] == "completed"]
    if done.empty:
        return None
    chosen = records.trials[records.trials["recommended"]]
    named = done[done["run"].isin(chosen["best_run"])]
    by_rule = not named.empty
    run = (named if by_rule else done.sort_values(["held_out_loss", "run"])).iloc[0]
    trials = records.trials[records.trials["trial"] == run["trial"]]
    mine = records.experts[records.experts["run"] == run["run"]]
    survivors = mine[mine["outcome"] == "survived"].sort_values(
        ["importance", "candidate"], ascending=[False, True]
    )
    return Recommended(run, None if trials.empty else trials.iloc[0], survivors, by_rule)


@dataclass(frozen=True)
class Progress:
    """How much of the campaign is done; ``planned`` is None where the configuration lacks it.

    Examples
    --------
    >>> Progress(ended=3, planned=8).unfinished, Progress(ended=3, planned=None).unfinished
    (True, False)
    """

    ended: int
    planned: int | None
    things: str = "runs"

    @property
    def unfinished(self) -> bool:
        return self.planned is not None and self.ended < self.planned

    @property
    def said(self) -> str:
        """In words."""
        return f"{self.ended} of {self.planned} {self.things} have ended"


def progress(records: Records) -> Progress:
    """Runs that ended against trials times seeds of the configuration.

    Within a budget the time tells how many trials there are; it is over once each seed has raced.

    Examples
    --------
    >>> from nas.reports import example, raced
    >>> progress(example.records())
    Progress(ended=4, planned=4, things='runs')
    >>> progress(raced.records())
    Progress(ended=1, planned=1, things='races')
    """
    configuration = records.campaign.get("configuration", {})
    trials, seeds = _count(configuration.get("trials")), _count(configuration.get("seeds", 1))
    if configuration.get("budget") or configuration.get("schedule"):
        return Progress(int(records.race["repetition"].nunique()), seeds, "races")
    planned = None if trials is None or seeds is None else trials * seeds
    return Progress(len(records.runs), planned)


def problem(records: Records) -> dict[str, Any]:
    """The problem's facts, with empty ones where the campaign file names none.

    Examples
    --------
    >>> from nas.reports import example
    >>> problem(example.records())["equation"]
    'u.xx + k u.yy = 0'
    """
    facts = records.campaign.get("problem", {})
    empty = {"name": "", "title": "", "equation": "", "coordinates": [], "fields": []}
    return {**empty, "has_reference": False, **facts}


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
