"""One run of a campaign, in a worker process: train, measure, write the records.

A run's folder holds its checkpoint while it is under way, and once it has ended its own rows
of the tables. ``runs.parquet`` is written last: where it stands, the run is over.
"""

import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from nas.campaign import records
from nas.campaign.attempts import Attempts
from nas.campaign.config import Campaign
from nas.campaign.job import alone_in, problem_of, should_stop
from nas.campaign.maps import relative_l2, write_map
from nas.campaign.run_settings import hardware, points_seed, run_settings, seed_of
from nas.errors import UserError
from nas.files import write_text
from nas.problems import Problem
from nas.search_spaces import Candidate
from nas.search_spaces.candidates import levels_of
from nas.training import trained
from nas.training.training_run import RunResult, TrainingRun, TrainingSettings


@dataclass(frozen=True)
class RunSpec:
    """Everything a worker must know to do one run, wherever it was left.

    ``problem`` is set where the campaign was given a `Problem` rather than a name or path.
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
    fingerprint: str  # of the problem as the campaign began with it

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
    def experts(self) -> int:
        """How many the pool has."""
        return self.m

    @property
    def finished(self) -> bool:
        """Whether its record is complete."""
        return all(
            (self.path / f"{name}.parquet").exists() for name in ("history", "experts", "runs")
        )


def execute(spec: RunSpec) -> str:
    """Do the run, or what is left of it; return its status, or ``interrupted``.

    Raises
    ------
    UserError
        If the disk refuses or a checkpoint is damaged; nothing is recorded then.
    """
    with alone_in(spec.path):
        if spec.finished:
            return "completed"
        attempts = Attempts(spec.path / "attempts.json", spec.keys, spec.threads)
        try:
            return _train(spec, attempts)
        except UserError:
            raise
        except Exception as error:  # a failed run is a row in the record, not the campaign's end
            write_text(spec.path / "error.txt", traceback.format_exc())
            attempts.close("failed")
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
            record_failure(spec, "failed", f"{reason} (see {spec.path / 'error.txt'})")
            return "failed"


def record_failure(spec: RunSpec, status: str, reason: str) -> None:
    """Close a run that left nothing but its reason: all its experts are censored at once."""
    pool = _pool(spec)
    rows = [
        _expert_row(spec, index, candidate)
        | {"ended": 0, "outcome": "censored", "reason": reason, "refusals": 0}
        for index, candidate in enumerate(pool)
    ]
    _close(spec, _row(spec, status, reason) | {"experts_before": len(pool)}, rows, [])


def _train(spec: RunSpec, attempts: Attempts) -> str:
    torch.set_num_threads(spec.threads)
    problem = problem_of(spec)
    settings = run_settings(
        problem,
        spec.campaign,
        _pool(spec),
        spec.p,
        spec.threshold,
        seed=_run_seed(spec),
        points_seed=points_seed(spec.campaign, spec.repetition),
    )
    trainer = TrainingRun(problem, settings, spec.path / "checkpoint.safetensors")
    attempts.begin(trainer.step, hardware(settings.device))
    result = trainer.run(should_stop(spec.folder, spec.parent), attempts.watch)
    attempts.close(result.status, trainer.step)
    if result.status != "interrupted":
        _record(spec, problem, settings, result)
    return result.status


def _pool(spec: RunSpec) -> tuple[Candidate, ...]:
    return spec.campaign.search_space().pool(spec.m, _run_seed(spec))


def _run_seed(spec: RunSpec) -> int:
    return seed_of(spec.campaign.seed, spec.trial, spec.repetition)


def _record(spec: RunSpec, problem: Problem, settings: TrainingSettings, result: RunResult) -> None:
    """Write down all that the run left."""
    error, note = None, ""
    if result.status == "completed":
        trained.save(spec.path / trained.FILE, result.mixture)
        error, note = _measure(spec, problem, result)
    row = _row(spec, result.status, "; ".join(filter(None, (result.reason, note)))) | {
        "seed": settings.seed,
        "steps": result.steps,
        "iterations": result.iterations,
        "evaluations": result.evaluations,
        "experts_before": len(settings.pool),
        "experts_after": len(result.mixture.alive),
        "parameters_before": result.parameters_before,
        "parameters_after": result.mixture.parameters_alive,
        "drops": sum(outcome.ended is not None for outcome in result.outcomes.values()),
        "refusals": sum(outcome.refusals for outcome in result.outcomes.values()),
        "held_out_loss": result.held_out_loss,
        "relative_l2": error,
    }
    history = [spec.keys | logged for logged in result.history]
    _close(spec, row, _expert_rows(spec, settings, result), history)


def _measure(spec: RunSpec, problem: Problem, result: RunResult) -> tuple[float | None, str]:
    """The error against the reference, and a note where the reference fails to answer.

    The reference is a user's own code. What it does must not cost a trained network, nor
    have a say in which one is recommended.
    """
    try:
        error = relative_l2(problem, result.mixture)
        write_map(spec.path / "map.parquet", problem, result.mixture)
    except UserError:
        raise
    except Exception as failure:
        write_text(spec.path / "error.txt", traceback.format_exc())
        write_map(spec.path / "map.parquet", replace(problem, solution=None), result.mixture)
        what = f"{type(failure).__name__}: {' '.join(str(failure).split())}"
        return None, f"the reference solution raised {what}"
    return error, ""


def _close(
    spec: RunSpec,
    row: dict[str, Any],
    experts: list[dict[str, Any]],
    history: list[dict[str, Any]],
) -> None:
    """Write the run's tables; with the last the run is over, and needs its checkpoint no more."""
    records.write_table(spec.path / "history.parquet", "history", history)
    records.write_table(spec.path / "experts.parquet", "experts", experts)
    records.write_table(spec.path / "runs.parquet", "runs", [row])
    (spec.path / "checkpoint.safetensors").unlink(missing_ok=True)


def _row(spec: RunSpec, status: str, reason: str) -> dict[str, Any]:
    unknown = dict.fromkeys(records.TABLES["runs"].names)
    known = {"m": spec.m, "p": spec.p, "threshold": spec.threshold}
    return unknown | spec.keys | known | {"status": status, "reason": reason}


def _expert_row(spec: RunSpec, index: int, candidate: Candidate) -> dict[str, Any]:
    unknown = dict.fromkeys(records.TABLES["experts"].names)
    return unknown | spec.keys | {"candidate": index, "born": 0} | levels_of(candidate)


def _expert_rows(
    spec: RunSpec, settings: TrainingSettings, result: RunResult
) -> list[dict[str, Any]]:
    alive = "survived" if result.status == "completed" else "censored"
    rows = []
    for index, candidate in enumerate(settings.pool):
        outcome = result.outcomes[index]
        rows.append(
            _expert_row(spec, index, candidate)
            | {
                "parameters": result.mixture.expert_parameters(index),
                "ended": result.steps if outcome.ended is None else outcome.ended,
                "outcome": alive if outcome.ended is None else "dropped",
                "reason": outcome.reason,
                "importance": outcome.importance,
                "individual_loss": outcome.individual_loss,
                "leave_one_out": outcome.leave_one_out,
                "refusals": outcome.refusals,
            }
        )
    return rows
