"""A campaign in one line, and in the few lines of HTML that a notebook shows."""

import html
from collections.abc import Iterable, Iterator

import pandas as pd

from nas.campaign.records import Records
from nas.one_line import one_line
from nas.reports import chosen, corrections, field_errors, recommended, unknowns
from nas.reports.recommended import Recommended
from nas.reports.rows import each
from nas.reports.tables import count, whole
from nas.reports.words import lines, number, percent, plural
from nas.search_spaces.candidates import written

_NOTHING = "no trial completed, so none is recommended"


def line(records: Records) -> str:
    """What was found, in one line.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(line(example.records()))
    4 trials; trial 1 (run 0001-0): sine 2×16, sine 1×8; held-out loss 4.00e-4, relative L2 0.02
    """
    best, counted = recommended.find(records), _counted(records)
    if best is None:
        return f"{counted}; {_NOTHING}"
    names = ", ".join(written(expert) for expert in each(best.survivors))
    known = {"held-out loss": best.run["held_out_loss"], "relative L2": best.run["relative_l2"]}
    figures = [f"{name} {number(value)}" for name, value in known.items() if pd.notna(value)]
    return one_line(f"{counted}; {chosen.named(best.run)}: {names}; {', '.join(figures)}")


def _counted(records: Records) -> str:
    """How many trials there are, and how many contestants of a race besides."""
    trials = int((records.trials["stage"] == "selection").sum())
    raced = len(records.race)
    return plural(trials, "trial") + (f", {plural(raced, 'contestant')}" if raced else "")


def as_html(records: Records) -> str:
    """The recommended network: its survivors, losses and errors; all text is escaped.

    Examples
    --------
    >>> from nas.reports import example
    >>> shown = as_html(example.records())
    >>> shown.count("<table>"), "<td>4.00e-4</td>" in shown, "<td>sine 2×16</td>" in shown
    (2, True, True)
    """
    facts, best = recommended.problem(records), recommended.find(records)
    title = f"<b>{_safe(facts['title'] or facts['name'])}</b> · {_safe(str(records.folder))}"
    if best is None:
        return f"<div>{title}<br>{_safe(_NOTHING)}</div>"
    why = f": {chosen.why(records.trials, records.runs)}" if best.by_rule else ", the best so far"
    said = _safe(f"{chosen.named(best.run)}{why}")
    survivors = [
        (written(expert), percent(expert.importance), count(expert.parameters))
        for expert in each(best.survivors)
    ]
    return (
        f"<div>{title}<br>{said}{_table(_figures(records, best))}"
        f"{_table([('expert', 'importance', 'parameters'), *survivors])}</div>"
    )


def _figures(records: Records, best: Recommended) -> Iterator[tuple[str, ...]]:
    run = best.run
    yield "experts", f"{whole(run['experts_before'])} → {whole(run['experts_after'])}"
    if added := corrections.in_words(run["corrections"]):
        yield "added", added
    yield "parameters", f"{count(run['parameters_before'])} → {count(run['parameters_after'])}"
    yield "held-out loss", number(float(run["held_out_loss"]))
    if pd.notna(run["relative_l2"]):
        yield "relative L2 error", number(float(run["relative_l2"]))
    errors = field_errors.of_run(records, best.name)
    if len(errors) > 1:
        yield from ((f"of {field}", number(error)) for field, error in errors.items())
    if pd.notna(run["error_estimate"]):
        yield "estimated error", number(float(run["error_estimate"]))
    by_field = field_errors.estimates(records, best.name)
    yield from ((f"estimated, of {field}", number(error)) for field, error in by_field.items())
    found = unknowns.unknowns(unknowns.estimates(records), best, records.race)
    yield from ((one.name, one.known) for one in found)
    yield from (("note", text) for text in lines(run["notes"]))
    yield from (("warning", text) for text in lines(run["warnings"]))


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    cells = ("".join(f"<td>{_safe(cell)}</td>" for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def _safe(text: str) -> str:
    return html.escape(one_line(text))
