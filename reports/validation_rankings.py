"""What a search says about single candidates, against how good each is alone.

Kendall's τ in each validated run; an interval is a bootstrap over the runs.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from nas.campaign.records import Records
from nas.reports.individual_losses import main_effects
from nas.reports.intervals import COVERAGE
from nas.reports.validation_statistics import CANDIDATE, error, validated

# What a search alone says about single candidates: in words, and its column.
SHRUNK = "shrunk individual loss"
RANKINGS = {
    "individual loss": "individual_loss",
    SHRUNK: "main_effects",
    "importance": "importance",
    "order of survival": "lived",
    "leave-one-out effect": "leave_one_out",
}
_BETTER_IS_LESS = {"individual_loss", "main_effects"}
AGREEMENT = "two repetitions"
_RESAMPLES = 2_000  # behind the interval of a mean τ


def rankings(records: Records) -> pd.DataFrame:
    """How well what a search says about single candidates agrees with how good each is alone.

    Kendall's τ between each of `RANKINGS` and the candidate's error alone (the mean logarithm over
    the repetitions), in each validated run. Columns: ranking, runs, tau (the mean over the runs),
    least, low, high (a bootstrap over the runs, from three on; too narrow for fewer than ten). The
    last row, `AGREEMENT`, is the noise beside it: how well two repetitions of the single trainings
    agree with each other, without an interval, as the pairs share repetitions.

    Examples
    --------
    >>> from nas.reports import example
    >>> table = rankings(example.records()).set_index("ranking")
    >>> table["tau"].round(2).to_dict()  # doctest: +NORMALIZE_WHITESPACE
    {'individual loss': 1.0, 'shrunk individual loss': 1.0, 'importance': 0.67,
     'order of survival': 0.91, 'leave-one-out effect': 1.0, 'two repetitions': nan}
    """
    singles = records.singles
    singles = singles.assign(error=error(records, singles))
    alone = singles.assign(error=np.log(singles["error"]))
    rows = []
    for ranking, column in RANKINGS.items():
        taus = [tau for run in _experts(records) if not np.isnan(tau := _tau(run, alone, column))]
        rows.append((ranking, len(taus), *_mean(taus)))
    mean, least, *_ = _mean(list(_agreement(alone)))
    rows.append((AGREEMENT, alone["repetition"].nunique(), mean, least, np.nan, np.nan))
    return pd.DataFrame(rows, columns=["ranking", "runs", "tau", "least", "low", "high"])


def _experts(records: Records) -> Iterator[pd.DataFrame]:
    """The experts of each validated run."""
    lived = (records.experts["ended"] - records.experts["born"]).astype(float)
    lived = lived.where(records.experts["outcome"] != "survived", np.inf)
    experts = records.experts.assign(lived=lived)
    for run in validated(records):
        mine = experts[experts["run"] == run]
        yield mine.assign(main_effects=main_effects(mine))


def _tau(experts: pd.DataFrame, alone: pd.DataFrame, column: str) -> float:
    truth = alone.groupby(CANDIDATE)["error"].mean().rename("truth").reset_index()
    guess = experts.groupby(CANDIDATE)[column].mean().rename("guess").reset_index()
    both = truth.merge(guess, on=CANDIDATE).dropna()
    if len(both) < 3 or both["guess"].nunique() < 2:
        return float("nan")
    sign = 1 if column in _BETTER_IS_LESS else -1
    return float(stats.kendalltau(sign * both["guess"].rank(), both["truth"]).statistic)


def _agreement(alone: pd.DataFrame) -> Iterator[float]:
    table = alone.pivot_table(index=CANDIDATE, columns="repetition", values="error").dropna()
    if len(table) >= 3:
        for one, other in combinations(table.columns, 2):
            yield float(stats.kendalltau(table[one], table[other]).statistic)


def _mean(values: list[float]) -> tuple[float, float, float, float]:
    """Mean, least, and the mean's interval."""
    if not values:
        return (float("nan"),) * 4
    known = np.array(values)
    return float(known.mean()), float(known.min()), *_bootstrap(known)


def _bootstrap(values: NDArray[np.float64]) -> tuple[float, float]:
    """Percentile interval of the mean over resampled runs; the seed is fixed."""
    if len(values) < 3:
        return float("nan"), float("nan")
    drawn = np.random.default_rng(0).choice(values, (_RESAMPLES, len(values))).mean(axis=1)
    low, high = np.quantile(drawn, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return float(low), float(high)
