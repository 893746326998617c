"""The article's claims, judged on campaigns that never ran."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.article import __main__ as command
from experiments.article import claims
from experiments.harness.cases import Case
from experiments.harness.figures import Findings
from nas.campaign import config
from nas.campaign.records import Records
from tests.reports.synthetic_campaign import Campaign, expert, run_row


@pytest.mark.parametrize("case", command.EXPERIMENT.cases, ids=lambda case: str(case.name))
def test_each_campaign_has_seeds_enough_for_a_claim_on_survival(case: Case) -> None:
    campaign = config.load(command.HERE / f"{case.name}.yaml")
    assert campaign.seeds >= 10
    assert campaign.tune.m.fixed
    assert campaign.tune.m.low <= 2 * len(campaign.search_space().candidates)


def survivors(folder: Path, keeps: str) -> Records:
    """Twelve runs of two sine and two tanh experts, of which those of one activation survive."""
    made = Campaign()
    for repetition in range(12):
        run = f"0000-{repetition}"
        made.tables["runs"].append(run_row(run, repetition=repetition))
        for index in range(4):
            activation = ("sine", "tanh")[index % 2]
            outcome = "survived" if activation == keeps else "dropped"
            row = expert(run, index, outcome, 50, activation=activation, repetition=repetition)
            made.tables["experts"].append(row)
    return made.records(folder)


@pytest.mark.parametrize(
    ("keeps", "verdict"), [("sine", "confirmed here"), ("tanh", "contradicted here")]
)
def test_survival_is_counted_and_the_article_is_judged(
    tmp_path: Path, keeps: str, verdict: str
) -> None:
    findings = Findings("made_up")
    claims.survival_of(findings, survivors(tmp_path, keeps))
    found = {figure.figure: figure.value for figure in findings.figures}
    assert found == {
        "activation: probability of such a spread by chance": 1e-4,
        "activation sine: share that survives": float(keeps == "sine"),
        "activation tanh: share that survives": float(keeps == "tanh"),
    }
    text = "\n".join(findings.notes)
    assert f"activation sine over tanh: {verdict}" in text
    assert f"activation {keeps}: 24 of 24 survive" in text
    assert f"Seen here: activation {keeps} over" in text


def grid(dominant: dict[tuple[bool, bool], int]) -> pd.DataFrame:
    """Weights of three experts on the L-shape; who dominates where (x > 0, y > 0)."""
    points = [(x, y) for x in np.linspace(-0.9, 0.9, 6) for y in np.linspace(-0.9, 0.9, 6)]
    rows = []
    for x, y in points:
        who = dominant.get((x > 0, y > 0))
        weights = {
            f"weight.{index}": np.nan if who is None else 0.1 + 0.7 * (index == who)
            for index in range(3)
        }
        rows.append({"x": x, "y": y} | weights)
    return pd.DataFrame(rows)


def test_each_quadrant_has_the_expert_with_the_greatest_mean_weight() -> None:
    apart = {(False, False): 0, (False, True): 1, (True, False): 2}
    assert claims.dominant_experts(grid(apart)) == 3
    assert claims.dominant_experts(grid(dict.fromkeys(apart, 1))) == 1
    assert claims.dominant_experts(grid(apart | {(True, False): 0})) == 2


@pytest.mark.parametrize(
    ("apart", "verdict"),
    [(0, "contradicted here (0 of 12 runs, 0% to 24%)"), (6, "undecided"), (12, "confirmed")],
)
def test_the_rule_that_three_dominate_is_judged_over_the_runs(apart: int, verdict: str) -> None:
    runs = [f"0000-{one}" for one in range(12)]
    three = grid({(False, False): 0, (False, True): 1, (True, False): 2})
    one = grid(dict.fromkeys([(False, False), (False, True), (True, False)], 1))
    maps = dict(zip(runs, [three] * apart + [one] * (12 - apart), strict=True))
    table = pd.DataFrame({"run": runs, "status": "completed", "experts_after": 3})
    records: Any = SimpleNamespace(runs=table, map=maps.get)
    findings = Findings("identical")
    claims.quadrants(findings, records)
    assert f"as the rule: {verdict}" in findings.notes[-1]
    values = {figure.figure: figure.value for figure in findings.figures}
    assert values["share of runs in which three dominate a quadrant"] == apart / 12


def test_of_a_race_nothing_is_counted(tmp_path: Path) -> None:
    """Contestants are networks that led or that a gate chose already."""
    made = survivors(tmp_path, "sine")
    raced = made.runs.assign(run="race-" + made.runs["run"], stage="race")
    experts = made.experts.assign(run="race-" + made.experts["run"], outcome="survived")
    with_race = replace(
        made, runs=pd.concat([made.runs, raced]), experts=pd.concat([made.experts, experts])
    )
    findings, alone = Findings("made_up"), Findings("made_up")
    claims.survival_of(findings, with_race)
    claims.survival_of(alone, made)
    assert findings.figures == alone.figures
    assert findings.notes == alone.notes
