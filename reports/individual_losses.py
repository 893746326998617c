"""How good single networks are: statistics on the experts' individual losses, pure functions.

An expert's individual loss, after the warm-up, ranks *single networks* (`individual_rank`,
`best_single`), whatever the gate made of them (see `nas.reports.survival`). `agreement` says how
far the two go together.
"""

import numpy as np
import pandas as pd
from scipy import stats

from nas.reports.levels import axes, completed, means_over_runs


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
    table = means_over_runs(known.assign(value=ranks), axes(experts), "rank")
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
