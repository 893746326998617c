"""From the rows of runs to those of trials: medians, which are on the front, which is recommended.

The relative L2 error against a reference is carried along and decides nothing. That which is
estimated without one is that of a trial's best run.
"""

from collections.abc import Sequence
from statistics import median
from typing import Any

from nas.campaign.front import objectives, pareto_front
from nas.campaign.recommendation import alternative, recommended


def trial_rows(runs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The table ``trials`` from rows of the table ``runs``, all runs of a trial given.

    Examples
    --------
    >>> run = {"run": "0000-0", "trial": 0, "status": "completed", "m": 8, "p": 0.5,
    ...        "threshold": 0.3, "held_out_loss": 0.1, "parameters_after": 40, "relative_l2": None}
    >>> [row["recommended"] for row in trial_rows([run])]
    [True]
    """
    of_trial: dict[int, list[dict[str, Any]]] = {}
    for run in runs:
        of_trial.setdefault(run["trial"], []).append(run)
    rows = [_trial_row(number, of_trial[number]) for number in sorted(of_trial)]
    # Once there is a race, its contestants are chosen among: they have learnt on.
    stage = "race" if any(row["stage"] == "race" for row in rows) else "selection"
    scored = [row for row in rows if row["status"] == "completed" and row["stage"] == stage]
    scores = [(row["held_out_loss"], row["parameters"]) for row in scored]
    for index in pareto_front(scores):
        scored[index]["on_front"] = True
    estimates = {run["run"]: run.get("error_estimate") for run in runs}
    best = recommended(scores, [estimates[row["best_run"]] for row in scored])
    small = alternative(scores, best)
    if best is not None:
        scored[best]["recommended"] = True
    if small is not None:
        scored[small]["alternative"] = True
    return rows


def _trial_row(number: int, runs: list[dict[str, Any]]) -> dict[str, Any]:
    scores = objectives(runs)
    done = [run for run in runs if run["status"] == "completed"]
    errors = [run["relative_l2"] for run in done if run["relative_l2"] is not None]
    best = min(done, key=lambda run: run["held_out_loss"], default=None)
    return {
        "trial": number,
        "stage": runs[0].get("stage", "selection"),
        "status": "failed" if scores is None else "completed",
        "m": runs[0]["m"],
        "p": runs[0]["p"],
        "threshold": runs[0]["threshold"],
        "held_out_loss": None if scores is None else scores[0],
        "parameters": None if scores is None else scores[1],
        "relative_l2": median(errors) if errors else None,
        "on_front": False,
        "recommended": False,
        "alternative": False,
        "best_run": None if best is None else best["run"],
    }
