"""Can the choice be trusted? Statistics on what `nas validate` trained, pure functions of tables.

The error of a network is its relative L2 error where the truth is known, else its held-out
physics loss. All that is compared had the same points and as many iterations, unless it says
otherwise.
"""

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from nas.campaign.records import Records
from reports.rows import each
from reports.survival import COVERAGE

CANDIDATE = ["activation", "depth", "width"]
# What a search alone tells of single candidates, and the sign that makes more of it better.
RANKINGS = {
    "own residual": "own_loss",
    "importance": "importance",
    "order of survival": "lived",
    "leave-one-out effect": "leave_one_out",
}
_BETTER_IS_LESS = {"own residual"}
_RESAMPLES = 2_000  # behind an interval over runs


def error(table: pd.DataFrame) -> pd.Series:
    """The error of each row: against the truth where all have one, else the held-out loss."""
    known = table["relative_l2"].notna().all()
    column: pd.Series = table["relative_l2" if known else "held_out_loss"]
    return column.astype(float)


def runs(records: Records) -> pd.DataFrame:
    """One row for each validated run.

    Columns: run, size (of the selected team), pool, teams (random ones), better (the share of
    them that the selected team, trained again from scratch, beats; of equals half), low, high
    (Wilson), and ratios of errors: ``over_best`` (selected team over the team of the best single
    networks, both from scratch), ``over_single`` (the search's mixture over the best single
    network, equal iterations), ``over_longest`` (over the best single network trained as long as
    the search), ``over_all`` (over the whole pool never pruned), ``parameters`` (the share that
    survived), ``seconds`` and ``evaluations`` (of the search over those of all candidates alone).
    NaN where something was not measured.
    """
    done = records.teams[records.teams["status"] == "completed"]
    rows = [
        _run(records, str(run), teams, _alone(records, str(run)))
        for run, teams in done.groupby("run", sort=True)
    ]
    names = ["run", "size", "pool", "teams", "better", "low", "high", *RATIOS]
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


def _run(records: Records, run: str, teams: pd.DataFrame, alone: pd.DataFrame) -> dict[str, object]:
    teams = teams.assign(error=error(teams))
    by_kind = {str(kind): rows["error"].to_numpy() for kind, rows in teams.groupby("kind")}
    (known,) = each(records.runs[records.runs["run"] == run])
    mixture = known.relative_l2 if pd.notna(known.relative_l2) else known.held_out_loss
    selected = _first(by_kind, "selected")
    share, low, high = _beaten(selected, by_kind.get("random", np.empty(0)))
    attempts = records.attempts[records.attempts["run"] == run]
    return {
        "run": run,
        "size": int(known.experts_after),
        "pool": int(known.experts_before),
        "teams": len(by_kind.get("random", ())),
        "better": share,
        "low": low,
        "high": high,
        "over_best": selected / _first(by_kind, "best"),
        "over_single": mixture / (error(alone).min() if len(alone) else np.nan),
        "over_longest": mixture / _first(by_kind, "longest"),
        "over_all": mixture / _first(by_kind, "all"),
        "parameters": known.parameters_after / known.parameters_before,
        "seconds": attempts["seconds"].sum() / (alone["seconds"].sum() or np.nan),
        "evaluations": known.evaluations / (alone["evaluations"].sum() or np.nan),
    }


def _first(by_kind: dict[str, NDArray[np.float64]], kind: str) -> float:
    return float(by_kind[kind][0]) if kind in by_kind else float("nan")


def _beaten(mine: float, others: NDArray[np.float64]) -> tuple[float, float, float]:
    """The share of ``others`` that are worse than ``mine``, and its interval."""
    if not len(others) or np.isnan(mine):
        return float("nan"), float("nan"), float("nan")
    beaten = float((others > mine).sum() + (others == mine).sum() / 2)
    low, high = proportion_confint(beaten, len(others), alpha=1 - COVERAGE, method="wilson")
    return beaten / len(others), float(low), float(high)


def _alone(records: Records, run: str) -> pd.DataFrame:
    """The candidates of a run's pool, alone, in the run's repetition."""
    pool = records.experts.loc[records.experts["run"] == run, [*CANDIDATE, "repetition"]]
    merged: pd.DataFrame = records.singles.merge(pool.drop_duplicates(), on=list(pool.columns))
    return merged


def over_runs(table: pd.DataFrame, column: str) -> tuple[float, float, float]:
    """Median over the runs and its bootstrap interval; no interval for fewer than three runs."""
    values = table[column].dropna().to_numpy(dtype=float)
    if not len(values):
        return float("nan"), float("nan"), float("nan")
    return float(np.median(values)), *_bootstrap(values, lambda some: float(np.median(some)))


def rankings(records: Records) -> pd.DataFrame:
    """How well what a search tells of single candidates agrees with how good each is alone.

    Kendall's τ between each of `RANKINGS` and the candidate's error alone (the mean logarithm over
    the repetitions), in each validated run. Columns: ranking, runs, tau (the mean over the runs),
    least, low, high (a bootstrap over the runs). The last row, ``ceiling``, is how well two
    repetitions of the single trainings agree with each other: no ranking can be expected to do
    better.
    """
    alone = records.singles.assign(error=np.log(error(records.singles)))
    rows = []
    for ranking, column in RANKINGS.items():
        taus = [tau for run in _validated(records) if not np.isnan(tau := _tau(run, alone, column))]
        rows.append((ranking, len(taus), *_mean(taus)))
    rows.append(("ceiling", alone["repetition"].nunique(), *_mean(list(_ceiling(alone)))))
    return pd.DataFrame(rows, columns=["ranking", "runs", "tau", "least", "low", "high"])


def _validated(records: Records) -> Iterator[pd.DataFrame]:
    """The experts of each validated run."""
    names = records.teams["run"].unique()
    lived = (records.experts["ended"] - records.experts["born"]).astype(float)
    lived = lived.where(records.experts["fate"] == "dropped", np.inf)
    experts = records.experts.assign(lived=lived)
    for run in sorted(names):
        yield experts[experts["run"] == run]


def _tau(experts: pd.DataFrame, alone: pd.DataFrame, column: str) -> float:
    truth = alone.groupby(CANDIDATE)["error"].mean().rename("truth").reset_index()
    told = experts.groupby(CANDIDATE)[column].mean().rename("told").reset_index()
    both = truth.merge(told, on=CANDIDATE).dropna()
    if len(both) < 3 or both["told"].nunique() < 2:
        return float("nan")
    sign = 1 if column in {RANKINGS[name] for name in _BETTER_IS_LESS} else -1
    return float(stats.kendalltau(sign * both["told"].rank(), both["truth"]).statistic)


def _ceiling(alone: pd.DataFrame) -> Iterator[float]:
    table = alone.pivot_table(index=CANDIDATE, columns="repetition", values="error").dropna()
    if len(table) >= 3:
        for one, other in combinations(table.columns, 2):
            yield float(stats.kendalltau(table[one], table[other]).statistic)


def _mean(values: list[float]) -> tuple[float, float, float, float]:
    """Mean, least, and the mean's interval."""
    if not values:
        return (float("nan"),) * 4
    known = np.array(values)
    return float(known.mean()), float(known.min()), *_bootstrap(known, lambda some: some.mean())


def _bootstrap(
    values: NDArray[np.float64], statistic: Callable[[NDArray[np.float64]], float]
) -> tuple[float, float]:
    """Percentile interval of a statistic over resampled runs; the seed is fixed."""
    if len(values) < 3:
        return float("nan"), float("nan")
    rng = np.random.default_rng(0)
    drawn = [statistic(rng.choice(values, len(values))) for _ in range(_RESAMPLES)]
    low, high = np.quantile(drawn, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return float(low), float(high)
