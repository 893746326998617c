"""Which of m, p and threshold mattered for the held-out loss, by the trials that there are.

By PED-ANOVA (Watanabe et al. 2023), as Optuna has it: a setting matters where the better half of
the trials have other values of it than all trials. Shares always add up to one, also of noise, so
each comes with how often chance alone gives as much.
"""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nas.reports.rows import each
from nas.reports.words import listed, percent, plural

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

SETTINGS = ("m", "p", "threshold")
LEAST = 10  # trials: five in the better half, which the method asks for
BETTER = 0.5  # the share of the trials that count as good
LEVEL = 0.05
_DEALS = 199  # random deals of the losses behind a p-value: resolves 0.005


def usable(trials: pd.DataFrame) -> pd.DataFrame:
    """The trials that say something of settings: of the gate, completed.

    Examples
    --------
    >>> from nas.reports import example
    >>> usable(example.records().trials)["trial"].to_list()
    [0, 1, 2]
    """
    known = trials["stage"].eq("selection") & np.isfinite(trials["held_out_loss"].astype(float))
    return trials[known & (trials["held_out_loss"] > 0)].dropna(subset=list(SETTINGS))


def importance(trials: pd.DataFrame) -> pd.DataFrame:
    """Columns: setting, share, p_value, the greatest share first; no rows of too few trials.

    ``p_value``: how often losses dealt at random among the trials give a setting as much. The seed
    is fixed. Settings that have one value in all trials are left out.

    Examples
    --------
    Of twelve trials whose loss depends on p alone:

    >>> rng = np.random.default_rng(0)
    >>> trials = pd.DataFrame({"stage": "selection", "m": rng.integers(8, 25, 12),
    ...                        "p": rng.uniform(0.2, 0.9, 12), "threshold": 0.3})
    >>> found = importance(trials.assign(held_out_loss=trials["p"] ** 2))
    >>> found["setting"].to_list(), bool(found["p_value"][0] < LEVEL)
    (['p', 'm'], True)
    """
    known = usable(trials)
    varied = [name for name in SETTINGS if known[name].nunique() > 1]
    names = ["setting", "share", "p_value"]
    losses = known["held_out_loss"].to_numpy(dtype=np.float64)
    if len(known) < LEAST or not varied or not np.ptp(losses) > 0:
        return pd.DataFrame(columns=names)
    rng = np.random.default_rng(0)
    dealt = [losses, *(rng.permutation(losses) for _ in range(_DEALS))]
    found = _importances(known[varied], dealt)
    as_much = (found >= found[0] * (1 - 1e-12)).mean(axis=0)  # the trials' own deal is one of them
    shares = found[0] / (found[0].sum() or 1.0)
    table = pd.DataFrame({"setting": varied, "share": shares, "p_value": as_much})
    best: pd.DataFrame = table.sort_values("share", ascending=False, kind="stable")
    return best.reset_index(drop=True)


def sentence(trials: pd.DataFrame, table: pd.DataFrame) -> str:
    """What `importance` says of trials.

    Examples
    --------
    >>> from nas.reports import example
    >>> trials = example.records().trials
    >>> print(sentence(trials, importance(trials)))  # doctest: +ELLIPSIS
    Too few trials: 3 were completed, and it takes 10 to tell whether m, p or threshold mattered.
    """
    count = len(usable(trials))
    if count < LEAST:
        verb = "was" if count == 1 else "were"
        return (
            f"Too few trials: {count} {verb} completed, and it takes {LEAST} to tell whether "
            f"{', '.join(SETTINGS[:-1])} or {SETTINGS[-1]} mattered."
        )
    if table.empty:
        return "All trials had the same settings, or the same loss: there is nothing to compare."
    level = LEVEL / len(table)
    sure = [row for row in each(table) if row.p_value < level]
    over = f"by {plural(count, 'trial')}"
    if not sure:
        return (
            f"No setting can be said to matter for the held-out loss, {over}: chance does as much."
        )
    named = listed([f"{row.setting} ({percent(row.share)}, {_odds(row.p_value)})" for row in sure])
    return f"For the held-out loss {named} mattered, {over}."


def _odds(p_value: float) -> str:
    return f"p = {p_value:.2g}"


def _importances(values: pd.DataFrame, dealt: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """A row for each of the ``dealt`` losses, a column for each setting."""
    import optuna  # here, not above: it takes a second to load, and few campaigns need it
    from optuna.importance import PedAnovaImportanceEvaluator

    names = [str(name) for name in values]
    spans: dict[str, optuna.distributions.BaseDistribution] = {
        name: optuna.distributions.FloatDistribution(
            float(values[name].min()), float(values[name].max())
        )
        for name in names
    }
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(directions=["minimize"])
    for row in values.to_numpy(dtype=np.float64):
        known: dict[str, Any] = dict(zip(names, map(float, row), strict=True))
        study.add_trial(optuna.create_trial(params=known, distributions=spans, value=0.0))
    evaluator = PedAnovaImportanceEvaluator(target_quantile=BETTER)
    rows = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that small is good is meant
        for losses in dealt:
            found = evaluator.evaluate(study, target=_number_in(losses))
            rows.append([found[name] for name in names])
    return np.array(rows)


def _number_in(losses: NDArray[np.float64]) -> Callable[["FrozenTrial"], float]:
    """The loss that was dealt to a trial."""
    return lambda trial: float(losses[trial.number])
