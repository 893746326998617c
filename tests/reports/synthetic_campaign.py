"""Campaigns that never ran: records with known contents, written as a real search does."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from nas.campaign.front import pareto_front
from nas.campaign.recommendation import alternative, recommended
from nas.campaign.records import BUDGETED, TABLES, VALIDATION, Records, read, write_map, write_table
from nas.search_spaces import AXES
from tests.reports.synthetic_maps import PROBLEMS

Row = dict[str, Any]
ACTIVATIONS = ("sine", "tanh", "swish", "softplus")
DEFAULTS = {axis.name: axis.default for axis in AXES if axis.default is not None}
FAVOUR = {"sine": 2.0, "tanh": -2.0, "swish": 0.5, "softplus": 0.0, "gelu": 0.2}


def expert(name: str, candidate: int, outcome: str, ended: int, **changes: Any) -> Row:
    """One row of ``experts`` with plain defaults."""
    row = {
        "run": name, "trial": 0, "repetition": 0, "candidate": candidate, "activation": "tanh",
        "depth": 2, "width": 16, "parameters": 337, "born": 0, "ended": ended, "outcome": outcome,
        "reason": "", "importance": 0.1, "individual_loss": 0.5, "leave_one_out": 1.1,
        "refusals": 0,
    }  # fmt: skip
    return DEFAULTS | row | changes


def run_row(name: str, **changes: Any) -> Row:
    """One row of ``runs``, completed, with plain defaults."""
    row = {
        "run": name, "trial": 0, "repetition": 0, "stage": "selection", "status": "completed",
        "reason": "", "m": 4,
        "p": 0.5, "threshold": 0.3, "seed": 7, "steps": 100, "iterations": 10, "evaluations": 10**6,
        "experts_before": 4, "experts_after": 2, "parameters_before": 4000,
        "parameters_after": 2000, "drops": 2, "refusals": 0, "held_out_loss": 1e-3,
        "relative_l2": 0.01, "error_estimate": None, "warnings": "",
        "notes": "", "corrections": "",
    }  # fmt: skip
    return row | changes


def unknown_row(run: str, step: int, value: float, **changes: Any) -> Row:
    """One row of ``unknowns`` with plain defaults."""
    row = {
        "run": run, "trial": 0, "repetition": 0, "phase": "selection", "step": step, "name": "D",
        "value": value, "truth": None, "standard_error": None, "doubt": "",
    }  # fmt: skip
    return row | changes


def single(candidate: tuple[str, int, int], error: float, **changes: Any) -> Row:
    """One row of ``singles``: a candidate alone, its losses as its error."""
    activation, depth, width = candidate
    row = {
        "repetition": 0, "activation": activation, "depth": depth, "width": width,
        "parameters": 300, "individual_loss": 10 * error, "held_out_loss": error,
        "relative_l2": error, "iterations": 100, "evaluations": 1000, "seconds": 10.0, "reason": "",
    }  # fmt: skip
    return DEFAULTS | row | changes


def subset(run: str, kind: str, error: float, number: int = 0, **changes: Any) -> Row:
    """One row of ``subsets``, completed, with plain defaults."""
    row = {
        "run": run, "trial": 0, "repetition": 0, "kind": kind, "number": number,
        "members": "sine 2×16, tanh 2×16", "size": 2, "status": "completed", "reason": "",
        "parameters": 2000, "held_out_loss": error, "relative_l2": error, "iterations": 100,
        "evaluations": 5000, "seconds": 30.0,
    }  # fmt: skip
    return row | changes


@dataclass
class Campaign:
    """Rows in the making; `write` puts them into a folder."""

    problem: Row = field(default_factory=dict)
    configuration: Row = field(default_factory=lambda: {"trials": 1, "seeds": 1})
    tables: dict[str, list[Row]] = field(
        default_factory=lambda: {name: [] for name in TABLES | BUDGETED | VALIDATION}
    )
    maps: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        facts = {
            "name": "plane", "title": "A plane problem", "equation": "u.xx + u.yy = 0",
            "coordinates": ["x", "y"], "fields": ["u"], "has_reference": True,
        }  # fmt: skip
        campaign = {
            "problem": facts | self.problem,
            "configuration": self.configuration,
            "versions": {"pinn-nas": "0.1.0"},
        }
        (folder / "campaign.json").write_text(json.dumps(campaign), encoding="utf-8")
        for name, rows in self.tables.items():
            if name in VALIDATION and not rows:
                continue  # not validated
            write_table(folder / "tables" / f"{name}.parquet", name, rows)
        for run, columns in self.maps.items():
            write_map(folder / "runs" / run / "map.parquet", columns)
        return folder

    def records(self, folder: Path) -> Records:
        return read(self.write(folder))


def realistic(
    problem: str = "l_shape",
    trials: int = 8,
    seeds: int = 1,
    broken: Sequence[int] = (5,),
    further: Mapping[str, Sequence[Any]] | None = None,
) -> Campaign:
    """A campaign as a search would leave it: drops, a front, histories and maps.

    ``further`` are levels of axes beside activation, depth and width, each better than the last.
    """
    rng = np.random.default_rng(3)
    facts, make_map = PROBLEMS[problem](rng)
    tune = {"m": [8, 24], "p": [0.2, 0.9], "threshold": [0.05, 0.5]}
    made = Campaign(facts, {"problem": problem, "trials": trials, "seeds": seeds, "tune": tune})
    for trial, repetition in product(range(trials), range(seeds)):
        _add_run(made, rng, trial, repetition, trial in broken, further or {})
    _add_trials(made, trials)
    if not facts.get("has_reference", True):
        for row in (*made.tables["runs"], *made.tables["trials"]):
            row["relative_l2"] = None
    best = next((t["best_run"] for t in made.tables["trials"] if t["recommended"]), None)
    if best is not None:
        mine = [e for e in made.tables["experts"] if e["run"] == best]
        subset = [int(e["candidate"]) for e in mine if e["outcome"] == "survived"]
        made.maps[best] = make_map(subset)
        _add_validation(made, rng, best)
    return made


def _add_validation(made: Campaign, rng: np.random.Generator, run: str) -> None:
    """What stands beside one run: its pool alone, and other subsets."""
    (known,) = (row for row in made.tables["runs"] if row["run"] == run)
    keys = {"repetition": known["repetition"], "relative_l2": known["relative_l2"]}
    for row in made.tables["experts"]:
        if row["run"] == run:
            candidate = (row["activation"], row["depth"], row["width"])
            alone = single(candidate, row["individual_loss"] / 100, **keys)
            known_too = {name: row[name] for name in ("individual_loss", *DEFAULTS)}
            made.tables["singles"].append(alone | known_too)
    keys |= {"trial": known["trial"], "size": known["experts_after"]}
    for kind, count in (("selected", 1), ("best", 1), ("all", 1), ("longest", 1), ("random", 20)):
        for number in range(count):
            error = float(known["held_out_loss"] * rng.lognormal(0.5 * (kind == "random"), 0.4))
            made.tables["subsets"].append(
                subset(run, kind, error, number, **keys)
                | {"relative_l2": keys["relative_l2"] and float(np.sqrt(error))}
            )


def _add_run(
    made: Campaign,
    rng: np.random.Generator,
    trial: int,
    repetition: int,
    broken: bool,
    further: Mapping[str, Sequence[Any]],
) -> None:
    """One run: a pool, drops in the order of a noisy merit, a falling loss."""
    keys: Row = {"run": f"{trial:04d}-{repetition}", "trial": trial, "repetition": repetition}
    m, keep = int(rng.integers(8, 25)), int(rng.integers(3, 6))
    grid = list(product(ACTIVATIONS, (2, 3), (16, 32, 64), *further.values()))
    pool = [grid[i] for i in rng.permutation(len(grid))[:m]]
    merit = np.array([FAVOUR[a] + 0.01 * w for a, _, w, *_ in pool]) + rng.normal(0, 1.2, m)
    for i, (_, _, _, *levels) in enumerate(pool):
        merit[i] += sum(further[name].index(one) for name, one in zip(further, levels, strict=True))
    drop_at = {int(c): 900 + 60 * i for i, c in enumerate(np.argsort(merit)[: m - keep])}
    size = [w * (3 + w * (d - 1)) + w + 1 for _, d, w, *_ in pool]
    weight = iter(rng.dirichlet(np.ones(keep) * 3))
    end = 1500 if broken else 2400
    for c, (activation, depth, width, *levels) in enumerate(pool):
        dropped = drop_at.get(c, end) < end
        outcome = "dropped" if dropped else "censored" if broken else "survived"
        row = expert(keys["run"], c, outcome, drop_at[c] if dropped else end, **keys)
        row |= {"activation": activation, "depth": depth, "width": width, "parameters": size[c]}
        row |= dict(zip(further, levels, strict=True))
        row["individual_loss"] = float(np.exp(rng.normal(-0.5 * merit[c], 0.6)))
        row["importance"] = 1 / m if outcome != "survived" else float(next(weight))
        row["reason"] = "importance 0.011 under 0.3 / 14" if dropped else ""
        made.tables["experts"].append(row)
    loss = _add_history(made, rng, keys, m, list(drop_at.values()), 1500 if broken else 3600)
    row = run_row(keys["run"], **keys) | {
        "m": m, "p": float(rng.uniform(0.2, 0.9)), "threshold": float(rng.uniform(0.05, 0.5)),
        "seed": 1000 + trial, "steps": min(end + 600, 3000), "experts_before": m,
        "experts_after": keep, "drops": m - keep, "parameters_before": sum(size) + 4500,
        "parameters_after": sum(size[c] for c in range(m) if c not in drop_at) + 4500,
        "held_out_loss": loss, "relative_l2": float(np.sqrt(loss)),
        "error_estimate": 1.5 * float(np.sqrt(loss)),
    }  # fmt: skip
    if broken:
        row |= {"status": "diverged", "reason": "loss was not finite at step 1500"}
        row |= {"held_out_loss": None, "relative_l2": None, "error_estimate": None}
    made.tables["runs"].append(row)
    made.tables["attempts"].append({
        **keys, "attempt": 0, "started": f"2026-03-01T10:{trial:02d}:00Z", "seconds": 118.5,
        "from_step": 0, "to_step": end, "ending": row["status"], "device": "cpu", "threads": 1,
        "machine": "a", "processor": "A processor", "platform": "Linux",
        "versions": json.dumps({"python": "3.11.7", "torch": "2.13.0", "pinn-nas": "0.1.0"}),
    })  # fmt: skip


def _add_history(
    made: Campaign, rng: np.random.Generator, keys: Row, m: int, drops: list[int], end: int
) -> float:
    """A logged step every 50, held-out loss every 200; return the last one that was measured."""
    floor = 10 ** rng.uniform(-4.3, -3)
    starts = {"warm-up": 0, "gate": 600, "selection": 900, "fine-tuning": 2400}
    loss = measured = float("nan")
    for step in range(0, end, 50):
        phase = max((name for name in starts if starts[name] <= step), key=lambda n: starts[n])
        alive = m - sum(step >= at for at in drops)
        loss = 0.8 * float(np.exp(-step / 500)) + floor
        measured = measured if step % 200 else loss
        made.tables["history"].append({
            **keys, "phase": phase, "step": step, "loss": loss * float(rng.lognormal(0, 0.2)),
            "held_out_loss": None if step % 200 else loss, "sparsity": 1.5, "experts": alive,
            "parameters": 900 * alive, "learning_rate": 2e-3,
        })  # fmt: skip
    return measured


def _add_trials(made: Campaign, trials: int) -> None:
    rows = []
    for t in range(trials):
        runs = [r for r in made.tables["runs"] if r["trial"] == t]
        done = [r for r in runs if r["status"] == "completed"]
        best = min(done, key=lambda r: r["held_out_loss"], default=None)
        rows.append({
            "trial": t, "stage": "selection", "status": "completed" if done else "failed",
            "m": runs[0]["m"],
            "p": runs[0]["p"], "threshold": runs[0]["threshold"],
            "held_out_loss": best and best["held_out_loss"],
            "parameters": best and float(best["parameters_after"]),
            "relative_l2": best and best["relative_l2"], "on_front": False,
            "recommended": False, "alternative": False, "best_run": best["run"] if best else None,
        })  # fmt: skip
    known = [r for r in rows if r["best_run"]]
    scores = [(r["held_out_loss"], r["parameters"]) for r in known]
    for index in pareto_front(scores):
        known[index]["on_front"] = True
    estimates = {row["run"]: row["error_estimate"] for row in made.tables["runs"]}
    first = recommended(scores, [estimates[r["best_run"]] for r in known])
    for name, found in (("recommended", first), ("alternative", alternative(scores, first))):
        if found is not None:
            known[found][name] = True
    made.tables["trials"] = rows
