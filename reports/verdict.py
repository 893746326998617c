"""Can you trust this? What a validation found, in words that a user understands."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from nas.campaign.records import Records
from nas.reports import trust
from nas.reports.rows import each
from nas.reports.survival import COVERAGE
from nas.reports.words import architecture, number, percent, plural

GOOD_TAU, POOR_TAU = 0.6, 0.4


def verdict(records: Records) -> list[str]:
    """The answer first, then what it rests on; where nothing was validated, how to do it."""
    if records.subsets.empty:
        return [
            "Not measured. The command “nas validate” on this campaign's folder trains the "
            "selected subset again, beside random subsets and single networks, which takes some "
            "fifteen times as long as a run of the search; this section then tells the result."
        ]
    table = trust.runs(records)
    return [_answer(table, records), *_sentences(table, records)]


def _answer(table: pd.DataFrame, records: Records) -> str:
    """By the subset against chance, and by the mixture against one network."""
    single, *_ = trust.over_runs(table, "over_single")
    longest, *_ = trust.over_runs(table, "over_longest")
    subset = _subset(table)
    if math.isnan(single) or math.isnan(longest):
        return f"{subset}."
    if max(single, longest) < 1:
        return f"{subset}. Against the best single network the search is worth its time."
    if longest >= 1:
        rival = f"{_longest(records)}, does as well or better in the time of the search"
    else:
        rival = (
            f"{architecture(_best_alone(records))}, does as well or better in as many iterations"
        )
    return f"{subset}. One single network, {rival}."


def _subset(table: pd.DataFrame) -> str:
    chance, level = trust.chance(table), 1 - COVERAGE
    if math.isnan(chance):
        if (table["size"] == table["pool"]).all():
            return "Nothing was dropped, so there is no choice of a subset to judge"
        return "The subset has not been measured against others of its size yet"
    if chance <= level:
        return "Yes, the subset is better than chance would pick"
    if trust.least_chance(table) > level:
        return (
            f"Undecided: {plural(len(table), 'run')} beside so few random subsets could not tell any "
            "subset from one picked by chance; validate a campaign with more seeds"
        )
    return (
        "No: the subset cannot be told from one picked by chance, which does as well with a "
        f"probability of {percent(chance)}"
    )


def _sentences(table: pd.DataFrame, records: Records) -> Iterator[str]:
    better, low, high = trust.share(table)
    compared = table.dropna(subset=["beaten"])
    if len(compared):
        yield (
            f"Trained again from scratch, the selected subset beats {percent(better)} "
            f"({percent(low)} to {percent(high)}) of {number(compared['subsets'].median())} random "
            f"subsets of its size ({'median of ' * (len(compared) > 1)}"
            f"{plural(len(compared), 'run')})."
        )
    best, whole = _ratio(table, "over_best"), _ratio(table, "over_all")
    error = _error(records)
    if best:
        same = plural(int(table["is_best"].sum()), "run")
        also = f"; in {same} it is that very subset" * bool(table["is_best"].any())
        yield (
            f"Its {error} is {best} times that of a subset of as many best single networks, both "
            f"from scratch{also}."
        )
    if whole:
        yield f"The search's mixture has {whole} times the {error} of the whole pool, never pruned."
    yield from _single(table, records)
    yield from _ranking(trust.rankings(records))
    seconds, evaluations = (trust.over_runs(table, name)[0] for name in ("seconds", "evaluations"))
    if not math.isnan(seconds):
        yield (
            f"The search took {percent(seconds)} of the time, and {percent(evaluations)} of the "
            "point-evaluations, of training every candidate alone"
            f"{': “nas baseline” does that, and was cheaper here' * (seconds > 1)}."
        )
    yield _measured(table)


def _measured(table: pd.DataFrame) -> str:
    """What it all rests on."""
    names = ", ".join(table["run"])
    if len(table) == 1:
        return (
            f"Measured beside run {names} alone, the interval in brackets by Wilson's formula from "
            "its random subsets; a campaign with more seeds, in a folder of its own, can tell the "
            "search from its luck."
        )
    return (
        f"Measured beside the runs {names}. An interval in brackets is one of the median over "
        f"these {len(table)} runs, and holds it with {percent(trust.coverage(len(table)))}."
    )


def _ratio(table: pd.DataFrame, column: str) -> str:
    """A median of ratios with its interval; empty where nothing was measured."""
    middle, low, high = trust.over_runs(table, column)
    if math.isnan(middle):
        return ""
    interval = "" if math.isnan(low) else f" ({number(low)} to {number(high)})"
    return number(middle) + interval


def _single(table: pd.DataFrame, records: Records) -> Iterator[str]:
    ratio, longest = _ratio(table, "over_single"), _ratio(table, "over_longest")
    if not ratio:
        return
    error, best = _error(records), _best_alone(records)
    yield (
        f"The search's mixture has {ratio} times the {error} of the best single network of the "
        f"same seed after as many iterations. Best alone over all seeds: {architecture(best)} "
        f"({number(best.error)})."
    )
    if longest:
        advice = " So learning for longer pays here: give the fine-tuning more iterations."
        yield (
            f"It has {longest} times that of {_longest(records)}, the single network with the "
            "least held-out loss, where that learns for as long as the search took."
            f"{advice * (trust.over_runs(table, 'over_longest')[0] >= 1)}"
        )


def _error(records: Records) -> str:
    """What the errors are that are compared."""
    return "error" if trust.unit(records) == "relative_l2" else "held-out loss"


def _best_alone(records: Records) -> Any:
    """The candidate with the least median error over the seeds."""
    errors = records.singles.assign(error=trust.error(records, records.singles))
    middle = errors.groupby(trust.CANDIDATE)["error"].median().reset_index()
    return next(each(middle.sort_values("error")))


def _longest(records: Records) -> str:
    """Which single networks learnt for as long as the searches took."""
    subsets = records.subsets
    mine = subsets[(subsets["kind"] == "longest") & subsets["run"].isin(trust.validated(records))]
    return " or ".join(sorted(set(mine["members"])))


def _ranking(table: pd.DataFrame) -> Iterator[str]:
    taus = {row.ranking: float(row.tau) for row in each(table) if row.runs}
    known = [_spoken(row) for row in each(table) if row.runs and row.ranking in trust.RANKINGS]
    if not known:
        return
    best = taus.get("individual loss with its kin's", math.nan)
    if best >= GOOD_TAU:
        advice = "The individual loss, with its kin's, is a good guide to single networks."
    elif best >= POOR_TAU:
        advice = "The individual loss, with its kin's, is a rough guide to single networks."
    else:
        advice = "Do not read any of these as a ranking of single networks."
    agreement = taus.get(trust.AGREEMENT, math.nan)
    noise = (
        "" if math.isnan(agreement) else f" Two seeds of these trainings agree at {agreement:.2f}."
    )
    if agreement < POOR_TAU:
        advice += " But seeds differ: which network is best alone is in good part luck here."
    yield (
        f"Agreement with how good each candidate is alone (Kendall's τ): {', '.join(known)}."
        f"{noise} {advice}"
    )


def _spoken(row: Any) -> str:
    interval = "" if math.isnan(row.low) else f" ({row.low:.2f} to {row.high:.2f})"
    return f"{row.ranking} {row.tau:.2f}{interval}"
