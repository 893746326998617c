"""The toolkit from Python: run a search, and use what it found."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from nas.campaign import campaign, config, records
from nas.errors import UserError
from nas.problems import Problem
from nas.runner.overview import Watch
from nas.search_spaces import AXES, SearchSpace

if TYPE_CHECKING:
    from nas.export import Exported


@dataclass(frozen=True)
class Result:
    """A campaign that has been run.

    Parameters
    ----------
    records
        The tables of what happened (see `nas.campaign.records`).
    """

    records: records.Records

    def __repr__(self) -> str:
        trials = len(self.records.trials)
        return f"Result({str(self.folder)!r}, {trials} trials)"

    @property
    def folder(self) -> Path:
        """Where the campaign lives."""
        return self.records.folder

    @property
    def recommended(self) -> pd.Series:
        """The row of the recommended trial's best run in ``records.runs``.

        Raises
        ------
        UserError
            If no trial completed.
        """
        trials = self.records.trials
        rows = trials[trials.recommended.astype(bool)]
        if rows.empty:
            raise UserError(
                f"{self.folder}: expected a completed trial, got none; "
                "see the column `reason` of its table `runs`"
            )
        runs = self.records.runs
        best: pd.Series = runs[runs.run == rows.iloc[0].best_run].iloc[0]
        return best

    @property
    def survivors(self) -> pd.DataFrame:
        """The rows of ``records.experts`` of the recommended run's survivors."""
        experts = self.records.experts
        of_run = experts[experts.run == self.recommended.run]
        survivors: pd.DataFrame = of_run[of_run.outcome == "survived"]
        return survivors

    @property
    def corrections(self) -> list[str]:
        """What is added to the recommended network's gated sum: ``["sine 1×800"]``; mostly empty.

        Each is a network of random features whose output layer was solved (see the glossary).

        Raises
        ------
        UserError
            If no trial completed.
        """
        found = self.recommended.corrections
        return [] if pd.isna(found) else [name for name in found.split(", ") if name]

    @property
    def unknown(self) -> dict[str, float]:
        """What the recommended run found for each of the problem's unknown coefficients, by name.

        Raises
        ------
        UserError
            If no trial completed.
        """
        found = self.records.estimates([self.recommended.run])
        return dict(zip(found["name"], found["value"], strict=True))

    def report(self, to: str | os.PathLike[str] | None = None) -> Path:
        """Write tables, figures and the page; return the page's path."""
        from nas import reports

        return reports.write(self.folder, None if to is None else Path(to))

    def validate(
        self,
        run: str | None = None,
        *,
        problem: Problem | None = None,
        watch: Watch = lambda state: None,
    ) -> "Result":
        """Measure whether the choice can be trusted (see `nas.validation.validate`).

        ``problem`` is the one searched, where it was given as a `Problem`.
        """
        from nas.validation import validate

        return Result(validate(self.folder, run, problem, watch))

    def export(
        self, to: str | os.PathLike[str], format: str = "pt2", dtype: str = "float64"
    ) -> "Exported":
        """Write the recommended run's network into the folder ``to`` (see `nas.export`)."""
        from nas.export import export

        return export(self.folder, Path(to), format=format, dtype=dtype)


def search(
    problem: Problem | str,
    space: SearchSpace | str | Mapping[str, Any] | None = None,
    *,
    out: str | os.PathLike[str],
    budget: str | float | None = None,
    watch: Watch = lambda state: None,
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
        Is called with the campaign's `State` a few times a second.
    settings
        All other keys of a campaign file: ``trials=12``, ``training={"steps": 500}``.

    Raises
    ------
    UserError
        If a setting is wrong, or ``out`` holds something else.
    Interrupted
        On Ctrl-C; the same call goes on.
    """
    built, itself = _built(problem, space, {"budget": budget, **settings})
    return Result(campaign.search(built, Path(out), itself, watch))


def baseline(
    problem: Problem | str,
    space: SearchSpace | str | Mapping[str, Any] | None = None,
    *,
    out: str | os.PathLike[str],
    watch: Watch = lambda state: None,
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

    built, itself = _built(problem, space, settings)
    return pd.DataFrame(validation.baseline(built, Path(out), itself, watch))


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


def open_campaign(folder: str | os.PathLike[str]) -> Result:
    """The result of the campaign in ``folder``; `UserError` if it is none."""
    return Result(records.read(Path(folder)))


def _plain(space: SearchSpace | str | Mapping[str, Any]) -> Any:
    if not isinstance(space, SearchSpace):
        return space
    if not space.is_grid:
        raise UserError(
            "space: expected a full grid, got a list of candidates; "
            "put it into a file of search_spaces/ and give its name"
        )
    return {axis.plural: list(space.levels[axis.name]) for axis in AXES}
