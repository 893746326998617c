"""What survived: statistics on the table of experts, pure functions of tables.

Two questions are kept apart, because their answers differ. Here is the first: the gate selects a
*subset*, and an expert survives where it complements the others. The second, how good single
networks are, is that of `nas.reports.individual_losses`.

Every table is tidy: one row per level of an axis, the columns ``axis`` and ``level`` first. Axes
are those in play among the experts. Intervals cover 95 %.
"""

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from nas.reports import intervals
from nas.reports.levels import axes, by_level, completed, means_over_runs

COVERAGE = intervals.COVERAGE
_DEALS = 9_999  # random deals behind `chance`: resolves p-values down to 1e-4


def survival_rates(experts: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Survivors per level with the score interval of Wilson (1927).

    Only completed runs count: a run that broke off has no survivors, only experts that had
    not been dropped yet, and counting those either way would bias the rate.

    Within a budget some candidates are cut before the gate is asked about them: they have not
    survived either, and are counted apart as well.

    Columns: axis, level, experts, survived, rate, low, high, cut. The interval takes experts as
    independent. Those of one run compete, so `chance` has to be consulted as well.

    Examples
    --------
    >>> from nas.reports.example import records
    >>> survival_rates(records().experts, records().runs)["rate"][:2].to_list()  # of sine, tanh
    [1.0, 0.0]
    """
    rows = []
    for axis, level, group in by_level(completed(experts, runs), axes(experts)):
        survived = int((group["outcome"] == "survived").sum())
        low, high = intervals.wilson(survived, len(group))
        cut = int((group["outcome"] == "cut").sum())
        rows.append((axis, level, len(group), survived, survived / len(group), low, high, cut))
    names = ["axis", "level", "experts", "survived", "rate", "low", "high", "cut"]
    return pd.DataFrame(rows, columns=names)


def kaplan_meier(experts: pd.DataFrame) -> pd.DataFrame:
    """Product-limit estimate of Kaplan and Meier (1958), per level, with steps as time.

    A drop is the event; experts that survived, or whose run ended early, are censored at
    ``ended``. So runs with different numbers of steps can be put together, and runs that
    diverged or were killed count for as long as they lasted. That is sound as long as a run
    does not break off *because* of the levels compared, which no estimator can check. Candidates
    that were cut before the gate was asked about them were never at risk.

    Columns: axis, level, step, at_risk, dropped, alive, low, high: one row at step 0, one
    per step with a drop, and one at the last step seen. ``alive`` holds from its step on.

    Examples
    --------
    >>> from nas.reports.example import records
    >>> curves = kaplan_meier(records().experts.query("run == '0001-0' and depth == 1"))
    >>> curves.loc[curves["axis"] == "depth", ["step", "alive"]].to_dict("list")
    {'step': [0, 180, 300], 'alive': [1.0, 0.5, 0.5]}
    """
    asked = experts[experts["outcome"] != "cut"]
    lived = asked.assign(lived=asked["ended"] - asked["born"])
    rows = []
    for axis, level, group in by_level(lived, axes(experts)):
        times = group["lived"].to_numpy(dtype=float)
        events = (group["outcome"] == "dropped").to_numpy(dtype=int)
        curve = SurvfuncRight(times, events)
        low, high = intervals.log_log(curve.surv_prob, curve.surv_prob_se)
        steps = zip(
            curve.surv_times, curve.n_risk, curve.n_events, curve.surv_prob, low, high, strict=True
        )
        last = (0.0, len(group), 0, 1.0, 1.0, 1.0)
        rows.append((axis, level, *last))
        for last in steps:
            rows.append((axis, level, *last))
        if times.max() > last[0]:
            at_risk = int((times >= times.max()).sum())
            rows.append((axis, level, times.max(), at_risk, 0, *last[3:]))
    names = ["axis", "level", "step", "at_risk", "dropped", "alive", "low", "high"]
    whole = {"step": "int64", "at_risk": "int64", "dropped": "int64"}
    return pd.DataFrame(rows, columns=names).astype(whole)


def importance(experts: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Mean final importance per level, as a multiple of the equal share.

    An expert's final weight is divided by 1 / experts in its pool, so that pools of different
    sizes compare: 1 is the share that each would hold if the gate had no preference. A
    dropped expert counts as 0, its weight in the final mixture. (Its last importance is no
    substitute: it lies just under ``threshold / alive``, so it says how many were left when
    it went.)

    Experts of one run compete, so the run is the unit: each run gives one mean per level,
    and the interval is Student's t over those means, wide where runs are few. (A bootstrap
    over fewer than about ten runs would be too narrow.) Columns: axis, level, experts,
    runs, relative, low, high; no interval (NaN) for one run or where all runs agree exactly.

    Examples
    --------
    >>> from nas.reports.example import records
    >>> means = importance(records().experts, records().runs)
    >>> means.loc[:1, ["level", "relative"]].to_dict("list")
    {'level': ['sine', 'tanh'], 'relative': [2.0, 0.0]}
    """
    known = completed(experts, runs)
    pool = known.groupby("run")["outcome"].transform("size").astype(float)
    final = known["importance"].where(known["outcome"] == "survived", 0.0)
    return means_over_runs(known.assign(value=final * pool), axes(experts), "relative").assign(
        low=lambda table: table["low"].clip(lower=0.0)
    )


def chance(experts: pd.DataFrame, runs: pd.DataFrame) -> dict[str, float]:
    """Per axis: how often chance alone parts the levels as far as they were parted.

    A permutation test that respects the competition: within each run, its number of
    survivors is dealt at random among its experts. The statistic is the spread of survival
    rates between levels, ``sum_l n_l (r_l - r)^2``. NaN where outcomes or levels are all the
    same, so that there is nothing to test. The seed is fixed.

    Examples
    --------
    >>> from nas.reports.example import records
    >>> chance(records().experts, records().runs)
    {'activation': 0.0098, 'depth': 1.0, 'width': 1.0}
    """
    known = completed(experts, runs)
    survived = (known["outcome"] == "survived").to_numpy()
    result = {}
    for axis in axes(experts):
        names, level = np.unique(known[axis.name].to_numpy(), return_inverse=True)
        if len(names) < 2 or survived.all() or not survived.any():
            result[axis.name] = float("nan")
            continue
        sizes = np.bincount(level)
        observed = np.bincount(level[survived], minlength=len(names))
        dealt = np.zeros((_DEALS, len(names)), dtype=np.int64)
        rng = np.random.default_rng(0)
        for rows in known.groupby("run", sort=True).indices.values():
            colours = np.bincount(level[rows], minlength=len(names))
            dealt += rng.multivariate_hypergeometric(colours, survived[rows].sum(), size=_DEALS)
        spread = ((dealt - sizes * survived.mean()) ** 2 / sizes).sum(axis=1)
        seen = ((observed - sizes * survived.mean()) ** 2 / sizes).sum()
        as_far = (spread >= seen * (1 - 1e-12)).sum()  # equal deals must count, rounding or not
        result[axis.name] = float((1 + as_far) / (1 + _DEALS))
    return result
