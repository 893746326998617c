"""What a run was begun with, in its folder: a study that proposes something else is damaged."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nas import json_file
from nas.campaign.tuner import Proposal
from nas.errors import UserError

FILE = "proposal.json"


def keep(folder: Path, proposal: Proposal, *, anew: bool) -> None:
    """Write the proposal into a run's folder, or compare it with the one that is there.

    Parameters
    ----------
    anew
        The run begins, and has nothing that another proposal could have left.

    Raises
    ------
    UserError
        If the run was begun with another one, or the disk refuses.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     keep(Path(name), Proposal(7, m=4, p=0.5, threshold=0.3), anew=True)
    ...     keep(Path(name), Proposal(7, m=4, p=0.5, threshold=0.3), anew=False)
    """
    path = folder / FILE
    try:
        if not anew and path.exists():  # earlier versions wrote none
            compare(folder, proposal, json_file.read(path))
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path}: expected what its run was begun with, got a file that is damaged "
            f"({error!s:.80}); delete the folder {folder} and run `nas search` again: this "
            "run then starts anew, all others are kept"
        ) from error
    json_file.write(path, asdict(proposal))


def compare(folder: Path, proposal: Proposal, known: Any) -> None:
    """Refuse a proposal that is not the one that the run in ``folder`` is ``known`` to have.

    Raises
    ------
    UserError
        If they differ.

    Examples
    --------
    >>> known = {"m": 4, "p": 0.5, "threshold": 0.3}
    >>> compare(Path("out/runs/0007-0"), Proposal(7, 4, 0.5, 0.6), known)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: out/runs/0007-0: began with threshold = 0.3, and the study has 0.6; ...
    """
    for name in ("m", "p", "threshold"):
        wanted = getattr(proposal, name)
        got = known.get(name) if isinstance(known, Mapping) else None
        if got != wanted:
            raise UserError(
                f"{folder}: began with {name} = {got!r:.40}, and the study has {wanted!r}; one of "
                "them is damaged: put a copy of the campaign back, or delete this folder and run "
                "`nas search` again, which repeats this run"
            )
