"""A campaign that never ran, small enough to be read: what a new figure is tried on first.

Four trials of one run each, from a pool of four candidates. Both of sine survive in the three runs
that were completed, and the fourth run diverged; run 0001-0 is recommended, and validated.

Shapes: Y rows, X columns of a plane.
"""

from dataclasses import replace
from functools import cache
from itertools import product
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nas.campaign.records import BUDGETED, Records
from nas.reports import report as reports
from nas.reports.report import Report
from nas.reports.solution_map import Array, Slice, SolutionMap
from nas.search_spaces import AXES

Row = dict[str, Any]

POOL = (("sine", 1, 8, 33), ("tanh", 1, 8, 33), ("sine", 2, 16, 337), ("tanh", 2, 16, 337))
LOSSES = (2e-3, 4e-4, 8e-4, nan)  # held-out, of each run at its end
SIZES = (420, 500, 640, 900)  # parameters of each run at its end
ENDED = ((300, 200, 300, 250), (300, 180, 300, 220), (300, 220, 300, 240), (160,) * 4)
BEST = 1  # the recommended trial
DONE = (0, 1, 2)  # the trials that were completed


@cache
def report(kind: str = "plane") -> Report:
    """All that a figure chooses from; ``kind`` is one of `MAPS`.

    Examples
    --------
    >>> report().best.name, report().map.fields
    ('0001-0', ('u',))
    """
    return replace(reports.of(records()), map=MAPS[kind]())


def records() -> Records:
    """The tables, as `nas.campaign.records.read` gives them.

    Examples
    --------
    >>> records().runs["status"].to_list()
    ['completed', 'completed', 'completed', 'diverged']
    >>> records().experts.query("outcome == 'survived'")["activation"].unique().tolist()
    ['sine']
    """
    numbers = range(len(LOSSES))
    return Records(
        Path("made-up"),
        {"problem": _problem(), "configuration": {"trials": 4, "seeds": 1}, "versions": {}},
        trials=pd.DataFrame(map(_trial, numbers)),
        runs=pd.DataFrame(map(_run, numbers)),
        experts=pd.DataFrame(_expert(*pair) for pair in product(numbers, range(len(POOL)))),
        history=pd.DataFrame(row for trial in numbers for row in _history(trial)),
        fields=pd.DataFrame(
            _keys(t) | {"field": "u", "relative_l2": _error(LOSSES[t]), "error_estimate": None}
            for t in DONE
        ),
        unknowns=pd.DataFrame(row for trial in DONE for row in _unknown(trial)),
        attempts=pd.DataFrame(map(_attempt, numbers)),
        pool=pd.DataFrame(columns=BUDGETED["pool"].names),
        race=pd.DataFrame(columns=BUDGETED["race"].names),
        singles=pd.DataFrame(map(_single, range(len(POOL)))),
        subsets=pd.DataFrame(_subsets()),
    )


def solution() -> SolutionMap:
    """The map of the recommended run: u = x y, one expert more on the left, one on the right.

    Examples
    --------
    >>> where = solution()
    >>> where.main.values["u"].shape, where.experts  # (Y, X), and candidates
    ((3, 5), (2, 0))
    """
    x, y = np.meshgrid(np.linspace(-1, 1, 5), np.linspace(0, 1, 3))
    return _map(Slice(("x", "y"), "", ((-1.0, 1.0), (0.0, 1.0)), _values(x, y)))


def line() -> SolutionMap:
    """The same on y = 1 alone.

    Examples
    --------
    >>> line().main.across.tolist()
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    """
    x = np.linspace(-1, 1, 5)
    return _map(Slice(("x",), "", ((-1.0, 1.0),), _values(x, np.ones(5))))


def space_time() -> SolutionMap:
    """The same where y is time, to the right.

    Examples
    --------
    >>> space_time().main.axes, space_time().main.spatial
    (('t', 'x'), False)
    """
    t, x = np.meshgrid(np.linspace(0, 1, 3), np.linspace(-1, 1, 5))
    return _map(Slice(("t", "x"), "", ((0.0, 1.0), (-1.0, 1.0)), _values(x, t)))


def space() -> SolutionMap:
    """Two planes of three.

    Examples
    --------
    >>> [one.held for one in space().slices], space().main.held
    (['z = 0', 'y = 0.5'], 'z = 0')
    """
    x, y = np.meshgrid(np.linspace(-1, 1, 5), np.linspace(0, 1, 3))
    first = Slice(("x", "y"), "z = 0", ((-1.0, 1.0), (0.0, 1.0)), _values(x, y))
    return _map(first, Slice(("x", "z"), "y = 0.5", first.ends, _values(x, y / 2)))


MAPS = {"plane": solution, "line": line, "space-time": space_time, "space": space}


def _map(*slices: Slice) -> SolutionMap:
    names = {0: "#0 sine 1×8", 2: "#2 sine 2×16"}
    return SolutionMap(("u",), True, (2, 0), names, dict.fromkeys(names, "sine"), slices)


def _values(x: Array, y: Array) -> dict[str, Array]:
    weight = (1 + x) / 2
    return {
        "u": x * y + 0.01 * y, "u.reference": x * y, "u.expert.0": x * y + 0.1 * (1 + x),
        "u.expert.2": x * y - 0.2 * (1 - x), "weight.0": weight * 0.8, "weight.2": 1 - 0.8 * weight,
        "residual.size": 0.02 * np.abs(x) + 1e-4,
    }  # fmt: skip


def _problem() -> Row:
    return {
        "name": "saddle", "title": "A saddle", "equation": "u.xx + k u.yy = 0",
        "coordinates": ["x", "y"], "fields": ["u"], "has_reference": True,
        "domain": "Box: x from -1 to 1, y from 0 to 1; parts x_min, x_max, y_min, y_max",
        "conditions": ["on x_min, x_max, y_min, y_max: u - x * y = 0"],
        "ansatz": {"fields": [{"field": "u", "offset": 0.5, "scale": 2.0}]},
        "terms": [
            {"words": "equations", "weight": 0.051, "exact": False},
            {"words": "condition on x_min, x_max, y_min, y_max", "weight": None, "exact": True},
        ],
        "unknown": ["k: start 0.5"], "source": "problem = Problem(\n    ...\n)\n",
    }  # fmt: skip


def _keys(trial: int) -> Row:
    return {"run": f"{trial:04d}-0", "trial": trial, "repetition": 0}


def _error(loss: float) -> float:
    return float(np.sqrt(loss))


def _trial(trial: int) -> Row:
    loss, failed = LOSSES[trial], np.isnan(LOSSES[trial])
    return {
        "trial": trial, "stage": "selection", "status": "failed" if failed else "completed",
        "m": len(POOL), "p": 0.5, "threshold": 0.3, "held_out_loss": loss,
        "parameters": nan if failed else SIZES[trial],
        "relative_l2": _error(loss), "on_front": trial in (0, BEST), "recommended": trial == BEST,
        "alternative": False,
        "best_run": None if failed else _keys(trial)["run"],
    }  # fmt: skip


def _run(trial: int) -> Row:
    loss, failed = LOSSES[trial], np.isnan(LOSSES[trial])
    after = len(POOL) if failed else 2
    return _keys(trial) | {
        "stage": "selection", "status": "diverged" if failed else "completed",
        "reason": "loss nan at step 160 (selection)" if failed else "",
        "m": len(POOL), "p": 0.5, "threshold": 0.3, "seed": 7 + trial, "steps": 300,
        "iterations": 100, "evaluations": 90_000, "experts_before": len(POOL),
        "experts_after": after, "parameters_before": 900, "parameters_after": SIZES[trial],
        "drops": len(POOL) - after, "refusals": 0, "held_out_loss": loss,
        "relative_l2": _error(loss), "error_estimate": 1.5 * _error(loss), "warnings": "",
        "notes": "", "corrections": "",
    }  # fmt: skip


def _levels(candidate: int) -> Row:
    *levels, parameters = POOL[candidate]
    row = {axis.name: axis.default for axis in AXES}
    return row | dict(zip(row, levels, strict=False)) | {"parameters": parameters}


def _expert(trial: int, candidate: int) -> Row:
    failed, survived = np.isnan(LOSSES[trial]), POOL[candidate][0] == "sine"
    outcome = "censored" if failed else "survived" if survived else "dropped"
    return _keys(trial) | {"candidate": candidate} | _levels(candidate) | {
        "born": 0, "ended": ENDED[trial][candidate], "outcome": outcome, "reason": "",
        "importance": (0.4, 0.05, 0.6, 0.06)[candidate] + 0.01 * trial * (1 - candidate),
        "individual_loss": (0.02, 0.3, 0.01, 0.1)[candidate] * (1 + trial),
        "leave_one_out": (1.5, 1.0, 2.0, 1.1)[candidate], "refusals": 0,
    }  # fmt: skip


def _history(trial: int) -> list[Row]:
    columns = ("phase", "step", "loss", "held_out_loss", "sparsity", "experts")
    curve = (
        ("warm-up", 0, 1.0, nan, nan, 4), ("warm-up", 50, 0.3, nan, nan, 4),
        ("gate", 100, 0.2, 0.25, 2.0, 4), ("selection", 150, 0.1, 0.12, 1.9, 4),
        ("selection", 250, 0.02, 0.03, 1.4, 2), ("fine-tuning", 300, 0.01, 0.015, nan, 2),
        ("fine-tuning", 400, 1e-4, LOSSES[trial], nan, 2),
    )  # fmt: skip
    shown = [row for row in curve if row[1] <= 150] if np.isnan(LOSSES[trial]) else curve
    more = {"parameters": SIZES[trial], "learning_rate": 1e-3}
    return [_keys(trial) | dict(zip(columns, row, strict=True)) | more for row in shown]


def _unknown(trial: int) -> list[Row]:
    """The path of the coefficient k, from 0.5 to nearly 1."""
    path = (("warm-up", 0, 0.5), ("selection", 250, 0.9), ("fine-tuning", 400, 1.06 - 0.04 * trial))
    return [
        _keys(trial)
        | {"phase": phase, "step": step, "name": "k", "value": value, "truth": 1.0}
        | {"standard_error": None, "doubt": ""}
        for phase, step, value in path
    ]


def _attempt(trial: int) -> Row:
    return _keys(trial) | {
        "attempt": 0, "started": f"2026-03-01T10:0{trial}:00Z", "seconds": 60.0, "from_step": 0,
        "to_step": 400, "ending": _run(trial)["status"], "device": "cpu", "threads": 1,
        "machine": "a", "processor": "A", "platform": "Linux", "versions": '{"torch": "2.13.0"}',
    }  # fmt: skip


def _single(candidate: int) -> Row:
    loss = (6e-4, 5e-2, 5e-4, 1e-2)[candidate]
    return {"repetition": 0} | _levels(candidate) | {
        "individual_loss": (0.02, 0.3, 0.01, 0.1)[candidate], "held_out_loss": loss,
        "relative_l2": _error(loss), "iterations": 100, "evaluations": 40_000, "seconds": 30.0,
        "reason": "",
    }  # fmt: skip


def _subsets() -> list[Row]:
    pair = "sine 1×8, sine 2×16"
    trained = [
        ("selected", 0, pair, 2, 4.5e-4), ("best", 0, pair, 2, 4.5e-4), ("all", 0, "", 4, 9e-4),
        ("longest", 0, "sine 2×16", 1, 5e-4), ("random", 0, "tanh 1×8, tanh 2×16", 2, 1e-2),
        ("random", 1, "sine 1×8, tanh 1×8", 2, 2e-3), ("random", 2, "tanh 1×8, sine 2×16", 2, nan),
    ]  # fmt: skip
    return [
        _keys(BEST) | {
            "kind": kind, "number": number, "members": members, "size": size,
            "status": "completed" if np.isfinite(loss) else "failed", "reason": "",
            "parameters": 500, "held_out_loss": loss, "relative_l2": _error(loss),
            "iterations": 100, "evaluations": 50_000, "seconds": 45.0,
        }
        for kind, number, members, size, loss in trained
    ]  # fmt: skip
