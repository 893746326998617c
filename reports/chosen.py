"""What is recommended, out of what, and why; in words that the terminal and the page share."""

import math

import pandas as pd

from nas.campaign.recommendation import WITHIN, as_good, within
from nas.reports.words import lines as lines_of
from nas.reports.words import number
from nas.search_spaces.candidates import OUTPUT


def why(trials: pd.DataFrame, runs: pd.DataFrame) -> str:
    """Out of what the recommended one of ``trials`` was chosen, and why.

    Examples
    --------
    >>> from nas.reports import example
    >>> records = example.records()
    >>> why(records.trials, records.runs)
    'least held-out loss of 3 trials'
    """
    asked, thing = among(trials), things(trials)
    done = asked[asked["status"] == "completed"].reset_index(drop=True)
    if len(done) == 1:
        return f"the only {thing}" + " that was completed" * (len(asked) > 1)
    losses = done["held_out_loss"].to_list()
    best = int(done.index[done["recommended"].astype(bool)][0])
    if best not in within(losses):
        return "the knee of the front of loss and size, by the rule of an earlier version"
    if losses[best] == min(losses):
        return f"least held-out loss of {len(done)} {thing}s"
    estimates = dict(zip(runs["run"], runs["error_estimate"], strict=True))
    errors = [float(estimates[run]) for run in done["best_run"]]
    near = as_good(losses, [error if math.isfinite(error) else None for error in errors])
    if best not in near:
        return "smallest of those with little more loss, by the rule of an earlier version"
    return (
        f"smallest of {len(near)} {thing}s within a factor of {WITHIN:.0f} of the least held-out "
        "loss and of its estimated error"
    )


def things(trials: pd.DataFrame) -> str:
    """What those are that are chosen among.

    Examples
    --------
    >>> from nas.reports import example
    >>> things(example.records().trials)
    'trial'
    """
    return "contestant" if _raced(trials).any() else "trial"


def named(run: pd.Series) -> str:
    """What a run is called: by its trial, or as the contestant of a race that it is.

    Examples
    --------
    >>> named(pd.Series({"run": "0001-0", "trial": 1, "stage": "selection"}))
    'trial 1 (run 0001-0)'
    >>> named(pd.Series({"run": "race-0-2", "trial": 1002, "stage": "race"}))
    'contestant race-0-2'
    """
    return f"contestant {run.run}" if run.stage == "race" else f"trial {run.trial} (run {run.run})"


def _raced(trials: pd.DataFrame) -> pd.Series:
    return trials["stage"] == "race"


def among(trials: pd.DataFrame) -> pd.DataFrame:
    """Those rows of ``trials`` that are chosen among: contestants, once there are any.

    Examples
    --------
    >>> from nas.reports import raced
    >>> among(raced.records().trials)["best_run"].to_list()
    ['race-0-0', 'race-0-1', 'race-0-2']
    """
    raced = _raced(trials)
    return trials[raced] if raced.any() else trials


def alternative(trials: pd.DataFrame, runs: pd.DataFrame) -> str:
    """The small alternative to the recommended trial, and what speaks against it; "" without one.

    Examples
    --------
    >>> from nas.reports import example
    >>> records = example.records()
    >>> records.trials["alternative"] = records.trials["trial"] == 0
    >>> alternative(records.trials, records.runs)
    'trial 0 (run 0000-0), the knee of the front: 420 parameters, held-out loss 2.00e-3'
    >>> records.runs.loc[records.runs["run"] == "0000-0", "warnings"] = "it is too flat"
    >>> alternative(records.trials, records.runs)[-37:]
    'loss 2.00e-3; warning: it is too flat'
    """
    run = alternative_run(trials)
    return "".join(
        f"{named(row)}, the knee of the front: "
        f"{row.parameters_after:,.0f} parameters, held-out loss {number(row.held_out_loss)}"
        + "".join(f"; warning: {line}" for line in lines_of(row.warnings))
        for _, row in runs[runs["run"] == run].iterrows()
    )


def alternative_run(trials: pd.DataFrame) -> str | None:
    """The best run of the small alternative; None where there is none.

    Examples
    --------
    >>> from nas.reports import example
    >>> alternative_run(example.records().trials) is None
    True
    """
    small = trials[trials["alternative"].astype(bool)]
    return None if small.empty else str(small["best_run"].iloc[0])


def kept(before: float, after: float, survivors: pd.DataFrame) -> str:
    """What is to be said of so many experts before and after; mostly nothing.

    Examples
    --------
    >>> one = pd.DataFrame({"learns": ["all"]})
    >>> kept(6, 6, one), kept(8, 1, one), kept(8, 3, one)
    ('nothing was dropped', 'a single network', '')
    >>> kept(8, 1, pd.DataFrame({"learns": ["output"]}))
    'a single network of random waves'
    """
    if after == 1:
        return f"a single network{' of random waves' * are_waves(survivors)}"
    return "nothing was dropped" if before == after else ""


def are_waves(experts: pd.DataFrame) -> bool:
    """Whether all are random waves, whose output layer was solved, and nothing else learnt.

    Examples
    --------
    >>> are_waves(pd.DataFrame({"learns": ["output"]})), are_waves(pd.DataFrame({"depth": [2]}))
    (True, False)
    """
    return "learns" in experts and set(experts["learns"]) == {OUTPUT}
