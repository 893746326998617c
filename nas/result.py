"""What a campaign has found, from Python: its tables, figures, network, report and export."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nas.campaign import records
from nas.errors import UserError
from nas.paths import given
from nas.problems import Problem
from nas.runner.overview import Watch

if TYPE_CHECKING:
    from nas.export import Exported, ExportedMixture
    from nas.reports.drawing import Drawn
    from nas.reports.report import Report


@dataclass(frozen=True)
class Result:
    """A campaign that has been run.

    Parameters
    ----------
    records
        The tables of what happened (see `nas.campaign.records`).

    Examples
    --------
    >>> from nas.reports import example
    >>> result = Result(example.records())
    >>> result
    Result('made-up': 4 trials; trial 1 (run 0001-0): sine 2×16, sine 1×8; held-out loss 4.00e-4, \
relative L2 0.02)
    >>> result.errors(), result.unknown
    ({'u': 0.02}, {'k': 1.02})
    >>> result.table().loc[1, "experts"]
    'sine 1×8, sine 2×16'
    >>> result.plot("front").axes[0].get_ylabel()
    'held-out physics loss'
    """

    records: records.Records

    def __repr__(self) -> str:
        from nas.reports import in_short

        return f"Result({str(self.folder)!r}: {in_short.line(self.records)})"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from nas.reports import in_short

        return in_short.as_html(self.records)

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
        from nas.reports.readable_row import Row

        trials = self.records.trials
        rows = trials[trials.recommended.astype(bool)]
        if rows.empty:
            raise UserError(
                f"{self.folder}: expected a completed trial, got none; "
                "see the column `reason` of its table `runs`"
            )
        runs = self.records.runs
        return Row(runs[runs.run == rows.iloc[0].best_run].iloc[0])

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

        How well it is known stands in `unknown_errors`.

        Raises
        ------
        UserError
            If no trial completed.
        """
        found = self.records.estimates([self.recommended.run])
        return dict(zip(found["name"], found["value"], strict=True))

    @property
    def unknown_errors(self) -> dict[str, float]:
        """The standard error of each of `unknown`, by the noise of the observations, by name.

        One is missing where nothing is noisy, or where it would mislead: the answer is not to be
        trusted, or nothing tells the coefficient. Raises as `unknown`.
        """
        found = self.records.estimates([self.recommended.run]).dropna(subset=["standard_error"])
        return dict(zip(found["name"], found["standard_error"], strict=True))

    def errors(self) -> dict[str, float]:
        """The relative L2 error of each field of the recommended run; none without a solution."""
        from nas.reports import field_errors

        return field_errors.of_run(self.records, self.recommended.run)

    def table(self) -> pd.DataFrame:
        """The trials, a row for each (see `nas.reports.trial_table.of`)."""
        from nas.reports import trial_table

        return trial_table.of(self.records)

    @cached_property
    def network(self) -> "ExportedMixture":
        """The recommended network, ready to be called, as `nas.load` of its export would be.

        ``result.network(x=0.5, t=1.0)`` is its value, ``result.network.d("xx")`` a derivative.

        Raises
        ------
        UserError
            If no trial completed, or a file of the campaign is damaged.
        """
        from nas.export import network_of

        return network_of(self.folder)

    @property
    def figures(self) -> tuple[str, ...]:
        """The names that `plot` takes: those of all figures that a report of this has."""
        from nas.reports import drawing

        return drawing.names(self._report)

    def plot(self, name: str = "solution") -> "Drawn":
        """One of the report's `figures`; by itself the solution, of several fields the first.

        Returns
        -------
        A matplotlib figure. A notebook shows it; ``.savefig("solution.png")`` writes it.

        Raises
        ------
        UserError
            If there is no such figure of this campaign.
        """
        from nas.reports import drawing

        return drawing.figure(self._report, name)

    @cached_property
    def _report(self) -> "Report":
        from nas.reports import report

        return report.of(self.records)

    def report(self, to: str | os.PathLike[str] | None = None) -> Path:
        """Write tables, figures and the page; return the page's path."""
        from nas import reports

        return reports.write(self.folder, None if to is None else given(to, "report"))

    def validate(
        self,
        run: str | None = None,
        *,
        problem: Problem | None = None,
        watch: Watch | None = None,
    ) -> "Result":
        """Measure whether the choice can be trusted (see `nas.validation.validate`).

        ``problem`` is the one searched, where it was given as a `Problem`.
        """
        from nas.live import watching
        from nas.validation import validate

        with watching(watch) as told:
            return Result(validate(self.folder, run, problem, told))

    def export(
        self, to: str | os.PathLike[str], format: str = "pt2", dtype: str = "float64"
    ) -> "Exported":
        """Write the recommended run's network into the folder ``to`` (see `nas.export`)."""
        from nas.export import export

        return export(self.folder, given(to, "export"), format=format, dtype=dtype)


def open_campaign(folder: str | os.PathLike[str]) -> Result:
    """The result of the campaign in ``folder``; `UserError` if it is none."""
    return Result(records.read(given(folder, "nas.open_campaign")))
