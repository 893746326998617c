"""Can the choice be trusted? Statistics on what `nas validate` trained, pure functions of tables.

The error of a network is its relative L2 error where the truth is known, else its held-out
physics loss; that of one that failed is infinite. What is compared had the same points and the same
number of iterations, unless stated otherwise. An interval over runs is that of a median by order
statistics: the narrowest pair of runs around it that covers it with 95 %, or all runs where they
are too few for that (see `coverage`).
"""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from nas.campaign.records import Records
from nas.reports import intervals
from nas.reports.intervals import COVERAGE
from nas.reports.rows import each
from nas.search_spaces import AXES

CANDIDATE = [axis.name for axis in AXES]


def unit(records: Records) -> str:
    """The column that is the error of all networks of a campaign.

    Examples
    --------
    >>> from nas.reports import example
    >>> records = example.records()
    >>> unit(records)
    'relative_l2'
    >>> records.runs["relative_l2"] = np.nan  # of a problem whose solution is not known
    >>> unit(records)
    'held_out_loss'
    """
    known = records.runs[records.runs["run"].isin(records.subsets["run"])]["relative_l2"]
    return "relative_l2" if len(known) and known.notna().all() else "held_out_loss"


def error(records: Records, table: pd.DataFrame) -> pd.Series:
    """The error of each row of the tables ``subsets`` or ``singles``; infinite where it failed.

    Examples
    --------
    >>> from nas.reports import example
    >>> records = example.records()
    >>> error(records, records.subsets).round(3).to_list()  # the last of them failed
    [0.021, 0.021, 0.03, 0.022, 0.1, 0.045, inf]
    """
    column: pd.Series = table[unit(records)].astype(float).fillna(np.inf)
    return column


def validated(records: Records) -> list[str]:
    """The runs that were validated: those of the recommended trial, or else all there are.

    Examples
    --------
    >>> from nas.reports import example
    >>> validated(example.records())
    ['0001-0']
    """
    names = set(records.subsets["run"])
    trials = records.trials.loc[records.trials["recommended"].astype(bool), "trial"]
    recommended = set(records.runs.loc[records.runs["trial"].isin(trials), "run"])
    return sorted(names & recommended or names)


def runs(records: Records) -> pd.DataFrame:
    """One row for each validated run.

    Columns: run, size (of the selected subset), pool, subsets (random ones), beaten (how many of
    them the selected subset, trained again from scratch, beats; of equals half), better (their
    share), is_best (whether the selected subset is that of the best single networks), and ratios of
    errors: ``over_best`` (selected subset over the subset of the best single
    networks, both from scratch), ``over_single`` (the search's mixture over the best single
    network, equal iterations), ``over_longest`` (over the best single network trained as long as
    the search), ``over_all`` (over the whole pool never pruned), ``parameters`` (the share that
    survived), ``seconds`` and ``evaluations`` (of the search over those of all candidates alone).
    NaN where something was not measured.

    Examples
    --------
    >>> from nas.reports import example
    >>> (row,) = runs(example.records()).to_dict("records")
    >>> row["beaten"], row["subsets"], round(row["over_single"], 3)
    (3.0, 3, 0.894)
    """
    rows = [_run(records, run) for run in validated(records)]
    names = ["run", "size", "pool", "subsets", "beaten", "better", "is_best", *RATIOS]
    return pd.DataFrame(rows, columns=names)


RATIOS = (
    "over_best",
    "over_single",
    "over_longest",
    "over_all",
    "parameters",
    "seconds",
    "evaluations",
)


def _run(records: Records, run: str) -> dict[str, object]:
    subsets, alone = records.subsets[records.subsets["run"] == run], _alone(records, run)
    subsets = subsets.assign(error=error(records, subsets))
    by_kind = {str(kind): rows["error"].to_numpy() for kind, rows in subsets.groupby("kind")}
    (known,) = each(records.runs[records.runs["run"] == run])
    mixture = float(getattr(known, unit(records)))
    selected, others = _first(by_kind, "selected"), by_kind.get("random", np.empty(0))
    beaten = np.nan
    if len(others) and not np.isnan(selected):
        beaten = float((others > selected).sum() + (others == selected).sum() / 2)
    of_both = subsets.loc[subsets["kind"].isin(("selected", "best")), "members"]
    attempts = records.attempts[records.attempts["run"] == run]
    return {
        "run": run,
        "size": int(known.experts_after),
        "pool": int(known.experts_before),
        "subsets": len(others),
        "beaten": beaten,
        "better": beaten / len(others) if len(others) else np.nan,
        "is_best": bool(of_both.duplicated().any()),
        "over_best": selected / _first(by_kind, "best"),
        "over_single": mixture / (error(records, alone).min() if len(alone) else np.nan),
        "over_longest": mixture / _first(by_kind, "longest"),
        "over_all": mixture / _first(by_kind, "all"),
        "parameters": known.parameters_after / known.parameters_before,
        "seconds": attempts["seconds"].sum() / (alone["seconds"].sum() or np.nan),
        "evaluations": known.evaluations / (alone["evaluations"].sum() or np.nan),
    }


def _first(by_kind: dict[str, NDArray[np.float64]], kind: str) -> float:
    return float(by_kind[kind][0]) if kind in by_kind else float("nan")


def chance(table: pd.DataFrame) -> float:
    """How probable it is that subsets picked by chance do as well as the selected ones.

    Exact: if the selected subset is itself one of chance, the number of N random subsets that it
    beats is 0, 1, …, N, all equally probable. The distribution of the sum over the runs is their
    convolution. NaN where nothing was compared.

    Examples
    --------
    >>> chance(pd.DataFrame({"subsets": [19], "beaten": [18.0]}))  # ranks 18 and 19 of 0 … 19
    0.1
    """
    compared = table.dropna(subset=["beaten"])
    if compared.empty:
        return float("nan")
    distribution = np.ones(1)
    for row in each(compared):
        distribution = np.convolve(distribution, np.full(row.subsets + 1, 1 / (row.subsets + 1)))
    return min(float(distribution[math.floor(compared["beaten"].sum()) :].sum()), 1.0)


def least_chance(table: pd.DataFrame) -> float:
    """The least `chance` that there could be: that of selected subsets that beat all others.

    Examples
    --------
    >>> least_chance(pd.DataFrame({"subsets": [19, 3], "beaten": [3.0, 2.0]}))  # 1/20 · 1/4
    0.0125
    """
    subsets = table.dropna(subset=["beaten"])["subsets"]
    return float(np.prod(1 / (subsets + 1)))


def share(table: pd.DataFrame) -> tuple[float, float, float]:
    """The share of random subsets beaten: of one run with Wilson's interval, else over the runs.

    Examples
    --------
    >>> from nas.reports import example
    >>> [round(one, 2) for one in share(runs(example.records()))]  # 3 of 3 subsets, one run
    [1.0, 0.44, 1.0]
    """
    compared = table.dropna(subset=["beaten"])
    if len(compared) != 1:
        return over_runs(table, "better")
    (row,) = each(compared)
    return float(row.better), *intervals.wilson(row.beaten, row.subsets)


def _alone(records: Records, run: str) -> pd.DataFrame:
    """The candidates of a run's pool, alone, in the run's repetition."""
    pool = records.experts.loc[records.experts["run"] == run, [*CANDIDATE, "repetition"]]
    merged: pd.DataFrame = records.singles.merge(pool.drop_duplicates(), on=list(pool.columns))
    return merged


def over_runs(table: pd.DataFrame, column: str) -> tuple[float, float, float]:
    """Median over the runs and its interval (see the top); no interval for a single run.

    Examples
    --------
    >>> over_runs(pd.DataFrame({"ratio": [0.5, 0.9, 0.6]}), "ratio")
    (0.6, 0.5, 0.9)
    """
    values = np.sort(table[column].dropna().to_numpy(dtype=float))
    if not len(values):
        return float("nan"), float("nan"), float("nan")
    if len(values) == 1:
        return float(values[0]), float("nan"), float("nan")
    left = _left_out(len(values))
    return float(np.median(values)), float(values[left]), float(values[-1 - left])


def coverage(runs: int) -> float:
    """The probability that the interval of `over_runs` covers the median (the sign test's).

    Examples
    --------
    >>> coverage(6)
    0.96875
    """
    return _holds(_left_out(runs), runs)


def _left_out(runs: int) -> int:
    """How many runs may be left out at either end for an interval that still holds 95 %."""
    within = [left for left in range(runs // 2) if _holds(left, runs) >= COVERAGE]
    return max(within, default=0)


def _holds(left: int, runs: int) -> float:
    return float(1 - 2 * stats.binom.cdf(left, runs, 0.5))
