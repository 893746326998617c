"""Tables and figures to one self-contained HTML page."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from nas.campaign import records as campaign_records
from nas.campaign.records import Records
from nas.errors import Misuse
from nas.files import write_text
from reports import making, statistics, words
from reports.gallery import hang
from reports.grid import expert_name
from reports.recommended import Recommended, find, problem, progress
from reports.rows import each

_TEMPLATE = "page.html.jinja"


@dataclass(frozen=True)
class Table:
    """A table as the page prints it: text only."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: frozenset[int] = frozenset()  # rows that stand out
    wordy: bool = False  # the last column holds sentences


def build(folder: Path, destination: Path) -> Path:
    """Write tables, figures and page of the campaign ``folder``; return the page's path."""
    records = campaign_records.read(folder)
    if records.runs.empty:
        raise Misuse(
            f"{folder}: expected at least one run that has ended, found none; "
            "run `nas search` again on this folder to go on"
        )
    numbers = statistics.compute(records)
    files = statistics.write(numbers, records, destination / "tables")
    pictures = hang(records, destination / "figures")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,  # by the ending .jinja alone it would stay off
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template(_TEMPLATE).render(
        **_words(records, numbers), **_tables(records, numbers), pictures=pictures, files=files
    )
    write_text(destination / "index.html", page)
    return destination / "index.html"


def answer(records: Records, best: Recommended | None) -> list[str]:
    """The first paragraph: what is recommended, what it costs, how good it is."""
    if best is None:
        return ["No run was completed, so there is nothing to recommend. The reasons are below."]
    run = best.run
    first = (
        f"Trial {run.trial} (run {best.name}) is recommended: the knee of the front."
        if best.by_knee
        else f"No trial is recommended yet; shown is run {best.name}, the completed run with the "
        "least held-out loss."
    )
    after, before = int(run.experts_after), int(run.experts_before)
    saved = 1 - run.parameters_after / run.parameters_before if run.parameters_before else 0.0
    said = [
        first,
        f"Of {before} experts {after} survived: {words.team(best.survivors)} "
        "(activation, depth × width, share of the weight).",
        f"Parameters: {run.parameters_before:,} before, {run.parameters_after:,} after "
        f"({words.percent(saved)} fewer), gate included.",
        f"Held-out physics loss: {words.number(run.held_out_loss)}.",
    ]
    if pd.notna(run.relative_l2):
        said.append(
            f"Relative L2 error against the reference: {words.number(run.relative_l2)}. "
            "The reference is only reported; it entered no decision."
        )
    else:
        said.append("The problem has no reference solution, so its true error is not known.")
    return said


def state(records: Records) -> str:
    """A sentence where the campaign is not finished; empty where it is."""
    done = progress(records)
    if not done.unfinished:
        return ""
    return (
        f"This campaign is not finished: {done.runs} of {done.planned} runs have ended. The "
        "page tells of those; run the search again to go on, and the report after it."
    )


def _words(records: Records, numbers: statistics.Statistics) -> dict[str, Any]:
    best, facts = find(records), problem(records)
    return {
        "title": str(facts["title"] or facts["name"] or "A campaign"),
        "equation": str(facts["equation"]),
        "answer": answer(records, best),
        "state": state(records),
        "survival": words.survival(numbers.rates, numbers.chance, numbers.completed_runs),
        "importances": words.importances(numbers.importance, numbers.completed_runs),
        "agreement": words.agreement(numbers.agreement),
        "article": words.article(numbers.rates, numbers.chance, numbers.completed_runs),
        "is_2d": len(facts["coordinates"]) == 2,
        "best_run": None if best is None else best.name,
        "making": making.facts(records),
        "configuration": making.configuration(records),
    }


def _tables(records: Records, numbers: statistics.Statistics) -> dict[str, Any]:
    best = find(records)
    broken = records.runs[records.runs["status"] != "completed"]
    return {
        "trials": _trials(records.trials),
        "runs": _runs(records.runs),
        "survivors": None if best is None else _survivors(best.survivors),
        "levels": list(_levels(numbers)),
        "failures": Table(
            "Runs that failed",
            ("run", "status", "m", "p", "threshold", "seed", "why"),
            tuple(
                (r.run, r.status, f"{r.m}", words.number(r.p), words.number(r.threshold),
                 f"{r.seed}", r.reason)
                for r in each(broken)
            ),
            wordy=True,
        ),
    }  # fmt: skip


def _trials(trials: pd.DataFrame) -> Table:
    rows = tuple(
        (
            f"{t.trial}", "recommended" if t.recommended else "front" if t.on_front else t.status,
            f"{t.m}", words.number(t.p), words.number(t.threshold), words.number(t.held_out_loss),
            _count(t.parameters), words.number(t.relative_l2),
        )
        for t in each(trials)
    )  # fmt: skip
    marked = frozenset(i for i, yes in enumerate(trials["recommended"]) if yes)
    columns = ("trial", "standing", "m", "p", "threshold", "held-out loss", "parameters")
    return Table("All trials", (*columns, "relative L2"), rows, marked)


def _runs(runs: pd.DataFrame) -> Table:
    rows = tuple(
        (
            r.run, r.status, f"{r.seed}", f"{r.steps} + {r.iterations}",
            f"{r.experts_before} → {r.experts_after}",
            f"{_count(r.parameters_before)} → {_count(r.parameters_after)}",
            f"{r.drops}", f"{r.refusals}", words.number(r.held_out_loss),
            words.number(r.relative_l2),
        )
        for r in each(runs)
    )  # fmt: skip
    columns = ("run", "status", "seed", "steps", "experts", "parameters", "drops", "refusals")
    return Table("All runs", (*columns, "held-out loss", "relative L2"), rows)


def _survivors(survivors: pd.DataFrame) -> Table:
    rows = tuple(
        (expert_name(e), _count(e.parameters), words.percent(e.importance),
         words.number(e.own_loss), f"{e.refusals}", e.reason or "–")
        for e in each(survivors)
    )  # fmt: skip
    columns = ("expert", "parameters", "importance", "own residual", "refusals", "last refusal")
    return Table("The team", columns, rows, wordy=True)


def _levels(numbers: statistics.Statistics) -> Iterator[Table]:
    """Per factor one table with all that is known of each level."""
    keys = ["factor", "level"]
    shares = numbers.importance[[*keys, "relative", "low", "high"]]
    table = numbers.rates.merge(shares, on=keys, how="left", suffixes=("", "_share"))
    for factor, rows in table.groupby("factor", sort=False):
        yield Table(
            f"By {factor}",
            (str(factor), "survived", "rate", "95 % interval", "importance", "its interval"),
            tuple(
                (r.level, f"{r.survived} of {r.experts}", words.percent(r.rate),
                 f"{words.percent(r.low)} to {words.percent(r.high)}", words.number(r.relative),
                 f"{words.number(r.low_share)} to {words.number(r.high_share)}"
                 if pd.notna(r.low_share) else "–")
                for r in each(rows)
            ),
        )  # fmt: skip


def _count(value: float) -> str:
    return f"{value:,.0f}" if pd.notna(value) else "–"
