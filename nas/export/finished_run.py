"""What a finished run left, as its campaign's record tells: a network, and what describes it."""

import difflib
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nas.campaign import coefficients, layout, records
from nas.errors import UserError
from nas.export.architecture import (
    Architecture,
    Measured,
    ProblemFacts,
    UnknownValue,
)
from nas.export.architecture_file import first_complaint
from nas.export.conversion import describe, plain_state, read_mixture
from nas.export.network import ExportedMixture
from nas.export.recorded import check_recorded
from nas.mixture.mixture import Mixture
from nas.training.mixture_file import FILE

Row = dict[str, Any]


def network_of(campaign: Path, run: str | None = None) -> ExportedMixture:
    """What `nas.load` would give of an export of the same run; nothing is written.

    Raises
    ------
    UserError
        As `export`, of what it reads.

    Examples
    --------
    >>> network_of(Path("runs/heat"))(x=0.5, t=1.0)  # doctest: +SKIP
    0.3727
    >>> network_of(Path("nowhere"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: nowhere: expected a campaign folder, found no campaign.json in it; ...
    """
    found = finished_run(Path(campaign), run)
    made = ExportedMixture(found.described)
    made.load_state_dict(plain_state(found.mixture))
    parameters = sum(parameter.numel() for parameter in made.parameters())
    check_recorded(found.path, found.mixture, parameters, found.row)
    return made


@dataclass(frozen=True)
class FinishedRun:
    """What it left, as far as its record alone can tell.

    Parameters
    ----------
    path
        Of the mixture.
    row
        Of the run in the table ``runs``.
    mixture, described
        The network, and what an export says of it.

    Examples
    --------
    >>> list(FinishedRun.__dataclass_fields__)
    ['path', 'row', 'mixture', 'described']
    """

    path: Path
    row: Row
    mixture: Mixture
    described: Architecture


def finished_run(campaign: Path, run: str | None) -> FinishedRun:
    """A completed run of ``campaign`` by its name, or the recommended trial's best.

    Raises
    ------
    UserError
        If there is no such run, or a file of the campaign is damaged.

    Examples
    --------
    >>> finished_run(Path("nowhere"), "0001-0")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: nowhere: expected a campaign folder, found no campaign.json in it; ...
    """
    recorded = records.read_campaign(campaign)
    row = _run(campaign, records.rows(campaign, "runs"), run or _recommended(campaign))
    problem = _problem(campaign, recorded)
    path = layout.run_folder(campaign, row["run"]) / FILE
    mixture = read_mixture(path, problem)
    return FinishedRun(path, row, mixture, _described(campaign, row, problem, mixture))


def _recommended(campaign: Path) -> str:
    """The best run of the recommended trial."""
    trials = records.rows(campaign, "trials")
    for trial in trials:
        if trial["recommended"] and trial["best_run"]:
            name: str = trial["best_run"]
            return name
    raise UserError(
        f"{campaign}: expected a recommended trial, but of {len(trials)} finished trials none "
        "completed; run `nas search` again on this folder to go on, or name a run"
    )


def _run(campaign: Path, runs: Sequence[Row], name: str) -> Row:
    row = next((row for row in runs if row["run"] == name), None)
    completed = [row["run"] for row in runs if row["status"] == "completed"]
    nearest = difflib.get_close_matches(name, completed, n=3, cutoff=0.0)
    advice = f"choose a completed run such as {', '.join(nearest)}" if nearest else "none is yet"
    if row is None:
        raise UserError(f"{campaign}: expected the name of a finished run, got {name!r}; {advice}")
    if row["status"] != "completed":
        why = f"{row['status']}: {row['reason']}" if row["reason"] else row["status"]
        raise UserError(
            f"{campaign}: expected a completed run, but {name} left no network ({why}); {advice}"
        )
    return row


def _problem(campaign: Path, recorded: Row) -> ProblemFacts:
    with understood(campaign / layout.CAMPAIGN_FILE):
        known = recorded["problem"]
        facts = {
            name: known[name]
            for name, one in ProblemFacts.model_fields.items()
            if one.is_required() or name in known
        }
        return ProblemFacts.model_validate_json(json.dumps(facts))


def _described(campaign: Path, row: Row, problem: ProblemFacts, mixture: Mixture) -> Architecture:
    experts = records.rows(campaign, "experts")
    importance = {
        expert["candidate"]: _finite(expert["importance"])
        for expert in experts
        if expert["run"] == row["run"]
    }
    with understood(layout.gathered_file(campaign, "runs")):
        figures = {name: _finite(row[name]) for name in Measured.model_fields}
        figures |= {name: _lines(row[name]) for name in ("warnings", "notes")}
        measured = Measured(**figures)
        return describe(mixture, problem, importance, measured, _unknowns(campaign, row))


def _unknowns(campaign: Path, row: Row) -> tuple[UnknownValue, ...]:
    """The last value that the run found for each unknown coefficient."""
    last = {
        one["name"]: one for one in records.rows(campaign, "unknowns") if one["run"] == row["run"]
    }
    found = []
    for name, one in last.items():
        doubt = coefficients.doubt(name, one["doubt"], row["warnings"])
        error = None if doubt else _finite(one["standard_error"])
        found.append(UnknownValue(name=name, value=one["value"], standard_error=error, doubt=doubt))
    return tuple(found)


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple((text or "").splitlines())


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """Say which file of the campaign holds what no campaign writes.

    Examples
    --------
    >>> with understood(Path("campaign.json")):  # doctest: +ELLIPSIS
    ...     _ = {}["problem"]
    Traceback (most recent call last):
    nas.errors.UserError: campaign.json: expected what a search writes, got a file that is ...
    """
    try:
        yield
    except (ValidationError, LookupError, TypeError, ValueError, AttributeError) as error:
        first = first_complaint(error) if isinstance(error, ValidationError) else repr(error)
        raise UserError(
            f"{path}: expected what a search writes, got a file that is damaged or of another "
            f"version ({first}); run `nas search` again on this folder"
        ) from error


def _finite(value: Any) -> Any:
    """JSON knows no infinity: what is not finite is as good as unknown."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
