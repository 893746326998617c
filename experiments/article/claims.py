"""The article's claims on what survives and what dominates where, judged from records."""

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from experiments.harness.figures import Findings
from nas.campaign.records import Records
from nas.reports import survival, survival_words
from nas.reports.claims import claims
from nas.reports.rows import each


def survival_of(findings: Findings, records: Records) -> None:
    """Add the survival of each level, and whether the article's claims on it are seen.

    Of a campaign within a budget its trials count: the race says nothing of single experts.
    """
    done = records.runs["status"] == "completed"
    runs, experts = records.runs[done & (records.runs["stage"] == "selection")], records.experts
    rates = survival.survival_rates(experts, runs)
    chance = survival.chance(experts, runs)
    for axis, rows in rates.groupby("axis", sort=False):
        if len(rows) < 2:
            continue
        findings.add(f"{axis}: probability of such a spread by chance", chance[str(axis)])
        for rate in each(rows):
            findings.add(f"{axis} {rate.level}: share that survives", rate.rate, "", "higher")
            findings.note(f"{survival_words.counted(rate)}.")
    seen = [str(claim) for claim in claims(rates, chance, len(runs))]
    findings.note(f"Seen here: {'; '.join(seen) or 'no level more often than another'}.")
    for sentence in survival_words.article(rates, chance, len(runs)):
        findings.note(f"**The article's {sentence}.**")


def quadrants(findings: Findings, records: Records) -> None:
    """Add how many of four experts survive, and how many of them dominate a quadrant."""
    completed = records.runs[records.runs["status"] == "completed"]
    left = completed["experts_after"]
    maps = [found for run in completed["run"] if (found := records.map(run)) is not None]
    dominant = np.array([dominant_experts(found) for found in maps])
    name = "experts that dominate one of 3 quadrants, mean"
    findings.add("experts that survive, mean", float(left.mean()), "", "lower")
    findings.add("share of runs in which three survive", float((left == 3).mean()), "", "higher")
    findings.add(name, float(dominant.mean()), "", "higher")
    three, runs = int((dominant == 3).sum()), len(dominant)
    findings.add("share of runs in which three dominate a quadrant", three / runs, "", "higher")
    findings.note(
        f"Of {len(completed)} runs, {(left == 2).sum()} end with two experts, "
        f"{(left == 3).sum()} with three and {(left == 4).sum()} with all four. In "
        f"{three} each of the three quadrants has another expert with the greatest mean weight."
    )
    low, high = proportion_confint(three, runs, alpha=1 - survival.COVERAGE, method="wilson")
    verdict = "contradicted" if high < 0.5 else "confirmed" if low > 0.5 else "undecided"
    findings.note(
        "**The article's three experts that share out the quadrants, as the rule: "
        f"{verdict} here ({three} of {runs} runs, {low:.0%} to {high:.0%}).**"
    )


def dominant_experts(grid: pd.DataFrame) -> int:
    """How many experts have the greatest mean weight in one of the L-shape's three quadrants."""
    weights = grid.filter(regex=r"^weight\.")
    inside = weights.notna().all(axis=1)
    quadrant = 2 * (grid["x"] > 0).astype(int) + (grid["y"] > 0).astype(int)
    means = weights[inside].groupby(quadrant[inside]).mean()
    return int(means.idxmax(axis=1).nunique())
