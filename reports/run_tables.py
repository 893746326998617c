"""The tables of runs: what each began and ended with, found, how wrong it is, why it failed."""

from collections.abc import Sequence

import pandas as pd

from nas.campaign.records import Records
from nas.reports.rows import each
from nas.reports.tables import Table, count, text, whole
from nas.reports.unknowns import Unknown, estimate
from nas.reports.words import number


def runs(table: pd.DataFrame) -> Table:
    """Every run, with what it began and ended with.

    Examples
    --------
    >>> from nas.reports import example
    >>> table = runs(example.records().runs)
    >>> dict(zip(table.columns, table.rows[1], strict=True))["parameters"]
    '900 → 500'
    """
    rows = tuple(
        (
            r.run,
            r.status,
            whole(r.seed),
            f"{whole(r.steps)} + {whole(r.iterations)}",
            f"{whole(r.experts_before)} → {whole(r.experts_after)}",
            f"{count(r.parameters_before)} → {count(r.parameters_after)}",
            whole(r.drops),
            whole(r.refusals),
            number(r.held_out_loss),
            number(r.relative_l2),
            number(r.error_estimate),
        )
        for r in each(table)
    )
    columns = ("run", "status", "seed", "steps", "experts", "parameters", "drops", "refusals")
    return Table("All runs", (*columns, "held-out loss", "relative L2", "estimated"), rows)


def fields(records: Records) -> Table | None:
    """The error of each field of every completed run; None where one column would hold them all.

    Examples
    --------
    >>> from nas.reports import example
    >>> records = example.records()
    >>> fields(records) is None  # there is one field, and its error stands in the table of runs
    True
    >>> records.fields["field"] = ["u", "v", "v"]
    >>> fields(records).columns, fields(records).rows[0]
    (('run', 'u', 'v'), ('0000-0', '0.0447', '–'))
    """
    table = records.fields
    table = table[table["run"].isin(table.loc[table["relative_l2"].notna(), "run"])]
    if table["field"].nunique() < 2:
        return None
    names = list(table["field"].unique())
    wide = table.pivot_table("relative_l2", "run", "field", sort=False, dropna=False)
    rows = tuple(
        (str(run), *(number(float(row[name])) for name in names)) for run, row in wide.iterrows()
    )
    return Table("Relative L2 error of each field", ("run", *names), rows)


def warned(table: pd.DataFrame) -> Table | None:
    """What speaks against the solution of each run; None where nothing does.

    Examples
    --------
    >>> from nas.reports import example
    >>> runs = example.records().runs
    >>> warned(runs) is None
    True
    >>> runs.loc[0, "warnings"] = "no better than a constant\\nbadly scaled"
    >>> warned(runs).rows
    (('0000-0', 'no better than a constant'), ('0000-0', 'badly scaled'))
    """
    rows = tuple(
        (r.run, line) for r in each(table) if r.warnings for line in str(r.warnings).splitlines()
    )
    return Table("Warnings", ("run", "what"), rows, wordy=(1,)) if rows else None


def failures(table: pd.DataFrame) -> Table:
    """The runs that were not completed, and why.

    Examples
    --------
    >>> from nas.reports import example
    >>> failures(example.records().runs).rows[0][:3]
    ('0003-0', 'diverged', 'loss nan at step 160 (selection)')
    """
    rows = tuple(
        (r.run, r.status, text(r.reason), whole(r.m), number(r.p), number(r.threshold))
        for r in each(table[table["status"] != "completed"])
    )
    columns = ("run", "status", "why", "m", "p", "threshold")
    return Table("Runs that failed", columns, rows, wordy=(2,))


def unknowns(found: Sequence[Unknown]) -> Table | None:
    """Each unknown coefficient; None of a problem without.

    Examples
    --------
    >>> from nas.reports import example
    >>> unknowns(example.report().unknowns).rows
    (('k', '1.02', '–', '–', '–', '1', '2 %'),)
    """
    if not found:
        return None
    rows = tuple(
        (
            one.name,
            estimate(one.value),
            one.margin or "–",
            "–" if pd.isna(one.low) else f"{estimate(one.low)} to {estimate(one.high)}",
            one.basis if one.between else "–",
            estimate(one.truth),
            "–" if pd.isna(one.error) else f"{100 * one.error:.2g} %",
        )
        for one in found
    )
    columns = (
        "coefficient",
        "estimate",
        "noise alone",
        "95 % interval",
        "over",
        "truth",
        "relative error",
    )
    return Table(
        "Unknown coefficients", columns, rows, wordy=(2,) * any(one.doubt for one in found)
    )
