"""The campaign's folder: one campaign, one process at a time."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

from nas.campaign import records
from nas.campaign.attempts import versions
from nas.campaign.config import Campaign
from nas.campaign.differences import differences
from nas.campaign.tuner import without_password
from nas.errors import UserError
from nas.files import write_text
from nas.problems import Problem


def stop_file(folder: Path) -> Path:
    """While this file stands, workers save their runs and return."""
    return folder / "stop"


@contextmanager
def claim(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which ends with the process that holds it.

    Raises
    ------
    UserError
        If another process holds it, or the folder cannot be written.
    """
    lock = FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UserError(
            f"{folder}: another command is at work here; wait for it, or choose another --out"
        ) from error
    except OSError as error:
        raise UserError(
            f"{folder}: cannot be written ({error.strerror or error}); "
            "choose an --out folder that can"
        ) from error
    try:
        yield
    finally:
        lock.release()


def identify(folder: Path, campaign: Campaign, problem: Problem) -> str:
    """Write the campaign's identity into ``folder``, or compare it; return the study's name.

    Raises
    ------
    UserError
        If ``folder`` holds another campaign, or other files.
    """
    path = folder / "campaign.json"
    facts = {
        "name": problem.name,
        "title": problem.title,
        "equation": problem.equation,
        "coordinates": list(problem.coordinates),
        "fields": list(problem.fields),
        "bounds": [list(bound) for bound in problem.domain.bounds],
        "has_reference": problem.solution is not None,
        "fingerprint": problem.fingerprint,
    }
    study = f"{problem.name}-{uuid4().hex[:8]}"
    if path.exists():
        known = records.read_campaign(folder)
        _check_same(folder, known, campaign, problem)
        study = known["study"]
    elif any(not item.name.startswith(".") for item in folder.iterdir()):
        raise UserError(
            f"{folder}: expected an empty folder or a campaign, got a folder with other files; "
            "choose another --out"
        )
    storage = campaign.storage and without_password(campaign.storage)
    written = {
        "configuration": campaign.resolved() | {"storage": storage},
        "problem": facts,
        "study": study,
        "versions": versions(),
    }
    write_text(path, json.dumps(written, indent=2, ensure_ascii=False) + "\n")
    return study


def _check_same(folder: Path, known: dict[str, Any], campaign: Campaign, problem: Problem) -> None:
    if not known.keys() >= {"configuration", "problem", "study"}:
        raise UserError(
            f"{folder}/campaign.json: expected the campaign that `nas search` wrote, got another "
            "file; put a copy back, or choose another --out"
        )
    there = Campaign.from_resolved(known["configuration"])
    differing = differences(there.identity(), campaign.identity())
    if known["problem"].get("fingerprint") == problem.fingerprint:
        # The same mathematics under another path is the same problem.
        differing = [text for text in differing if not text.startswith("problem is ")]
    elif not differing:
        differing = [f"the mathematics of problem {problem.name} has changed"]
    if there.trials > campaign.trials:
        differing.append(f"trials is {there.trials} there and {campaign.trials} here")
    if differing:
        raise UserError(
            f"{folder}: holds a different campaign ({'; '.join(differing)}); "
            "choose another --out, or run the campaign that it holds"
        )
