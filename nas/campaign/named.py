"""What a user names on the command line: a campaign file, a file with a problem, or a problem."""

import difflib
from collections.abc import Sequence
from pathlib import Path

from nas import problems
from nas.campaign import config
from nas.campaign.config import Campaign
from nas.errors import UserError
from nas.paths import usable

_CAMPAIGN_FILES = (".yaml", ".yml")


def load(name: str, overrides: Sequence[str] = (), budget: str | None = None) -> Campaign:
    """The campaign that ``name`` means, changed as `nas.campaign.config.load` does.

    Parameters
    ----------
    name
        One of the toolkit's problems, or the path of a file: with a problem, if it ends in
        ``.py``, or else a campaign file. Where a problem is named, all else is default.

    Raises
    ------
    UserError
        If it is none of these, or something in it is wrong.

    Examples
    --------
    >>> load("burgers", ["trials=3"], budget="60s").problem
    'burgers'
    >>> load("burger")
    Traceback (most recent call last):
    ...
    nas.errors.UserError: burger: expected a campaign file (YAML), a .py file with a problem or \
the name of one (see `nas problems`), got none of these; did you mean burgers?
    """
    if name.endswith(".py") or name in problems.names():
        return config.of_problem(name, overrides, budget)
    path = usable(name)
    if path.exists() or name.endswith(_CAMPAIGN_FILES) or path.name != name:
        return config.load(path, overrides, budget)
    known = {**_files(), **{problem: problem for problem in problems.names()}}
    near = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=1)
    advice = f"; did you mean {known[near[0]]}?" if near else ""
    raise UserError(
        f"{name}: expected a campaign file (YAML), a .py file with a problem or the name of one "
        f"(see `nas problems`), got none of these{advice}"
    )


def default_folder(name: str) -> Path:
    """Where the campaign that ``name`` means is kept, if nothing else is said: it is found again.

    It stands in the current folder, whatever folder ``name`` points into.

    Examples
    --------
    >>> [str(default_folder(name)) for name in ("burgers", "mine/heat.py", "quick.yaml")]
    ['burgers-search', 'heat-search', 'quick-search']
    """
    return Path(f"{Path(name).stem}-search")


def _files() -> dict[str, str]:
    """The files of the current folder that may have been meant, by their names without ending."""
    endings = (".py", *_CAMPAIGN_FILES)
    return {path.stem: path.name for path in sorted(Path().iterdir()) if path.suffix in endings}
