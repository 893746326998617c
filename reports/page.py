"""Statistics, figures and words to one self-contained HTML page."""

from pathlib import Path
from typing import Any

from nas.campaign import records as campaign_records
from nas.campaign.records import Records
from nas.errors import UserError
from nas.files import write_text
from nas.reports import (
    answer,
    citing,
    claims,
    described,
    missing,
    provenance,
    race,
    report,
    run_tables,
    settings,
    statistics,
    survival_words,
    tables,
    template,
    using,
    validation_summary,
    words,
)
from nas.reports.destination import PAGE, claimed_for_report
from nas.reports.recommended import problem, progress
from nas.reports.rendering import Rendered, render
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
    content = read(folder)
    with claimed_for_report(folder, destination):
        files = statistics.write(content.statistics, content.records, destination / "tables")
        pictures = render(content, destination / "figures")
        write_text(destination / PAGE, _page(content, pictures, files))
    return destination / PAGE


def read(folder: Path) -> Report:
    """The campaign in ``folder`` with all that follows from its records.

    Raises
    ------
    UserError
        If it is none, or no run of it has ended yet.

    Examples
    --------
    >>> read(Path("nowhere"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: nowhere: expected a campaign folder, found no campaign.json in it; ...
    """
    records = campaign_records.read(folder)
    if records.runs.empty:
        raise UserError(
            f"{folder}: expected at least one run that has ended, found none; "
            "run `nas search` again on this folder to go on"
        )
    return report.of(records)


def _page(content: Report, pictures: dict[str, list[Rendered]], files: list[str]) -> str:
    text, shown = _text(content), _tables(content)
    contents = _contents(content, shown)
    everything = {**text, **shown, "contents": contents, "pictures": pictures, "files": files}
    return template.fill(_TEMPLATE, everything)


def _contents(content: Report, shown: dict[str, Any]) -> list[tuple[str, str]]:
    """The sections in the order of the page: id, name."""
    named = {
        "solution": "The solution",
        "unknowns": "Unknown coefficients",
        "validation": "Can you trust this?",
        "use": "Use this network",
        "problem": "The problem",
        "front": "Accuracy against size",
        "learning": "Learning curves",
        "race": "The race",
        "survival": "What survived",
        "settings": "Which settings mattered",
        "single": "Which single networks learn best",
        "subset": "The mixture",
        "trials": "Trials and runs",
        "failures": "Runs that failed",
        "provenance": "How it was made",
        "cite": "To cite",
    }
    there = {
        "unknowns": shown["unknowns"] is not None,
        "race": shown["race"] is not None,
        "failures": bool(shown["failures"].rows),
        "use": content.best is not None,
        "cite": content.best is not None,
    }
    return [(id, name) for id, name in named.items() if there.get(id, True)]


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
        f"This campaign is not finished: {done.said}. "
        "The page shows those; run the search again to go on, then the report again."
    )


def _text(content: Report) -> dict[str, Any]:
    records, numbers, best = content.records, content.statistics, content.best
    facts, runs = problem(records), numbers.completed_runs
    return {
        "title": str(facts["title"] or facts["name"] or "A campaign"),
        "equations": described.equations(records),
        "answer": answer.answer(content),
        "numbers": answer.numbers(content),
        "use": using.snippet(content),
        "citing": citing.paragraph(content),
        "bibtex": citing.bibtex(records),
        "settings": settings.sentence(records.trials, numbers.settings),
        "single_expert": best is not None and len(best.survivors) == 1,
        "state": state(records),
        "solved": race.is_solved(records),
        "survival": survival_words.survival(numbers.rates, numbers.chance, runs),
        "claimable": survival_words.claimable(numbers.rates, runs),
        "raced": race.told(records),
        "importances": survival_words.importances(numbers.importance, runs),
        "agreement": words.agreement(numbers.agreement),
        "best_single": words.best_single(numbers.best_single),
        "validation": validation_summary.summary(records),
        "article": survival_words.article(numbers.rates, numbers.chance, runs),
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
        "race": race.table(records),
        "trials": tables.trials(records.trials[records.trials["stage"] == "selection"]),
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
