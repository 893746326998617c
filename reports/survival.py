"""What survived: statistics on the table of experts, pure functions of tables.

Two questions are kept apart, because their answers differ. The gate selects a *subset*: an
expert survives where it complements the others (`survival_rates`, `kaplan_meier`,
`importance`). An expert's individual loss ranks *single networks* (`individual_rank`,
`best_single`). `agreement` says how far the two go together.

Every table is tidy: one row per level of an axis, the columns ``axis`` and ``level`` first. Axes
are those in play among the experts. Intervals cover 95 %.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from nas.reports import intervals
from nas.search_spaces import AXES, Axis
from nas.search_spaces.candidates import in_play

COVERAGE = intervals.COVERAGE
_DEALS = 9_999  # random deals behind `chance`: resolves p-values down to 1e-4


def axes(experts: pd.DataFrame) -> tuple[Axis, ...]:
    """The axes in play: those without a default, or with a level other than it.

    Examples
    --------
    >>> [axis.name for axis in axes(pd.DataFrame({"activation": ["tanh"], "depth": 2, "width": 8}))]
    ['activation', 'depth', 'width']
    """
    return in_play({axis.name: experts[axis.name] for axis in AXES if axis.name in experts})


def completed(experts: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The experts of completed runs whose outcome is known (dropped, survived or cut).

    Examples
    --------
    >>> from nas.reports.example import records
    >>> len(records().experts), len(completed(records().experts, records().runs))
    (16, 12)
    """
    done = runs.loc[runs["status"] == "completed", "run"]
    known = experts["outcome"].isin(["dropped", "survived", "cut"])
    return experts[experts["run"].isin(done) & known]


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
    for axis, level, group in _by_level(completed(experts, runs), axes(experts)):
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
    for axis, level, group in _by_level(lived, axes(experts)):
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
    return _means_over_runs(known.assign(value=final * pool), axes(experts), "relative").assign(
        low=lambda table: table["low"].clip(lower=0.0)
    )


def individual_rank(experts: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Mean rank of an expert's individual loss within its run: 0 the least, 1 the greatest.

    This ranks single networks as they are after the warm-up, whatever the gate made of
    them. Ranks, because losses of different runs (other points, other seeds) do not
    compare. Columns: axis, level, experts, runs, rank, low, high, as in `importance`.

    Examples
    --------
    >>> from nas.reports.example import records
    >>> ranks = individual_rank(records().experts, records().runs)
    >>> ranks.loc[2:3, ["level", "rank"]].round(2).to_dict("list")  # of the depths
    {'level': ['1', '2'], 'rank': [0.67, 0.33]}
    """
    known = completed(experts, runs)
    known = known[known["individual_loss"].notna()]
    by_run = known.groupby("run")["individual_loss"]
    last = by_run.transform("size") - 1
    ranks = (by_run.rank() - 1) / last.where(last > 0)
    table = _means_over_runs(known.assign(value=ranks), axes(experts), "rank")
    return table.assign(low=table["low"].clip(lower=0.0), high=table["high"].clip(upper=1.0))


def main_effects(experts: pd.DataFrame) -> pd.Series:
    """The logarithm of each expert's individual loss, shrunk halfway towards its main effects.

    The loss of one training is in part luck, and experts that share a level are evidence on each
    other: the main effects are the least-squares fit without interactions between the axes, over
    the experts of one run (shrinkage as by James and Stein 1961; half of the way, as one run cannot
    tell luck from interaction). NaN where the individual loss is not finite.

    Examples
    --------
    >>> from nas.reports.example import records
    >>> np.exp(main_effects(records().experts[:4])).round(3).to_list()  # of 0.02, 0.3, 0.01, 0.1
    [0.021, 0.285, 0.01, 0.105]
    """
    return pd.Series(_shrunk(_log_losses(experts), _levels(experts)), index=experts.index)


def _log_losses(experts: pd.DataFrame) -> np.ndarray:
    losses = experts["individual_loss"].to_numpy(dtype=float)
    usable = np.isfinite(losses) & (losses > 0)
    logs: np.ndarray = np.log(losses, out=np.full(len(losses), np.nan), where=usable)
    return logs


def _levels(experts: pd.DataFrame) -> np.ndarray:
    """A column of 0 and 1 for each level of each axis in play."""
    tables = [pd.get_dummies(experts[axis.name], dtype=float) for axis in axes(experts)]
    return np.column_stack([table.to_numpy() for table in tables])


def _shrunk(own: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """See `main_effects`, for the experts of one run."""
    known = ~np.isnan(own)
    if not known.any():
        return own
    design = levels[known]
    design = design[:, design.any(axis=0)]  # levels that none of them has decide nothing
    weights, *_ = np.linalg.lstsq(design, own[known], rcond=None)
    shrunk = own.copy()
    shrunk[known] = (own[known] + design @ weights) / 2
    return shrunk


def best_single(experts: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Single networks by how well they learn, as far as the search can tell; the best first.

    By the rank of `main_effects` within its run, 0 the best and 1 the worst, averaged over the
    completed runs. Columns: the axes, runs, rank.

    Examples
    --------
    >>> from nas.reports.example import records
    >>> best_single(records().experts, records().runs)["activation"].to_list()
    ['sine', 'sine', 'tanh', 'tanh']
    """
    known, varied = completed(experts, runs), [axis.name for axis in axes(experts)]
    names = [*varied, "runs", "rank"]
    if known.empty:
        return pd.DataFrame(columns=names)
    own, levels, rank = _log_losses(known), _levels(known), np.full(len(known), np.nan)
    for rows in known.groupby("run", sort=True).indices.values():
        shrunk = _shrunk(own[rows], levels[rows])
        last = max(int((~np.isnan(shrunk)).sum()) - 1, 1)
        rank[rows] = (stats.rankdata(shrunk, nan_policy="omit") - 1) / last
    ranked = known.assign(rank=rank).dropna(subset=["rank"]).groupby(varied, sort=True)
    table = ranked.agg(runs=("run", "nunique"), rank=("rank", "mean")).reset_index()
    best: pd.DataFrame = table[names].sort_values("rank", kind="stable", ignore_index=True)
    return best


def agreement(experts: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Kendall's tau-b per run between individual loss and the order of survival.

    1: the experts were dropped in the order of their individual losses, worst first; 0: no
    relation; -1: best first. Survivors tie. Runs where tau is undefined (fewer than three
    experts, no drop, no individual loss) are left out. Columns: run, experts, tau.

    Examples
    --------
    >>> from nas.reports.example import records
    >>> agreement(records().experts, records().runs)["tau"].round(2).to_list()
    [0.91, 0.91, 0.91]
    """
    known = completed(experts, runs)
    known = known[known["individual_loss"].notna()]
    left = known["outcome"] != "survived"  # those that were cut before all others
    lived = (known["ended"] - known["born"]).where(left, np.inf).to_numpy(dtype=float)
    losses, found = known["individual_loss"].to_numpy(dtype=float), []
    for run, rows in known.groupby("run", sort=True).indices.items():
        loss, life = losses[rows], lived[rows]
        if len(rows) >= 3 and len(np.unique(loss)) > 1 and len(np.unique(life)) > 1:
            tau = stats.kendalltau(-loss, life).statistic
            found.append((run, len(rows), float(tau)))
    return pd.DataFrame(found, columns=["run", "experts", "tau"])


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


def _by_level(
    experts: pd.DataFrame, varied: tuple[Axis, ...]
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Axis, level (as text) and the level's experts; numbers in their own order."""
    for axis in varied:
        for level, group in experts.groupby(axis.name, sort=True):
            yield axis.name, axis.text(level), group


def _means_over_runs(experts: pd.DataFrame, varied: tuple[Axis, ...], name: str) -> pd.DataFrame:
    """Mean of ``value`` per level, and Student's interval over the means of the runs."""
    rows = []
    known = experts[experts["value"].notna()]
    for axis, level, group in _by_level(known, varied):
        means = group.groupby("run", sort=True)["value"].mean().to_numpy(dtype=float)
        low, high = intervals.student(means)
        rows.append((axis, level, len(group), len(means), means.mean(), low, high))
    names = ["axis", "level", "experts", "runs", name, "low", "high"]
    return pd.DataFrame(rows, columns=names)
