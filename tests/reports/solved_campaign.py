"""A campaign within a budget that random waves have solved."""

from dataclasses import replace

from nas.campaign.records import Records
from nas.reports import raced


def solved() -> Records:
    """Of random waves alone, which were found before anybody learnt."""
    before = raced.records()
    won = before.race[before.race["won"]].assign(iterations=0, members="sine 1×100 ×0.25 output")
    runs = before.runs[before.runs["run"].isin(won["run"])]
    experts = before.experts[before.experts["run"].isin(won["run"])]
    trials = before.trials[before.trials["best_run"].isin(won["run"])]
    none = before.subsets.iloc[:0]
    return replace(before, race=won, runs=runs, experts=experts, trials=trials, subsets=none)
