"""Campaigns side by side: what each chose and out of what, how good that is, what it cost."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from nas.reports import chosen, words
from nas.reports.recommended import problem, progress
from nas.reports.report import Report
from nas.reports.rows import each
from nas.reports.tables import Table, count, text
from nas.reports.unknowns import Unknown
from nas.search_spaces import AXES

Reports = Mapping[str, Report]  # by what each campaign is called


def table(campaigns: Reports) -> pd.DataFrame:
    """A row for each campaign.

    Columns: campaign, problem, recommended (a run), chosen (by which rule), networks, experts,
    parameters, held_out_loss, low and high (of the runs of the recommended trial, one for each
    seed; of a single run both are its own), relative_l2, ``relative_l2.<field>`` for each of
    several fields, error_estimate, for each unknown coefficient ``found.<name>``,
    ``standard_error.<name>`` (by the noise of the observations) and ``doubt.<name>`` (why there is
    none), warnings (how many), trials, runs and failed, seconds (of all runs together; within a
    budget the budget) and evaluations (at points, of all runs; without those of a budget's pool,
    which are not recorded).
    NaN where a thing is not known.

    Examples
    --------
    >>> from nas.reports import example
    >>> found = table({"a": example.report(), "b": example.report("line")})
    >>> found[["campaign", "recommended", "networks", "seconds"]].to_dict("records")[0]
    {'campaign': 'a', 'recommended': '0001-0', 'networks': 'sine 2×16, sine 1×8', 'seconds': 240.0}
    """
    return pd.DataFrame([_row(name, one) for name, one in campaigns.items()])


def _row(name: str, content: Report) -> dict[str, Any]:
    records, best = content.records, content.best
    runs = records.runs
    row = {
        "campaign": name,
        "problem": str(problem(records)["title"] or problem(records)["name"]),
        "recommended": None,
        "chosen": None,
        "networks": None,
        **dict.fromkeys(_NUMBERS, np.nan),
        "warnings": len(content.warnings),
        "trials": int((records.trials["stage"] == "selection").sum()),
        "runs": len(runs),
        "failed": int((runs["status"] != "completed").sum()),
        "seconds": _seconds(content),
        "evaluations": float(runs["evaluations"].sum()),
    }
    if best is None:
        return row
    mine = runs[(runs["trial"] == best.run["trial"]) & (runs["status"] == "completed")]
    losses = mine["held_out_loss"].astype(float)
    fields = content.field_errors
    return row | {
        "recommended": best.name,
        "chosen": chosen.why(records.trials, records.runs)
        + ", so far" * progress(records).unfinished
        if best.by_rule
        else "least held-out loss so far",
        "networks": words.members(best.survivors),
        "experts": float(best.run["experts_after"]),
        "parameters": float(best.run["parameters_after"]),
        "held_out_loss": float(best.run["held_out_loss"]),
        "low": float(losses.min()),
        "high": float(losses.max()),
        "relative_l2": _known(best.run["relative_l2"]),
        "error_estimate": content.error_estimate,
        **({f"relative_l2.{of}": error for of, error in fields.items()} if len(fields) > 1 else {}),
        **{f"found.{one.name}": float(one.value) for one in content.unknowns},
        **{f"standard_error.{one.name}": one.noise for one in content.unknowns},
        **{f"doubt.{one.name}": one.doubt for one in content.unknowns},
    }


_NUMBERS = (
    "experts",
    "parameters",
    "held_out_loss",
    "low",
    "high",
    "relative_l2",
    "error_estimate",
)


def _seconds(content: Report) -> float:
    """Of all runs together; within a budget the budget, since a pool's time is nobody's."""
    budget = content.records.campaign.get("configuration", {}).get("budget")
    return float(budget or content.records.attempts["seconds"].sum())


def _known(value: Any) -> float:
    return float("nan") if pd.isna(value) else float(value)


def side_by_side(found: pd.DataFrame) -> Table:
    """`table` turned: a column for each campaign, in words; without rows that nobody fills.

    Examples
    --------
    >>> from nas.reports import example
    >>> shown = side_by_side(table({"a": example.report(), "b": example.report()}))
    >>> shown.columns, shown.rows[0]
    (('', 'a', 'b'), ('problem', 'A saddle', 'A saddle'))
    """
    fields = [str(name) for name in found if str(name).startswith("relative_l2.")]
    unknown = [str(name)[6:] for name in found if str(name).startswith("found.")]
    rows = [
        ("problem", [text(one) for one in found["problem"]]),
        ("relative L2 error, measured", _written(found["relative_l2"])),
        *((f"relative L2 error of {name[12:]}", _written(found[name])) for name in fields),
        ("relative L2 error, estimated", _written(found["error_estimate"])),
        *((f"{name} found", _margins(found, name)) for name in unknown),
        ("held-out loss", _written(found["held_out_loss"])),
        ("held-out loss over the seeds", [_span(row) for row in each(found)]),
        ("warnings", [count(value) for value in found["warnings"]]),
        ("recommended", [text(one) for one in found["recommended"]]),
        ("chosen as", [text(one) for one in found["chosen"]]),
        ("networks", [text(one) for one in found["networks"]]),
        ("parameters", [count(value) for value in found["parameters"]]),
        ("trials", [count(value) for value in found["trials"]]),
        ("runs, of which failed", [f"{row.runs}, {row.failed}" for row in each(found)]),
        ("time", [words.duration(value) for value in found["seconds"]]),
        ("evaluations at points", [count(value) for value in found["evaluations"]]),
    ]
    shown = tuple((name, *values) for name, values in rows if set(values) != {"–"})
    title, columns = "What was chosen, how good it is, what it cost", ("", *found["campaign"])
    return Table(title, columns, shown, wordy=tuple(range(1, len(columns))))


def _written(values: pd.Series) -> list[str]:
    return [words.number(float(value)) for value in values]


def _margins(found: pd.DataFrame, name: str) -> list[str]:
    """What each campaign found for a coefficient, and how well it is known, or why not."""
    columns = [found[f"{kind}.{name}"] for kind in ("found", "standard_error", "doubt")]
    return [
        "–" if pd.isna(value) else Unknown(name, value, noise=error, doubt=doubt).known
        for value, error, doubt in zip(*columns, strict=True)
    ]


def _span(row: Any) -> str:
    if not row.low < row.high:
        return "–"
    return f"{words.number(row.low)} to {words.number(row.high)}"


def survival(campaigns: Reports) -> pd.DataFrame:
    """The survival rates of all campaigns: the columns of `survival.survival_rates`, and campaign.

    Examples
    --------
    >>> from nas.reports import example
    >>> survival({"a": example.report()})[["campaign", "level", "survived"]][:2].values.tolist()
    [['a', 'sine', 6], ['a', 'tanh', 0]]
    """
    parts = [one.statistics.rates.assign(campaign=name) for name, one in campaigns.items()]
    together = pd.concat(parts, ignore_index=True)
    names = ["campaign", *(name for name in together if name != "campaign")]
    ordered: pd.DataFrame = together[names]
    return ordered


def survivors(rates: pd.DataFrame, names: Sequence[str]) -> Table | None:
    """`survival` with a column for each campaign; None where nothing survived or was dropped.

    Examples
    --------
    >>> from nas.reports import example
    >>> both = {"a": example.report(), "b": example.report()}
    >>> survivors(survival(both), list(both)).rows[0]
    ('activation', 'sine', '6 of 6 (61 % to 100 %)', '6 of 6 (61 % to 100 %)')
    """
    if rates.empty:
        return None
    cells = {(row.axis, row.level, row.campaign): _rate(row) for row in each(rates)}
    levels = dict.fromkeys((row.axis, row.level) for row in each(rates))
    axes = {axis.name: (number, axis.kind) for number, axis in enumerate(AXES)}
    rows = tuple(
        (axis, level, *(cells.get((axis, level, name), "–") for name in names))
        for axis, level in sorted(
            levels, key=lambda one: (axes[one[0]][0], axes[one[0]][1](one[1]))
        )
    )
    return Table("Survivors of tried experts, with 95 % intervals", ("axis", "level", *names), rows)


def _rate(row: Any) -> str:
    between = f"{words.percent(row.low)} to {words.percent(row.high)}"
    return f"{row.survived} of {row.experts} ({between})"


def settings(campaigns: Reports) -> pd.DataFrame:
    """The settings in which campaigns differ: the columns setting, and one for each campaign.

    Examples
    --------
    >>> from copy import deepcopy
    >>> from nas.reports import example
    >>> other = deepcopy(example.report())
    >>> other.records.campaign["configuration"]["tune"] = {"p": 0.5}
    >>> settings({"a": example.report(), "b": other}).values.tolist()
    [['tune.p', '–', '0.5']]
    """
    written = {
        name: dict(_settings(one.records.campaign.get("configuration", {})))
        for name, one in campaigns.items()
    }
    keys = dict.fromkeys(key for one in written.values() for key in one)
    rows = [(key, *(one.get(key, "–") for one in written.values())) for key in keys]
    differ = [row for row in rows if len(set(row[1:])) > 1]
    return pd.DataFrame(differ, columns=["setting", *campaigns])


def differing(found: pd.DataFrame) -> Table | None:
    """`settings` as a table of the page; None where campaigns differ in none.

    Examples
    --------
    >>> differing(pd.DataFrame([("tune.p", "0.3", "0.9")], columns=["setting", "a", "b"])).rows
    (('tune.p', '0.3', '0.9'),)
    """
    if found.empty:
        return None
    columns = tuple(map(str, found))
    rows = tuple(tuple(row) for row in found.itertuples(index=False))
    return Table("Settings that differ", columns, rows, wordy=tuple(range(1, len(columns))))


def _settings(section: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Each key of a configuration with those of its sections before it, and what it is."""
    for key, value in section.items():
        if isinstance(value, Mapping):
            yield from _settings(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", json.dumps(value, ensure_ascii=False)


def sentences(campaigns: Reports, found: pd.DataFrame) -> list[str]:
    """What can be said of the campaigns together, and what cannot.

    Examples
    --------
    >>> from nas.reports import example
    >>> both = {"a": example.report(), "b": example.report()}
    >>> print(sentences(both, table(both))[1])
    Relative L2 error, measured: as small in all of them, 0.02.
    """
    facts = [problem(one.records) for one in campaigns.values()]
    unfinished = [
        f"{name} is not finished: {done.said}."
        for name, one in campaigns.items()
        if (done := progress(one.records)).unfinished
    ]
    if any(one != facts[0] for one in facts[1:]):
        names = {str(one["name"]) for one in facts}
        why = "different problems" if len(names) > 1 else "different versions of a problem"
        line = f"These campaigns solve {why}, so neither their losses nor their errors compare."
        return [*unfinished, line]
    said = [*unfinished, "All of these campaigns solve the same problem."]
    for column, name in (
        ("relative_l2", "Relative L2 error, measured"),
        ("held_out_loss", "Held-out loss"),
    ):
        said += _least(found, column, name)
    if (found["low"] < found["high"]).sum() < len(found):
        said.append(
            "A campaign with one seed is one draw: another seed may turn the order around. "
            "Campaigns with three seeds or more tell how far chance goes."
        )
    return said


def _least(found: pd.DataFrame, column: str, name: str) -> list[str]:
    """Which campaign has the least of something, where more than one is known."""
    known = found.dropna(subset=[column]).sort_values(column, kind="stable")
    if len(known) < 2:
        return []
    shown = [f"{row.campaign} {words.number(getattr(row, column))}" for row in each(known)]
    if len(set(known[column].map(words.number))) == 1:
        return [f"{name}: as small in all of them, {words.number(known[column].iloc[0])}."]
    return [f"{name}, the least first: {', '.join(shown)}."]
