"""The campaign of `nas.reports.example`, searched within a budget: its trials led to a race.

Three contestants: what the gate of trial 1 had left, and the two sines of it by themselves.
"""

from dataclasses import replace
from typing import Any

import pandas as pd

from nas.campaign.records import Records
from nas.reports import example

NAMES = ("race-0-0", "race-0-1", "race-0-2")
ORIGINS = ("trial 1", "single", "single")
MEMBERS = ((0, 2), (2,), (0,))  # indices in the pool
LOSSES = (6e-4, 3e-4, 5e-3)
LEFT_IN = (1, None, 0)
WINNER = 1
FIRST = 1000  # number of the first contestant among the trials


def records() -> Records:
    """The tables, as `nas.campaign.records.read` gives them.

    Examples
    --------
    >>> records().race["members"].to_list()
    ['sine 1×8, sine 2×16', 'sine 2×16', 'sine 1×8']
    >>> records().trials.query("recommended")["best_run"].to_list()
    ['race-0-1']
    """
    before, numbers = example.records(), range(len(NAMES))
    trials = before.trials.assign(on_front=False, recommended=False, alternative=False)
    return replace(
        before,
        campaign={**before.campaign, "configuration": {"budget": 60.0, "trials": 4, "seeds": 1}},
        trials=pd.concat([trials, pd.DataFrame(map(_trial, numbers))], ignore_index=True),
        runs=pd.concat([before.runs, _runs(before.runs)], ignore_index=True),
        experts=pd.concat([before.experts, *(_experts(before.experts, n) for n in numbers)]),
        race=pd.DataFrame(map(_contestant, numbers)),
    )


def _runs(runs: pd.DataFrame) -> pd.DataFrame:
    best = runs[runs["trial"] == example.BEST].iloc[0]
    return pd.DataFrame(best.to_dict() | _run(number) for number in range(len(NAMES)))


def _keys(number: int) -> dict[str, Any]:
    return {"run": NAMES[number], "trial": FIRST + number, "repetition": 0}


def _run(number: int) -> dict[str, Any]:
    size = sum(example.POOL[index][3] for index in MEMBERS[number])
    return _keys(number) | {
        "stage": "race", "m": len(example.POOL), "p": None, "threshold": None, "steps": 0,
        "iterations": 80, "experts_after": len(MEMBERS[number]), "parameters_after": size,
        "drops": 0, "held_out_loss": LOSSES[number], "relative_l2": LOSSES[number] ** 0.5,
    }  # fmt: skip


def _trial(number: int) -> dict[str, Any]:
    run, won = _run(number), number == WINNER
    shared = {name: run[name] for name in ("trial", "stage", "m", "p", "threshold")}
    scores = {name: run[name] for name in ("held_out_loss", "relative_l2")}
    return shared | scores | {
        "status": "completed", "parameters": run["parameters_after"], "best_run": run["run"],
        "on_front": number > 0, "recommended": won, "alternative": False,
    }  # fmt: skip


def _experts(experts: pd.DataFrame, number: int) -> pd.DataFrame:
    """The members of a contestant."""
    of_best = experts[experts["trial"] == example.BEST]
    mine = of_best[of_best["candidate"].isin(MEMBERS[number])]
    return mine.assign(**_keys(number), importance=1 / len(MEMBERS[number]))


def _contestant(number: int) -> dict[str, Any]:
    named = [_written(index) for index in MEMBERS[number]]
    return {
        "repetition": 0, "run": NAMES[number], "origin": ORIGINS[number],
        "members": ", ".join(named), "iterations": 80, "held_out_loss": LOSSES[number],
        "left_in": LEFT_IN[number], "won": number == WINNER,
    }  # fmt: skip


def _written(index: int) -> str:
    activation, depth, width, _ = example.POOL[index]
    return f"{activation} {depth}×{width}"
