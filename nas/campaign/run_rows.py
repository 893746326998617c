"""What a run left, as rows of the tables (see `nas.campaign.records`)."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from nas.campaign import records
from nas.campaign.tuner import Proposal
from nas.mixture.mixture import Mixture
from nas.search_spaces.candidates import Candidate, levels_of
from nas.training.training_run import RunResult
from nas.training.training_settings import TrainingSettings

Row = dict[str, Any]


def run(keys: Mapping[str, Any], proposal: Proposal, status: str, reason: str) -> Row:
    """The row of a run of which nothing is known but how it ended; no warning is known either.

    Examples
    --------
    >>> row = run({"run": "0000-0"}, Proposal(0, 4, 0.5, 0.3), "killed", "out of memory?")
    >>> row["m"], row["status"], row["held_out_loss"]
    (4, 'killed', None)
    """
    known: Row = {"m": proposal.m, "p": proposal.p, "threshold": proposal.threshold}
    known |= {"stage": "selection", "status": status, "reason": reason}
    known |= {"warnings": "", "notes": "", "corrections": ""}
    return {**_unknown("runs"), **keys, **known}


def fields(
    keys: Mapping[str, Any], errors: Mapping[str, float | None], estimates: Mapping[str, float]
) -> list[Row]:
    """The rows of a run's fields, from the relative L2 error of each, measured and estimated.

    Examples
    --------
    >>> (row,) = fields({"run": "0000-0"}, {"u": 0.1}, {"u": 0.2})
    >>> row["field"], row["relative_l2"], row["error_estimate"]
    ('u', 0.1, 0.2)
    """
    return [
        {
            **_unknown("fields"),
            **keys,
            "field": field,
            "relative_l2": errors.get(field),
            "error_estimate": estimates.get(field),
        }
        for field in dict.fromkeys((*errors, *estimates))
    ]


def unknowns(
    keys: Mapping[str, Any],
    logged: Sequence[Row],
    standard_errors: Mapping[str, float],
    doubts: Mapping[str, str],
) -> list[Row]:
    """The rows of a run's unknown coefficients; the last of each says how well it is known.

    Examples
    --------
    >>> logged = [{"step": step, "name": "k", "value": 2.0} for step in (10, 20)]
    >>> rows = unknowns({"run": "0000-0"}, logged, {"k": 0.1}, {})
    >>> [row["standard_error"] for row in rows], rows[-1]["doubt"]
    ([None, 0.1], '')
    """
    last = max((row["step"] for row in logged), default=0)
    rows = []
    for row in logged:
        name, ends = row["name"], row["step"] == last
        known = {"standard_error": standard_errors.get(name), "doubt": doubts.get(name, "")}
        rows.append({**_unknown("unknowns"), **keys, **row, **(known if ends else {})})
    return rows


def figures(settings: TrainingSettings, result: RunResult) -> Row:
    """What a run's training tells, as columns of its row; the error is not among them.

    Examples
    --------
    Of a run that was stopped before its first step:

    >>> from nas import problems
    >>> from nas.campaign.config import build
    >>> from nas.campaign.run_settings import run_settings
    >>> from nas.training.training_run import TrainingRun
    >>> problem = problems.load("helmholtz")
    >>> pool = (Candidate("tanh", 1, 4), Candidate("sine", 1, 4))
    >>> settings = run_settings(problem, build(problem="helmholtz"), pool, 0.5, 0.3, 7, 0)
    >>> result = TrainingRun(problem, settings).run(should_stop=lambda: True)
    >>> row = figures(settings, result)
    >>> row["seed"], row["steps"], row["experts_before"], row["experts_after"], row["drops"]
    (7, 0, 2, 2, 0)
    """
    outcomes = result.outcomes.values()
    return {
        "seed": settings.seed,
        "steps": result.steps,
        "iterations": result.iterations,
        "evaluations": result.evaluations,
        "experts_before": len(settings.pool),
        "experts_after": len(result.mixture.alive),
        "parameters_before": result.parameters_before,
        "parameters_after": size(result.mixture),
        "drops": sum(outcome.ended is not None for outcome in outcomes),
        "refusals": sum(outcome.refusals for outcome in outcomes),
        "held_out_loss": result.held_out_loss,
        "corrections": ", ".join(map(str, result.mixture.corrections.candidates)),
    }


def size(mixture: Mixture) -> int:
    """Numbers of all that is exported: a single network needs no gate.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.pool.learning import only
    >>> whole = example.mixture()
    >>> size(whole) == whole.parameters_alive, size(only(whole, [2]))
    (True, 13)
    """
    gate = sum(one.numel() for one in mixture.gate.parameters())
    return mixture.parameters_alive - gate * (len(mixture.alive) == 1)


def lost_expert(keys: Mapping[str, Any], index: int, candidate: Candidate, reason: str) -> Row:
    """The row of an expert of which nothing was left: censored at the beginning.

    Examples
    --------
    >>> row = lost_expert({"run": "0000-0"}, 2, Candidate("tanh", 2, 16), "out of memory?")
    >>> row["candidate"], row["width"], row["outcome"], row["ended"]
    (2, 16, 'censored', 0)
    """
    lost = {"ended": 0, "outcome": "censored", "reason": reason, "refusals": 0}
    return _expert(keys, index, candidate) | lost


def experts(keys: Mapping[str, Any], settings: TrainingSettings, result: RunResult) -> list[Row]:
    """The rows of all experts of a run, in the order of its pool.

    Examples
    --------
    Of a run that was stopped before its first step:

    >>> from nas import problems
    >>> from nas.campaign.config import build
    >>> from nas.campaign.run_settings import run_settings
    >>> from nas.training.training_run import TrainingRun
    >>> problem = problems.load("helmholtz")
    >>> pool = (Candidate("tanh", 1, 4), Candidate("sine", 1, 4))
    >>> settings = run_settings(problem, build(problem="helmholtz"), pool, 0.5, 0.3, 7, 0)
    >>> result = TrainingRun(problem, settings).run(should_stop=lambda: True)
    >>> rows = experts({"run": "0000-0"}, settings, result)
    >>> [(row["activation"], row["outcome"]) for row in rows]
    [('tanh', 'censored'), ('sine', 'censored')]
    """
    alive = "survived" if result.status == "completed" else "censored"
    rows = []
    for index, candidate in enumerate(settings.pool):
        outcome = result.outcomes[index]
        rows.append(
            _expert(keys, index, candidate)
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


def cut_expert(keys: Mapping[str, Any], index: int, candidate: Candidate, loss: float) -> Row:
    """The row of a candidate that had learnt too little for the gate to be asked.

    Examples
    --------
    >>> row = cut_expert({"run": "0000-0"}, 2, Candidate("tanh", 2, 16), 0.5)
    >>> row["outcome"], row["individual_loss"]
    ('cut', 0.5)
    """
    learnt = math.isfinite(loss)
    reason = f"held-out loss {loss:.2e}: others had learnt more" if learnt else "nothing learnt"
    cut = {"ended": 0, "outcome": "cut", "reason": reason, "refusals": 0}
    return _expert(keys, index, candidate) | cut | {"individual_loss": loss if learnt else None}


def survivor(
    keys: Mapping[str, Any], index: int, candidate: Candidate, parameters: int, ended: int
) -> Row:
    """The row of a member of a contestant.

    Examples
    --------
    >>> row = survivor({"run": "race-0-0"}, 2, Candidate("tanh", 2, 16), 337, ended=80)
    >>> row["outcome"], row["parameters"]
    ('survived', 337)
    """
    known = {"ended": ended, "outcome": "survived", "reason": "", "refusals": 0}
    return _expert(keys, index, candidate) | known | {"parameters": parameters}


def _expert(keys: Mapping[str, Any], index: int, candidate: Candidate) -> Row:
    known = {"candidate": index, "born": 0}
    return {**_unknown("experts"), **keys, **known, **levels_of(candidate)}


def _unknown(table: str) -> Row:
    return dict.fromkeys(records.TABLES[table].names)
