"""Can you trust this? What a validation found, in sentences."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from nas.campaign.records import Records
from nas.reports import race
from nas.reports import validation_rankings as ranked
from nas.reports import validation_statistics as statistics
from nas.reports.intervals import COVERAGE
from nas.reports.rows import each
from nas.reports.words import number, percent, plural, times
from nas.search_spaces.candidates import written

GOOD_TAU, POOR_TAU = 0.6, 0.4  # agreement of a good guide at least, and of no guide at most


def summary(records: Records) -> list[str]:
    """The answer first, then what it rests on; where nothing was validated, how to do that.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(summary(example.records())[1])  # doctest: +NORMALIZE_WHITESPACE
    Trained again from scratch, the selected subset beats 100 % (44 % to 100 %) of 3 random
    subsets of its size (1 run).
    """
    if records.subsets.empty and race.is_solved(records):
        return [
            "There is nothing to compare it with: random waves were solved for before any network "
            "learnt, and nothing was chosen. The held-out loss says how far they fulfil the "
            "equations and conditions, and the estimated error how far the answer may be off."
        ]
    if records.subsets.empty and not records.race.empty and not race.is_run(records):
        before = (
            "There is nothing to compare it with: the budget was over before a race, in which "
            "teams and single networks have equal time. "
        )
        if race.is_needless(records):
            return [f"{before}By the estimated error the answer hardly needs one."]
        return [f"{before}Run the same search with a larger budget: it goes on from here."]
    if records.subsets.empty and not records.race.empty:
        return [
            "Within a budget the race is the measure: teams and single networks had equal time, "
            "and the better ones more of it. Other choices are not compared yet: the command “nas "
            "validate” on this campaign's folder trains some two dozen, each for as long as the "
            "contestant learnt in its race."
        ]
    if records.subsets.empty:
        return [
            "Not measured. The command “nas validate” on this campaign's folder trains the "
            "selected subset again, beside random subsets and single networks, which takes some "
            "fifteen times as long as a run of the search; the result then appears here."
        ]
    table = statistics.runs(records)
    return [_answer(table, records), *_sentences(table, records)]


def _answer(table: pd.DataFrame, records: Records) -> str:
    """By the subset against chance, and by the mixture against one network."""
    single, *_ = statistics.over_runs(table, "over_single")
    longest, *_ = statistics.over_runs(table, "over_longest")
    subset = _subset(table)
    if math.isnan(single) or math.isnan(longest):
        return f"{subset}."
    if max(single, longest) < 1:
        return f"{subset}. Against the best single network the search is worth its time."
    if longest >= 1:
        other = f"{_longest(records)}, does as well or better in the time of the search"
    else:
        name = written(_best_single(records))
        other = f"{name}, does as well or better in the same number of iterations"
    return f"{subset}. A single network, {other}."


def _subset(table: pd.DataFrame) -> str:
    chance, level = statistics.chance(table), 1 - COVERAGE
    if math.isnan(chance):
        if (table["size"] == table["pool"]).all():
            return "Nothing was dropped, so there is no choice of a subset to judge"
        return "The subset has not been measured against others of its size yet"
    if chance <= level:
        return "Yes, the subset is better than chance would pick"
    if statistics.least_chance(table) > level:
        return (
            f"Undecided: {plural(len(table), 'run')} and so few random subsets cannot "
            "distinguish any subset from a random one; validate a campaign with more seeds"
        )
    return (
        "No: the subset is indistinguishable from a random one, which would do as well with "
        f"probability {percent(chance)}"
    )


def _sentences(table: pd.DataFrame, records: Records) -> Iterator[str]:
    better, low, high = statistics.share(table)
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
        also = f"; in {same} the two are the same subset" * bool(table["is_best"].any())
        yield (
            f"Its {error} is {best} that of the subset of the same number of best single "
            f"networks, both from scratch{also}."
        )
    if whole:
        yield f"The {error} of the search's mixture is {whole} that of the pool without pruning."
    yield from _single(table, records)
    yield from _ranking(ranked.rankings(records))
    seconds, evaluations = (
        statistics.over_runs(table, name)[0] for name in ("seconds", "evaluations")
    )
    if not math.isnan(seconds):
        yield (
            f"The search took {percent(seconds)} of the time, and {percent(evaluations)} of the "
            "evaluations at points, that training every candidate as a single network takes"
            f"{': “nas baseline” does that, and was cheaper here' * (seconds > 1)}."
        )
    yield _measured(table)


def _measured(table: pd.DataFrame) -> str:
    """What it all rests on."""
    names = ", ".join(table["run"])
    if len(table) == 1:
        return (
            f"Measured beside run {names} only; the interval in brackets is Wilson's, from its "
            "random subsets. A campaign with more seeds, in a folder of its own, can "
            "separate skill from luck."
        )
    return (
        f"Measured beside the runs {names}. Intervals in brackets are for the median over these "
        f"{len(table)} runs, and cover it with {percent(statistics.coverage(len(table)))}."
    )


def _ratio(table: pd.DataFrame, column: str) -> str:
    """A median of ratios with its interval, "0.9 times"; empty where nothing was measured."""
    middle, low, high = statistics.over_runs(table, column)
    if math.isnan(middle):
        return ""
    interval = "" if math.isnan(low) else f" ({number(low)} to {number(high)})"
    return times(middle) + interval


def _single(table: pd.DataFrame, records: Records) -> Iterator[str]:
    ratio, longest = _ratio(table, "over_single"), _ratio(table, "over_longest")
    if not ratio:
        return
    error, best = _error(records), _best_single(records)
    yield (
        f"The {error} of the search's mixture is {ratio} that of the best single network of the "
        "same seed after the same number of iterations. Best over all seeds: "
        f"{written(best)} ({number(best.error)})."
    )
    if longest:
        advice = " So longer training pays here: give the fine-tuning more iterations."
        yield (
            f"It is {longest} that of {_longest(records)}, the single network with the "
            "lowest held-out loss, when that is trained for as long as the search took."
            f"{advice * (statistics.over_runs(table, 'over_longest')[0] >= 1)}"
        )


def _error(records: Records) -> str:
    """What the errors are that are compared."""
    return "error" if statistics.unit(records) == "relative_l2" else "held-out loss"


def _best_single(records: Records) -> Any:
    """The candidate with the lowest median error over the seeds."""
    errors = records.singles.assign(error=statistics.error(records, records.singles))
    middle = errors.groupby(statistics.CANDIDATE)["error"].median().reset_index()
    return next(each(middle.sort_values("error")))


def _longest(records: Records) -> str:
    """Which single networks were trained for as long as the searches took."""
    subsets = records.subsets
    validated = subsets["run"].isin(statistics.validated(records))
    mine = subsets[validated & (subsets["kind"] == "longest")]
    return " or ".join(sorted(set(mine["members"])))


def _ranking(table: pd.DataFrame) -> Iterator[str]:
    taus = {row.ranking: float(row.tau) for row in each(table) if row.runs}
    known = [_spoken(row) for row in each(table) if row.runs and row.ranking in ranked.RANKINGS]
    if not known:
        return
    best = taus.get(ranked.SHRUNK, math.nan)
    if best >= POOR_TAU:
        quality = "good" if best >= GOOD_TAU else "rough"
        advice = f"The {ranked.SHRUNK} is a {quality} guide to single networks."
    else:
        advice = "Do not read any of these as a ranking of single networks."
    agreement = taus.get(ranked.AGREEMENT, math.nan)
    noise = (
        "" if math.isnan(agreement) else f" Two seeds of these trainings agree to {agreement:.2f}."
    )
    if agreement < POOR_TAU:
        advice += (
            " But seeds differ: which single network is best is largely a matter of luck here."
        )
    yield (
        "Agreement with how good each candidate is as a single network (Kendall's τ): "
        f"{', '.join(known)} (shrunk: halfway towards the main effects).{noise}"
    )
    yield advice


def _spoken(row: Any) -> str:
    interval = "" if math.isnan(row.low) else f" ({row.low:.2f} to {row.high:.2f})"
    return f"{row.ranking} {row.tau:.2f}{interval}"
