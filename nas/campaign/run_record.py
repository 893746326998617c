"""What is found out about a trained mixture before it is written down."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nas import assessment
from nas.assessment import Assessment
from nas.campaign import layout, run_rows
from nas.campaign.maps import write_map
from nas.campaign.run_rows import Row
from nas.campaign.true_errors import UNKNOWN, Errors, measure
from nas.errors import RAISED, UserError
from nas.problems import Problem
from nas.runner.worker import written_down
from nas.training.run_result import RunResult
from nas.training.training_settings import TrainingSettings

NOT_ASSESSED = Assessment(error_estimate=None, warnings=(), standard_errors={})


def assessed(
    problem: Problem, settings: TrainingSettings, result: RunResult, folder: Path
) -> Assessment:
    """What the answer is worth; without the reference.

    That evaluates a user's residuals at points of its own. Where it fails, the trained network is
    kept, and the failure told; its traceback goes into the ``folder``.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.training_run import TrainingRun
    >>> result = TrainingRun(example.PROBLEM, example.settings()).run()
    >>> assessed(example.PROBLEM, example.settings(), result, Path(".")).warnings
    ()
    """
    try:
        return assessment.assess(problem, settings.sampler, result)
    except UserError:
        raise
    except RAISED as failure:
        warning = f"the answer could not be assessed: {written_down(folder, failure)}"
        return replace(NOT_ASSESSED, warnings=(warning,))


def measured(
    problem: Problem, result: RunResult, folder: Path, *, with_map: bool = True
) -> tuple[Errors, str]:
    """The errors against the reference, and a note where the reference fails to answer.

    The reference is a user's own code. What it does must not cost a trained network, nor have a
    say in which one is recommended. A map of the fields goes into the ``folder``.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.training_run import TrainingRun
    >>> result = TrainingRun(example.PROBLEM, example.settings()).run()
    >>> errors, note = measured(example.PROBLEM, result, Path("."), with_map=False)
    >>> errors.together < 0.1, note
    (True, '')
    """
    path = folder / layout.MAP_FILE
    try:
        errors = measure(problem, result.mixture)
        if with_map:
            write_map(path, problem, result.mixture)
    except UserError:
        raise
    except RAISED as failure:
        note = f"the reference solution raised {written_down(folder, failure)}"
        if with_map:
            write_map(path, replace(problem, solution=None), result.mixture)
        return UNKNOWN, note
    if errors.together is None and problem.solution is not None:
        why = "the reference solution is zero, or has no value somewhere in the domain"
        return errors, f"no relative error is known: {why}"
    return errors, ""


def tables(
    keys: Mapping[str, Any],
    row: Row,
    result: RunResult,
    experts: list[Row],
    errors: Errors,
    found: Assessment,
) -> dict[str, list[Row]]:
    """The rows of all tables of a run; to its own ``row`` is added what was found out.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.training_run import TrainingRun
    >>> result = TrainingRun(example.PROBLEM, example.settings()).run()
    >>> keys = {"run": "0000-0", "trial": 0, "repetition": 0}
    >>> written = tables(keys, dict(keys), result, [], UNKNOWN, NOT_ASSESSED)
    >>> written["runs"][0]["warnings"], written["history"][0]["run"]
    ('', '0000-0')
    """
    told = {
        "relative_l2": errors.together,
        "error_estimate": found.error_estimate,
        "warnings": "\n".join(found.warnings),
        "notes": "\n".join(found.notes),
    }
    return {
        "fields": run_rows.fields(keys, errors.by_field, found.by_field),
        "unknowns": run_rows.unknowns(keys, result.unknowns, found.standard_errors, found.doubts),
        "history": [{**keys, **logged} for logged in result.history],
        "experts": experts,
        "runs": [row | told],
    }
