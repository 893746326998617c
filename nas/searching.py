"""Campaigns begun from Python: ``nas.search`` and ``nas.baseline``."""

import os
from collections.abc import Mapping
from typing import Any

import pandas as pd

from nas.campaign import campaign, config
from nas.errors import UserError
from nas.paths import given
from nas.problems import Problem
from nas.result import Result
from nas.runner.overview import Watch
from nas.search_spaces import AXES, SearchSpace


def search(
    problem: Problem | str,
    space: SearchSpace | str | Mapping[str, Any] | None = None,
    *,
    out: str | os.PathLike[str],
    budget: str | float | None = None,
    watch: Watch | None = None,
    **settings: Any,
) -> Result:
    """Run a campaign, or resume the one that ``out`` holds.

    Parameters
    ----------
    problem
        A `Problem`, the name of one, or the path of a Python file with one.
    space
        A grid, as a `SearchSpace` or a mapping of axes to levels such as ``{"depths": [2, 3]}``,
        or the name of a search space.
    out
        The campaign's folder.
    budget
        How long it may take, in place of iterations: seconds, or a text such as ``"5m"``. Of a
        campaign that is over, a larger one goes on.
    watch
        Is called with the campaign's `State` a few times a second. Without one a notebook shows
        it in the cell.
    settings
        All other keys of a campaign file: ``trials=12``, ``training={"steps": 500}``.

    Raises
    ------
    UserError
        If a setting is wrong, or ``out`` holds something else.
    Interrupted
        On Ctrl-C; the same call goes on.
    """
    from nas.live import watching

    built, itself = _built(problem, space, {"budget": budget, **settings})
    with watching(watch) as told:
        return Result(campaign.search(built, given(out, "out"), itself, told))


def baseline(
    problem: Problem | str,
    space: SearchSpace | str | Mapping[str, Any] | None = None,
    *,
    out: str | os.PathLike[str],
    watch: Watch | None = None,
    **settings: Any,
) -> pd.DataFrame:
    """Train every candidate of a space by itself, once for each of the campaign's ``seeds``.

    Parameters and errors are those of `search`; the campaign of ``out`` may be one that has been
    searched, or will be.

    Returns
    -------
    A row for each candidate and repetition (see the table ``singles`` in `nas.campaign.records`).
    """
    from nas import validation
    from nas.live import watching

    built, itself = _built(problem, space, settings)
    with watching(watch) as told:
        return pd.DataFrame(validation.baseline(built, given(out, "out"), itself, told))


def _built(
    problem: Problem | str,
    space: SearchSpace | str | Mapping[str, Any] | None,
    settings: dict[str, Any],
) -> tuple[config.Campaign, Problem | None]:
    """The campaign, and the problem itself where it was given."""
    chosen = {} if space is None else {"space": _plain(space)}
    itself = problem if isinstance(problem, Problem) else None
    name = problem.name if isinstance(problem, Problem) else problem
    return config.build(problem=name, **chosen, **settings), itself


def _plain(space: SearchSpace | str | Mapping[str, Any]) -> Any:
    if not isinstance(space, SearchSpace):
        return space
    if not space.is_grid:
        raise UserError(
            "space: expected a full grid, got a list of candidates; "
            "put it into a file of search_spaces/ and give its name"
        )
    return {axis.plural: list(space.levels[axis.name]) for axis in AXES}
