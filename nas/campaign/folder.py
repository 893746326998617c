"""The campaign's folder: one campaign, one command at a time."""

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from nas import belonging, json_file, networks, paths
from nas.campaign import gpus, memory_need, records, study_storage
from nas.campaign.config import Campaign
from nas.campaign.differences import differences
from nas.campaign.layout import CAMPAIGN_FILE
from nas.campaign.run_settings import check_points, devices_of
from nas.campaign.stages import Stages
from nas.errors import UserError
from nas.folder_lock import claimed
from nas.problems import Observations, Problem
from nas.problems.description import (
    conditions_in_words,
    domain_in_words,
    equations_in_words,
    jumps_in_words,
    unknowns_in_words,
)
from nas.runner.executors import Resources
from nas.runner.problem_source import ProblemSource
from nas.runner.provenance import versions

_LOG = logging.getLogger(__name__)

MOST_OBSERVED = 500  # points of a table of observations that the record keeps


@dataclass(frozen=True)
class CampaignFolder:
    """A campaign with its problem, in its folder: what all its jobs have in common.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> source = ProblemSource.of("burgers")
    >>> home = CampaignFolder(Path("out"), build(problem="burgers"), source, study="burgers-1")
    >>> home.storage.startswith("sqlite:")
    True
    """

    path: Path
    campaign: Campaign
    problem: ProblemSource
    study: str  # Optuna's name for it
    stages: Stages = Stages()  # of a budget

    @property
    def resources(self) -> Resources:
        """What its jobs are done with."""
        shared = gpus.shared_out(self.campaign.training)
        return replace(self.campaign.parallel.resources, gpus=shared)

    @property
    def storage(self) -> str:
        """The URL of Optuna's storage."""
        return self.campaign.storage or study_storage.in_folder(self.path)


@contextmanager
def opened(
    campaign: Campaign, path: Path, given: Problem | None = None, stages: Stages = Stages()
) -> Iterator[CampaignFolder]:
    """Hold the folder at ``path``, made if need be, after all has been checked that can be.

    Parameters
    ----------
    given
        The problem itself, where ``campaign.problem`` is not to be loaded by name or path.
    stages
        Of a campaign within a budget.

    Raises
    ------
    UserError
        If the folder holds something else, another command is at work in it, a device is not
        there, the problem is wrong, or the disk refuses.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from nas.campaign.config import build
    >>> with TemporaryDirectory() as name:
    ...     with opened(build(problem="burgers"), Path(name) / "out") as home:
    ...         print(home.problem.load().name, (home.path / CAMPAIGN_FILE).exists())
    burgers True
    """
    path = paths.usable(Path(path).absolute())
    source = ProblemSource.of(campaign.problem, given)
    problem = source.load()
    devices = devices_of(campaign)
    try:
        networks.check(campaign.search_space().candidates, problem.coordinates)
    except UserError as error:
        raise UserError(f"space: {error}") from error
    memory_need.check(campaign, problem, devices)
    check_points(campaign, problem)
    networks.prepare(devices[0])  # once, with one message at most, before the workers need it
    _check_free(path)
    with claimed(path):
        campaign = _going_on(path, campaign)
        study = identify(path, campaign, problem, source.text())
        yield CampaignFolder(path, campaign, source, study, stages)


def identify(folder: Path, campaign: Campaign, problem: Problem, text: str = "") -> str:
    """Write the campaign's identity into ``folder``, or compare it; return the study's name.

    Parameters
    ----------
    text
        Of the problem's file, for the record.

    Raises
    ------
    UserError
        If ``folder`` holds another campaign, or other files.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from nas import problems
    >>> from nas.campaign.config import build
    >>> with TemporaryDirectory() as name:
    ...     study = identify(Path(name), build(problem="burgers"), problems.load("burgers"))
    ...     again = identify(Path(name), build(problem="burgers"), problems.load("burgers"))
    >>> study == again
    True
    """
    path = folder / CAMPAIGN_FILE
    study, identity = f"{problem.name}-{uuid4().hex[:8]}", _identity(campaign, problem)
    if path.exists():
        known = records.read_campaign(folder)
        _check_same(folder, known, campaign, problem)
        study = known["study"]
        identity = known.get(belonging.KEY, identity)  # a later version might make another
        campaign = campaign.told_beside(Campaign.from_resolved(known["configuration"]))
    else:
        _check_free(folder)
    url = campaign.storage and study_storage.without_password(campaign.storage)
    written = {
        "configuration": campaign.resolved() | {"storage": url},
        "problem": _facts(problem) | {"source": text},
        "study": study,
        belonging.KEY: identity,
        "versions": versions(),
    }
    json_file.write(path, written, indent=2)
    return study


def _identity(campaign: Campaign, problem: Problem) -> str:
    """A digest of all that decides about the campaign's results; see `nas.belonging`."""
    settings = {name: of for name, of in campaign.identity().items() if name != "problem"}
    said = json.dumps([problem.fingerprint, settings], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _check_free(folder: Path) -> None:
    """Refuse a folder with other things than a campaign, before anything in it is touched."""
    try:
        there = (folder / CAMPAIGN_FILE).exists()
        names = [item.name for item in folder.iterdir()] if folder.exists() else []
    except OSError as error:
        raise UserError(
            f"{folder}: expected a folder that can be read, got {error.strerror}; choose another "
            "--out"
        ) from error
    if there:
        _check_campaign(folder, records.read_campaign(folder))
    elif not all(name.startswith(".") for name in names):
        raise UserError(
            f"{folder}: expected an empty folder or a campaign, got a folder with other files; "
            "choose another --out"
        )


def _going_on(folder: Path, campaign: Campaign) -> Campaign:
    """``campaign`` with what the one that ``folder`` holds decides for it."""
    if not (folder / CAMPAIGN_FILE).exists():
        return campaign
    known = records.read_campaign(folder).get("configuration")
    if known is None:
        return campaign
    there = Campaign.from_resolved(known)
    if there.budget is not None and campaign.budget is not None and campaign.budget < there.budget:
        _LOG.warning(
            "%s: was searched within %g s, and %g s are no more; give a larger budget to go on",
            folder,
            there.budget,
            campaign.budget,
        )
    return campaign.going_on(there)


def _facts(problem: Problem) -> dict[str, Any]:
    """What the records tell of a problem."""
    return {
        "name": problem.name,
        "title": problem.title,
        "equation": problem.equation,
        "equations": equations_in_words(problem),
        "coordinates": list(problem.coordinates),
        "fields": list(problem.fields),
        "bounds": [list(bound) for bound in problem.domain.bounds],
        "pieces": [_sought(problem, field, piece) for field, piece in problem.pieces.items()],
        "has_reference": problem.solution is not None,
        "domain": domain_in_words(problem.domain),
        "conditions": conditions_in_words(problem),
        "jumps": jumps_in_words(problem),
        "unknown": unknowns_in_words(problem),
        "observed": _observed(problem),
        "terms": problem.describe_terms(),
        "ansatz": problem.describe_ansatz(),
        "warnings": list(problem.warnings),
        "fingerprint": problem.fingerprint,
    }


def _observed(problem: Problem) -> list[dict[str, list[float]]]:
    """Where fields were observed, and what: tables with a column a coordinate and field.

    For pictures, which show no more: of many observations every so many-th is told.
    """
    found = []
    for one in problem.conditions:
        if not isinstance(one, Observations):
            continue
        fields = [name for name in one.table if name in problem.fields and name not in one.of]
        step = -(-len(one.table[problem.coordinates[0]]) // MOST_OBSERVED)
        names = (*problem.coordinates, *fields)
        if fields:
            found.append({name: one.table[name][::step].tolist() for name in names})
    return found


def _sought(problem: Problem, field: str, piece: str) -> dict[str, Any]:
    """Where alone a field is sought."""
    bounds = [list(bound) for bound in problem.domain_of(field).bounds]
    return {"field": field, "piece": piece, "bounds": bounds}


def _check_campaign(folder: Path, known: dict[str, Any]) -> None:
    if not known.keys() >= {"configuration", "problem", "study"}:
        raise UserError(
            f"{folder / CAMPAIGN_FILE}: expected the campaign that `nas search` wrote, got "
            "another file; put a copy back, or choose another --out"
        )


def _check_same(folder: Path, known: dict[str, Any], campaign: Campaign, problem: Problem) -> None:
    _check_campaign(folder, known)
    there = Campaign.from_resolved(known["configuration"])
    differing = differences(there.identity(), campaign.identity())
    if known["problem"].get("fingerprint") == problem.fingerprint:
        # The same mathematics under another path is the same problem.
        differing = [text for text in differing if not text.startswith("problem is ")]
    elif not differing:
        differing = [f"the mathematics of problem {problem.name} has changed"]
    if there.budget is not None and campaign.budget is None:  # how much it is does not matter
        differing = [f"it has a budget, and none was given: add --budget {there.budget:g}s"]
    elif there.budget is None and campaign.budget is not None:
        differing = ["it has no budget, and one was given: leave it out"]
    if there.trials > campaign.trials:
        differing.append(f"trials is {there.trials} there and {campaign.trials} here")
    if differing:
        raise UserError(
            f"{folder}: holds a different campaign ({'; '.join(differing)}); "
            "choose another --out, or run the campaign that it holds"
        )
