"""The figures of a validated campaign, each beside its target."""

from collections.abc import Mapping

import numpy as np

from experiments.harness.figures import Findings
from nas.campaign.records import Records
from nas.reports import claims as reported
from nas.reports import (
    survival,
    survival_words,
    validation_rankings,
    validation_statistics,
)
from nas.reports.rows import each

# Column of `validation_statistics.runs`: its name here, and the most that its median shall be.
MEDIANS: Mapping[str, tuple[str, float | None]] = {
    "over_best": ("selected subset over subset of best single networks", 0.95),
    "over_single": ("search's mixture over best single network, equal iterations", 0.45),
    "over_longest": ("search's mixture over best single network, equal time", None),
    "over_all": ("search's mixture over whole pool, never pruned", 1.1),
    "parameters": ("share of the parameters that survive", 0.25),
    "seconds": ("time of the search over that of all single networks", 0.7),
    "evaluations": ("point-evaluations, the same", None),
}
BEATEN, BEATEN_AT_LEAST = 0.9, 0.5  # random subsets: the median over the seeds, and each of them
DEEPXDE = 0.35  # the search's error over DeepXDE's
ONE_BY_ONE = 0.15  # the search's time over that of DeepXDE for all candidates in turn
GUIDE = validation_rankings.SHRUNK  # what the report goes by for single networks
TAU, TAU_AT_LEAST = 0.6, 0.4


def measure(findings: Findings, records: Records, deepxde: Mapping[int, float]) -> None:
    """Add the figures of one problem; ``deepxde`` has the errors of that by repetition."""
    table = validation_statistics.runs(records)
    beaten = table["better"].dropna()
    name = "random subsets that the selected subset beats"
    if beaten.empty:
        findings.skipped.append(name)
    else:
        findings.add(f"{name}, median", float(beaten.median()), "", "higher", BEATEN)
        findings.add(f"{name}, worst seed", float(beaten.min()), "", "higher", BEATEN_AT_LEAST)
        findings.add(
            "probability that random subsets do as well", validation_statistics.chance(table)
        )
    for column, (name, target) in MEDIANS.items():
        value, low, high = validation_statistics.over_runs(table, column)
        if np.isnan(value):
            findings.skipped.append(name)
            continue
        findings.add(name, value, target=target)
        if not np.isnan(low):
            covered = validation_statistics.coverage(int(table[column].count()))
            findings.note(f"{name}: {covered:.0%} interval {low:.3g} to {high:.3g}.")
    errors = records.runs.set_index("repetition")["relative_l2"]
    ratios = [errors[one] / other for one, other in deepxde.items() if one in errors.index]
    if ratios:
        findings.add(
            "search's error over DeepXDE's, equal time", float(np.median(ratios)), target=DEEPXDE
        )
    for row in validation_rankings.rankings(records).to_dict("records"):
        _ranking(findings, row["ranking"], row["runs"], row["tau"], row["least"])


def one_by_one(findings: Findings, records: Records, seconds: float) -> None:
    """Add the cost of the median search over the ``seconds`` that DeepXDE needs for all."""
    spent = records.attempts.groupby("run").seconds.sum().median()
    findings.add(
        "time of the search over that of DeepXDE for all candidates",
        float(spent) / seconds,
        target=ONE_BY_ONE,
    )


def claims(findings: Findings, records: Records) -> None:
    """Add whether what the first half of the seeds lets the report claim holds in the second."""
    runs, experts = records.runs[records.runs["status"] == "completed"], records.experts
    early = runs["repetition"] < len(runs) // 2
    first, second = (survival.survival_rates(experts, half) for half in (runs[early], runs[~early]))
    chance = survival.chance(experts, runs[early])
    made = reported.claims(first, chance, int(early.sum()))
    held = [claim for claim in made if claim.holds(second)]
    findings.add(f"claims on what survives, from {early.sum()} seeds", len(made))
    if made:
        name = f"share of these that holds in {(~early).sum()} other seeds"
        findings.add(name, len(held) / len(made), "", "higher", 1.0)
    for claim in made:
        verdict = "holds" if claim in held else "does not hold"
        findings.note(f"{claim}: {verdict} in the other seeds.")
    rates = survival.survival_rates(experts, runs)
    for rate in each(rates):
        findings.note(f"{survival_words.counted(rate)}, all {len(runs)} seeds.")
    for sentence in survival_words.article(rates, survival.chance(experts, runs), len(runs)):
        findings.note(f"The article's {sentence}.")


def _ranking(findings: Findings, ranking: str, runs: int, tau: float, least: float) -> None:
    if not runs or np.isnan(tau):
        return
    if ranking == validation_rankings.AGREEMENT:
        findings.add("tau of two seeds of single networks, mean", tau, "", "higher")
        return
    wanted = (TAU, TAU_AT_LEAST) if ranking == GUIDE else (None, None)
    findings.add(f"tau of {ranking}, mean", tau, "", "higher", wanted[0])
    findings.add(f"tau of {ranking}, worst seed", least, "", "higher", wanted[1])
