"""Statistics, figures and words to one self-contained HTML page."""

from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from nas.campaign import records as campaign_records
from nas.campaign.records import Records
from nas.errors import UserError
from nas.files import write_text
from nas.reports import (
    chosen,
    claims,
    corrections,
    described,
    missing,
    provenance,
    report,
    run_tables,
    statistics,
    tables,
    validation_summary,
    words,
)
from nas.reports.recommended import problem, progress
from nas.reports.rendering import render
from nas.reports.report import Report

_TEMPLATE = "page.html.jinja"


def build(folder: Path, destination: Path) -> Path:
    """Write tables, figures and page of the campaign ``folder``; return the page's path.

    Examples
    --------
    >>> build(Path("nowhere"), Path("page"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: nowhere: expected a campaign folder, found no campaign.json in it; ...
    """
    records = campaign_records.read(folder)
    if records.runs.empty:
        raise UserError(
            f"{folder}: expected at least one run that has ended, found none; "
            "run `nas search` again on this folder to go on"
        )
    content = report.of(records)
    files = statistics.write(content.statistics, records, destination / "tables")
    pictures = render(content, destination / "figures")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,  # what comes from records may hold anything
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = _text(content) | _tables(content)
    page = environment.get_template(_TEMPLATE).render(shown, pictures=pictures, files=files)
    write_text(destination / "index.html", page)
    return destination / "index.html"


def answer(content: Report) -> list[str]:
    """The first paragraph: what is recommended, what it costs, how good it is.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(answer(example.report())[0])
    Trial 1 (run 0001-0) is recommended: least held-out loss of 3 trials.
    """
    records, best = content.records, content.best
    if best is None:
        return ["No run was completed, so there is nothing to recommend. The reasons are below."]
    run, trials = best.run, records.trials
    first = (
        f"Trial {run.trial} (run {best.name}) is recommended: {chosen.why(trials)}."
        if best.by_rule
        else f"No trial is recommended yet; shown is run {best.name}, the completed run with the "
        "least held-out loss."
    )
    before, after = float(run.parameters_before), float(run.parameters_after)
    added = corrections.in_words(run.corrections)
    kept = chosen.kept(run.experts_before, run.experts_after)
    survived = f"survived, {kept}" if kept else "survived"
    small = chosen.alternative(trials, records.runs)
    said = [
        first,
        f"Of {tables.whole(run.experts_before)} experts {tables.whole(run.experts_after)} "
        f"{survived}: {words.subset(best.survivors)} ({words.pattern(content.statistics.axes)}, "
        f"{_WEIGHED[run.stage]}).",
        f"Parameters: {tables.count(before)} before, {tables.count(after)} after "
        f"({_change(after / before)}), gate{' and correction' * bool(added)} included.",
        f"Held-out physics loss: {words.number(run.held_out_loss)}.",
        *([f"Small alternative: {small}."] if small else []),
    ]
    if added:
        said.insert(2, f"Outside the gate it has {added}.")
    said += _errors(content)
    said += [one.sentence for one in content.unknowns]
    return said


_WEIGHED = {
    "selection": "weight at the end of the selection, before the fine-tuning",
    "race": "mean weight at the end",
}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _change(ratio: float) -> str:
    """Of a number of parameters, which corrections may make larger than that of the pool."""
    return f"{words.percent(abs(1 - ratio))} {'fewer' if ratio <= 1 else 'more'}"


def _errors(content: Report) -> list[str]:
    """How far the solution is from the truth, as measured and as estimated."""
    said = []
    run = None if content.best is None else content.best.run
    if run is not None and pd.notna(run.relative_l2):
        fields = content.field_errors
        each = ", ".join(f"{field} {words.number(error)}" for field, error in fields.items())
        said.append(
            f"Relative L2 error against the reference: {words.number(run.relative_l2)}"
            f"{f' ({each})' if len(fields) > 1 else ''}. "
            "The reference is only reported; no decision used it."
        )
    elif problem(content.records)["has_reference"]:
        said.append("The error against the reference was not measured.")
    else:
        said.append("The problem has no reference solution, so its true error is not known.")
    if pd.notna(content.error_estimate):
        said.append(
            f"Relative L2 error as estimated without a reference: "
            f"{words.number(content.error_estimate)}."
        )
    return said


def state(records: Records) -> str:
    """A sentence where the campaign is not finished; empty where it is.

    Examples
    --------
    >>> from nas.reports import example
    >>> records = example.records()
    >>> state(records)
    ''
    >>> records.campaign["configuration"]["trials"] = 6
    >>> print(state(records))  # doctest: +ELLIPSIS
    This campaign is not finished: 4 of 6 runs have ended. ...
    """
    done = progress(records)
    if not done.unfinished:
        return ""
    return (
        f"This campaign is not finished: {done.runs} of {done.planned} runs have ended. The "
        "page shows those; run the search again to go on, then the report again."
    )


def _text(content: Report) -> dict[str, Any]:
    records, numbers, best = content.records, content.statistics, content.best
    facts, runs = problem(records), numbers.completed_runs
    return {
        "title": str(facts["title"] or facts["name"] or "A campaign"),
        "equations": described.equations(records),
        "answer": answer(content),
        "single_trial": len(records.trials) == 1,  # of which statistics say little
        "state": state(records),
        "survival": words.survival(numbers.rates, numbers.chance, runs),
        "importances": words.importances(numbers.importance, runs),
        "agreement": words.agreement(numbers.agreement),
        "best_single": words.best_single(numbers.best_single),
        "validation": validation_summary.summary(records),
        "article": words.article(numbers.rates, numbers.chance, runs),
        "axes": len(numbers.axes),
        "significance": f"{claims.significance(len(numbers.axes)):.2g}",
        "warnings": content.warnings,
        "described": described.described(records),
        "source": described.source(records),
        "missing": missing.missing(content),
        "best_run": None if best is None else best.name,
        "provenance": provenance.facts(records, best),
        "configuration": provenance.configuration(records),
    }


def _tables(content: Report) -> dict[str, Any]:
    records, best = content.records, content.best
    return {
        "trials": tables.trials(records.trials),
        "runs": run_tables.runs(records.runs),
        "survivors": None if best is None else tables.survivors(best.survivors),
        "levels": list(tables.levels(content.statistics)),
        "failures": run_tables.failures(records.runs),
        "fields": run_tables.fields(records),
        "unknowns": run_tables.unknowns(content.unknowns),
        "warned": run_tables.warned(records.runs),
        "subsets": tables.subsets(records),
        "singles": tables.singles(records),
    }
