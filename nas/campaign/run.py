"""One run of a campaign, in a worker process: train, measure, write the records.

A run's folder holds its checkpoint while it is under way, and once it has ended its own rows
of the tables. ``runs.parquet`` is written last: where it stands, the run is over.
"""

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock, Timeout

from nas import problems
from nas.campaign import records
from nas.campaign.attempts import Attempts
from nas.campaign.config import Campaign
from nas.campaign.maps import relative_l2, write_map
from nas.errors import Misuse
from nas.files import write_text
from nas.mixture.gate import GateShape
from nas.problems import Problem
from nas.training import checkpoint
from nas.training.fine_tuning import FineTuningSettings
from nas.training.points import Sampler
from nas.training.search import SearchSettings
from nas.training.trainer import Outcome, RunSettings, Trainer


@dataclass(frozen=True)
class RunSpec:
    """Everything a worker must know to do one run, wherever it was left.

    ``problem`` is set where the campaign was given a `Problem` rather than a name or path.
    ``give_up`` asks only to record that the run's worker was killed again and again.
    """

    folder: Path  # the campaign's
    campaign: Campaign
    problem: Problem | None
    trial: int
    repetition: int
    m: int
    p: float
    threshold: float
    threads: int
    parent: int  # process whose end is the end of this run
    give_up: bool = False

    @property
    def name(self) -> str:
        """Trial and repetition: ``0007-0``."""
        return f"{self.trial:04d}-{self.repetition}"

    @property
    def keys(self) -> dict[str, Any]:
        """What names the run in every table."""
        return {"run": self.name, "trial": self.trial, "repetition": self.repetition}

    @property
    def path(self) -> Path:
        """The run's own folder."""
        return self.folder / "runs" / self.name

    @property
    def finished(self) -> bool:
        """Whether its record is complete."""
        return (self.path / "runs.parquet").exists()


def stop_file(folder: Path) -> Path:
    """While this file stands, workers save their runs and return."""
    return folder / "stop"


def execute(spec: RunSpec) -> str:
    """Do the run, or what is left of it; return its status, or ``interrupted``.

    Raises
    ------
    Misuse
        If the disk refuses or a checkpoint is damaged; nothing is recorded then.
    """
    spec.path.mkdir(parents=True, exist_ok=True)
    with _alone(spec):
        if spec.finished:
            return "completed"
        attempts = Attempts(spec.path / "attempts.json", spec.keys, spec.threads)
        try:
            status = _train(spec, attempts)
        except Misuse:
            raise
        except Exception as error:  # a failed run is a row in the record, not the campaign's end
            write_text(spec.path / "error.txt", traceback.format_exc())
            status = "failed"
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
            attempts.close(status)
            _write_row(spec, _row(spec, status, reason))
        return status


def resolve_device(name: str) -> torch.device:
    """``auto`` is the first GPU, or the CPU where there is none; `Misuse` if it is not there."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return torch.device("cuda" if count else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and (device.index or 0) >= count:
        here = ", ".join(["cpu", *(f"cuda:{index}" for index in range(count))])
        raise Misuse(
            f"training.device: expected a device of this machine ({here}), got {name}; "
            "choose one of these, or auto"
        )
    return device


def _train(spec: RunSpec, attempts: Attempts) -> str:
    torch.set_num_threads(spec.threads)
    problem = spec.problem or problems.load(spec.campaign.problem)
    settings = run_settings(spec, problem)
    trainer = Trainer(problem, settings, spec.path / "checkpoint.safetensors")
    attempts.begin(trainer.step, str(settings.device))
    if spec.give_up:
        outcome = trainer.abandon("its worker was killed three times at this step; out of memory?")
    else:
        outcome = trainer.run(_should_stop(spec), attempts.watch)
    attempts.close(outcome.status)
    if outcome.status != "interrupted":
        _record(spec, problem, settings, outcome)
    return outcome.status


def run_settings(spec: RunSpec, problem: Problem) -> RunSettings:
    """The run's settings: a function of configuration, trial and repetition alone.

    Pool and initial weights differ from trial to trial; the points are the same in all trials
    of a repetition, so that their losses can be compared.
    """
    campaign, training = spec.campaign, spec.campaign.training
    seed = _seed(campaign.seed, spec.trial, spec.repetition)
    return RunSettings(
        pool=campaign.search_space().pool(spec.m, seed),
        gate=GateShape(campaign.gate.depth, campaign.gate.width, campaign.gate.activation),
        search=SearchSettings(training.steps, training.learning_rate, spec.p, spec.threshold),
        fine_tuning=FineTuningSettings(
            training.fine_tuning.rounds, training.fine_tuning.iterations
        ),
        sampler=Sampler(
            problem,
            training.points.interior,
            training.points.boundary,
            training.sampling,
            _seed(campaign.seed, spec.repetition),
        ),
        seed=seed,
        dtype=getattr(torch, training.dtype),
        device=resolve_device(training.device),
    )


def _seed(*parts: int) -> int:
    return int(np.random.SeedSequence(parts).generate_state(1)[0])


def _should_stop(spec: RunSpec) -> Callable[[], bool]:
    stop = stop_file(spec.folder)
    # An orphan would go on writing beside the campaign that takes its place.
    return lambda: stop.exists() or os.getppid() != spec.parent


@contextmanager
def _alone(spec: RunSpec) -> Iterator[None]:
    """Hold the run's lock: an orphan of a killed campaign may still be on its way out."""
    lock = FileLock(spec.path / ".lock", timeout=60)
    try:
        with lock:
            yield
    except Timeout as error:
        raise Misuse(
            f"{spec.path}: expected no other process at work here, but one holds .lock; "
            "end it, then run the same command again"
        ) from error


def _record(spec: RunSpec, problem: Problem, settings: RunSettings, outcome: Outcome) -> None:
    completed = outcome.status == "completed"
    keys = spec.keys
    records.write_table(
        spec.path / "history.parquet", "history", [keys | row for row in outcome.history]
    )
    records.write_table(
        spec.path / "experts.parquet", "experts", _expert_rows(keys, settings, outcome)
    )
    if completed:
        save_mixture(spec, settings, outcome)
        write_map(spec.path / "map.parquet", problem, outcome.mixture)
    row = _row(spec, outcome.status, outcome.reason) | {
        "seed": settings.seed,
        "steps": outcome.steps,
        "iterations": outcome.iterations,
        "experts_before": len(settings.pool),
        "experts_after": len(outcome.mixture.alive),
        "parameters_before": outcome.parameters_before,
        "parameters_after": outcome.mixture.parameters_alive,
        "drops": sum(fate.ended is not None for fate in outcome.fates.values()),
        "refusals": sum(fate.refusals for fate in outcome.fates.values()),
        "held_out_loss": outcome.held_out_loss,
        "relative_l2": relative_l2(problem, outcome.mixture) if completed else None,
    }
    _write_row(spec, row)


def save_mixture(spec: RunSpec, settings: RunSettings, outcome: Outcome) -> None:
    """Write the trained mixture: all that an export needs, without the problem's code."""
    mixture = outcome.mixture
    checkpoint.save(
        spec.path / "mixture.safetensors",
        {
            "pool": [[c.activation, c.depth, c.width] for c in settings.pool],
            "gate": [settings.gate.depth, settings.gate.width, settings.gate.activation],
            "alive": mixture.alive,
            "state": mixture.state_dict(),
        },
    )


def _row(spec: RunSpec, status: str, reason: str) -> dict[str, Any]:
    unknown = dict.fromkeys(records.TABLES["runs"].names)
    return (
        unknown
        | spec.keys
        | {
            "status": status,
            "reason": reason,
            "m": spec.m,
            "p": spec.p,
            "threshold": spec.threshold,
        }
    )


def _write_row(spec: RunSpec, row: dict[str, Any]) -> None:
    """Close the run: from here on it is over, and its checkpoint has done its duty."""
    for name in ("history", "experts"):
        if not (spec.path / f"{name}.parquet").exists():
            records.write_table(spec.path / f"{name}.parquet", name, [])
    records.write_table(spec.path / "runs.parquet", "runs", [row])
    (spec.path / "checkpoint.safetensors").unlink(missing_ok=True)


def _expert_rows(
    keys: dict[str, Any], settings: RunSettings, outcome: Outcome
) -> list[dict[str, Any]]:
    rows = []
    for place, candidate in enumerate(settings.pool):
        fate = outcome.fates[place]
        alive = "survived" if outcome.status == "completed" else "censored"
        rows.append(
            keys
            | {
                "candidate": place,
                "activation": candidate.activation,
                "depth": candidate.depth,
                "width": candidate.width,
                "parameters": outcome.mixture.expert_parameters(place),
                "born": 0,
                "ended": outcome.steps if fate.ended is None else fate.ended,
                "fate": alive if fate.ended is None else "dropped",
                "reason": fate.reason,
                "importance": fate.importance,
                "own_loss": fate.own_loss,
                "refusals": fate.refusals,
            }
        )
    return rows
