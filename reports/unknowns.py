"""The unknown coefficients of an inverse problem: what runs found, and how far they agree."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nas.campaign.records import Records
from nas.reports.intervals import COVERAGE, student
from nas.reports.recommended import Recommended
from nas.reports.rows import each
from nas.reports.words import percent, plural


def estimate(value: float) -> str:
    """Five digits, as the terminal has them: what was found is the result; a dash for none.

    Examples
    --------
    >>> estimate(2.49981), estimate(0.01 / np.pi), estimate(float("nan"))
    ('2.4998', '0.0031831', '–')
    """
    return f"{value:.5g}" if np.isfinite(value) else "–"


@dataclass(frozen=True)
class Unknown:
    """A coefficient: the estimate of the run shown in full, and its interval over several runs.

    Examples
    --------
    >>> from nas.reports import example
    >>> (k,) = example.report().unknowns
    >>> print(k.sentence)
    k = 1.02 (0.92063 to 1.1194 by 3 completed runs, at 95 %); the truth is 1.
    """

    name: str
    value: float
    low: float  # NaN of a single run
    high: float
    basis: str  # the runs of the interval, in words
    truth: float  # NaN where it is not known
    noise: float = float("nan")  # standard error by the noise of the observations; NaN without

    @property
    def error(self) -> float:
        """The relative error; NaN where the truth is not known, or zero."""
        return abs(self.value / self.truth - 1) if self.truth else float("nan")

    @property
    def sentence(self) -> str:
        """All of it for people."""
        between = f"{estimate(self.low)} to {estimate(self.high)} by {self.basis}"
        interval = f" ({between}, at {percent(COVERAGE)})" if np.isfinite(self.low) else ""
        noise = f" ± {self.noise:.2g} by the noise of the observations"
        interval = (noise if np.isfinite(self.noise) else "") + interval
        truth = f"; the truth is {estimate(self.truth)}" if np.isfinite(self.truth) else ""
        return f"{self.name} = {estimate(self.value)}{interval}{truth}."


def estimates(records: Records) -> pd.DataFrame:
    """What each completed run found: a row for each run and coefficient.

    Examples
    --------
    >>> from nas.reports import example
    >>> estimates(example.records())["value"].round(2).to_list()
    [1.06, 1.02, 0.98]
    """
    done = records.runs.loc[records.runs["status"] == "completed", "run"]
    table = records.unknowns[records.unknowns["run"].isin(done)].sort_values("step", kind="stable")
    last = table.drop_duplicates(["run", "name"], keep="last")
    return last.sort_values(["trial", "repetition"], kind="stable").reset_index(drop=True)


def unknowns(estimated: pd.DataFrame, best: Recommended | None) -> tuple[Unknown, ...]:
    """Each coefficient of ``best``, from `estimates`.

    The interval is Student's over the runs of its trial; where it has a single one, over all
    completed runs.

    Examples
    --------
    >>> from nas.reports import example
    >>> unknowns(estimates(example.records()), None)
    ()
    """
    if best is None:
        return ()
    found = []
    for mine in each(estimated[estimated["run"] == best.name]):
        named = estimated[estimated["name"] == mine.name]
        trial = named[named["trial"] == mine.trial]
        basis = trial if len(trial) > 1 else named
        words = f"of trial {mine.trial}" if len(trial) > 1 else "completed"
        runs = plural(len(basis), "run")
        text = f"{runs} {words}" if len(trial) > 1 else runs.replace(" ", f" {words} ")
        low, high = student(basis["value"].to_numpy(dtype=np.float64))
        truth = float("nan") if pd.isna(mine.truth) else float(mine.truth)
        noise = float("nan") if pd.isna(mine.standard_error) else float(mine.standard_error)
        found.append(Unknown(mine.name, float(mine.value), low, high, text, truth, noise))
    return tuple(found)
