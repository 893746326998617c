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
    k = 1.02; the truth is 1.
    >>> print(Unknown("k", 2.5, noise=0.012).sentence)
    k = 2.5 ± 0.012 by the noise of the observations.
    >>> print(Unknown("k", 2.5, doubt="nothing tells it").sentence)
    k = 2.5 (no ±: nothing tells it).
    """

    name: str
    value: float
    low: float = float("nan")  # NaN where no runs compare
    high: float = float("nan")
    basis: str = ""  # the runs of the interval, in words
    truth: float = float("nan")  # NaN where it is not known
    noise: float = float("nan")  # standard error by the noise of the observations; NaN without
    doubt: str = ""  # why it is not told how well the value is known

    @property
    def error(self) -> float:
        """The relative error; NaN where the truth is not known, or zero."""
        return abs(self.value / self.truth - 1) if self.truth else float("nan")

    @property
    def margin(self) -> str:
        """How well it is known by the noise of the observations, or why not; "" without noise."""
        if self.doubt:
            return f"no ±: {self.doubt}"
        return f"± {self.noise:.2g}" if np.isfinite(self.noise) else ""

    @property
    def between(self) -> str:
        """The interval over runs; "" where no runs compare."""
        if not np.isfinite(self.low):
            return ""
        ends = f"{estimate(self.low)} to {estimate(self.high)}"
        return f"{ends} by {self.basis}, at {percent(COVERAGE)}"

    @property
    def known(self) -> str:
        """The value with its margin.

        Examples
        --------
        >>> Unknown("k", 2.5, noise=0.012).known, Unknown("k", 2.5).known
        ('2.5 ± 0.012', '2.5')
        """
        margin = f"({self.margin})" if self.doubt else self.margin
        return f"{estimate(self.value)} {margin}".rstrip()

    @property
    def sentence(self) -> str:
        """All of it for people."""
        noise = " by the noise of the observations" if np.isfinite(self.noise) else ""
        interval = f" ({self.between})" if self.between else ""
        truth = f"; the truth is {estimate(self.truth)}" if np.isfinite(self.truth) else ""
        return f"{self.name} = {self.known}{noise}{interval}{truth}."


def estimates(records: Records) -> pd.DataFrame:
    """What each completed run found: a row for each run and coefficient.

    Examples
    --------
    >>> from nas.reports import example
    >>> estimates(example.records())["value"].round(2).to_list()
    [1.06, 1.02, 0.98]
    """
    done = records.runs.loc[records.runs["status"] == "completed", "run"]
    last = records.estimates(list(done))
    return last.sort_values(["trial", "repetition"], kind="stable").reset_index(drop=True)


def unknowns(
    estimated: pd.DataFrame, best: Recommended | None, race: pd.DataFrame
) -> tuple[Unknown, ...]:
    """Each coefficient of ``best``, from `estimates`.

    The interval is Student's over runs that differ in their seed alone: those of its trial, or
    within a budget the winners of the other seeds' races. Runs whose answers are in doubt do not
    count, and where ``best`` is in doubt there is none.

    Examples
    --------
    >>> from nas.reports import example
    >>> unknowns(estimates(example.records()), None, example.records().race)
    ()
    """
    if best is None:
        return ()
    like = _like(estimated, best, race)
    found = []
    for mine in each(estimated[estimated["run"] == best.name]):
        named = estimated[(estimated["name"] == mine.name) & estimated["run"].isin(like)]
        basis = named[named["doubt"] == ""]
        values = [] if mine.doubt else basis["value"].to_numpy(dtype=np.float64)
        low, high = student(np.asarray(values))
        found.append(
            Unknown(
                mine.name,
                float(mine.value),
                low,
                high,
                _basis(best, len(basis), len(named)),
                _number(mine.truth),
                _number(mine.standard_error),
                mine.doubt,
            )
        )
    return tuple(found)


def _like(estimated: pd.DataFrame, best: Recommended, race: pd.DataFrame) -> set[str]:
    """The names of runs that differ from ``best`` in their seed alone, and its own.

    All that learnt for one race share its time, and some of them a seed; only a winner was trained
    to the end.
    """
    if best.run["stage"] == "race":
        others = race[(race["repetition"] != best.run["repetition"]) & race["won"].astype(bool)]
        return {best.name, *others["run"]}
    return set(estimated.loc[estimated["trial"] == best.run["trial"], "run"])


def _basis(best: Recommended, used: int, of: int) -> str:
    """What an interval is over, in words."""
    things = "race" if best.run["stage"] == "race" else "run"
    counted = plural(used, things) if used == of else f"{used} of {plural(of, things)}"
    of_trial = "" if things == "race" else f" of trial {best.run['trial']}"
    return f"{counted}{of_trial}" + ("" if used == of else ", the others being in doubt")


def _number(value: float | None) -> float:
    return float("nan") if pd.isna(value) else float(value)
