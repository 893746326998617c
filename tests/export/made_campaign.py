"""A campaign folder with one finished run that was never trained."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from nas.campaign import config, records
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.search_spaces.candidates import Candidate
from nas.training import mixture_file as run_result

POOL = (
    Candidate("sine", 2, 6),
    Candidate("tanh", 1, 5),
    Candidate("swish", 2, 6),
    Candidate("softplus", 3, 4),
    Candidate("gelu", 2, 6),
)
PROBLEM: dict[str, Any] = {
    "name": "flow",
    "title": "A flow that never was",
    "equation": "u_x + p_t = 0",
    "coordinates": ["x", "t"],
    "fields": ["u", "p"],
    "bounds": [[-1.0, 3.0], [0.0, 0.1]],
    "has_reference": True,
    "fingerprint": "0",
}
RUN = "0001-0"


def mixture(
    pool: Sequence[Candidate] = POOL,
    drop: Sequence[int] = (),
    gate: GateSettings | None = None,
    problem: dict[str, Any] = PROBLEM,
    corrections: Sequence[Candidate] = (),
) -> Mixture:
    """A mixture as a search leaves it: all weights and biases other than zero."""
    made = Mixture(
        pool,
        gate or GateSettings(2, 7),
        problem["bounds"],
        len(problem["fields"]),
        3,
        names=problem["coordinates"],
        corrections=corrections,
    )
    for index in drop:
        made.drop(index)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.4 * torch.randn(parameter.shape, generator=generator))
    return made.to(torch.float32).to(torch.float64)  # the search's own precision


def write(folder: Path, trained: Mixture, **changes: Any) -> Path:
    """A campaign with the one completed run `RUN`, and one that diverged; returns ``folder``."""
    problem = PROBLEM | {"coordinates": PROBLEM["coordinates"][: trained.inputs]}
    problem["bounds"] = PROBLEM["bounds"][: trained.inputs]
    problem["fields"] = PROBLEM["fields"][: trained.outputs]
    configuration = config.build(problem="burgers", trials=2).resolved()
    folder.mkdir()
    (folder / "campaign.json").write_text(
        json.dumps({"configuration": configuration, "problem": problem})
    )
    save(folder / "runs" / RUN / "mixture.safetensors", trained)
    for name, rows in _tables(trained, changes).items():
        records.write_table(folder / "tables" / f"{name}.parquet", name, rows)
    return folder


def save(path: Path, trained: Mixture) -> None:
    """As a run saves its mixture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    run_result.save(path, trained)


def _tables(trained: Mixture, changes: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    def row(name: str, **known: Any) -> dict[str, Any]:
        return dict.fromkeys(records.TABLES[name].names) | known

    alive = trained.alive
    done = {
        "run": RUN, "trial": 1, "repetition": 0, "status": "completed", "reason": "",
        "m": len(trained.pool), "p": 0.5, "threshold": 0.2, "seed": 11, "steps": 3000,
        "iterations": 1500, "evaluations": 10**6,
        "experts_before": len(trained.pool), "experts_after": len(alive),
        "parameters_before": 900, "parameters_after": trained.parameters_alive,
        "drops": len(trained.pool) - len(alive), "refusals": 1, "held_out_loss": 1.5e-5,
        "relative_l2": 0.0123,
    }  # fmt: skip
    broken = row(
        "runs", run="0000-0", trial=0, repetition=0, status="diverged", reason="loss nan at step 7"
    )
    trial = row(
        "trials", trial=1, status="completed", on_front=True, recommended=True, best_run=RUN
    )
    experts = [
        row("experts", run=RUN, trial=1, repetition=0, candidate=index, importance=0.1 * index)
        for index in range(len(trained.pool))
    ]
    return {
        "trials": [row("trials", trial=0, status="failed", recommended=False), trial | changes],
        "runs": [broken, row("runs", **done)],
        "experts": experts,
        "history": [],
        "attempts": [],
    }
