"""The answer in short: sentences on what is recommended, numbers on how good and large it is."""

import pandas as pd

from nas.reports import chosen, corrections, field_errors, race, tables, words
from nas.reports.recommended import problem
from nas.reports.report import Report
from nas.search_spaces.candidates import AXES, in_play


def answer(content: Report) -> list[str]:
    """The first paragraph: what is recommended, out of what, and what it is made of.

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
        f"{words.capital(chosen.named(run))} is recommended: {chosen.why(trials, records.runs)}."
        if best.by_rule
        else f"No trial is recommended yet; shown is run {best.name}, the completed run with the "
        "least held-out loss."
    )
    asked, small = race.among(records), chosen.alternative(trials, records.runs)
    added = corrections.in_words(run.corrections)
    return [
        first,
        *([f"Chosen among {asked}."] if asked else []),
        _members(content),
        *([f"Outside the gate it has {added}."] if added else []),
        *([f"Small alternative: {small}."] if small else []),
        *_unmeasured(content),
        *(one.sentence for one in content.unknowns),
        *(f"{words.capital(note)}." for note in content.notes),
    ]


def numbers(content: Report) -> list[tuple[str, str, str]]:
    """How good the answer is and how large: name, value, and what is to be known of it.

    Examples
    --------
    >>> from nas.reports import example
    >>> for name, value, note in numbers(example.report()):
    ...     print(f"{name}: {value} ({note})")
    Relative L2 error: 0.02 (measured; no decision used it)
    Estimated error: 0.03 (relative L2, without a reference)
    Held-out loss: 4.00e-4 (physics loss on points never trained on)
    Parameters: 500 (44 % fewer than the 900 of the pool, gate included)
    """
    if content.best is None:
        return []
    run, fields = content.best.run, content.field_errors
    found = []
    if pd.notna(run.relative_l2):
        found.append(
            ("Relative L2 error", words.number(run.relative_l2), "measured; no decision used it")
        )
    if len(fields) > 1:
        found += [
            (f"Error of {field}", words.number(one), "measured") for field, one in fields.items()
        ]
    by_field = field_errors.estimates(content.records, content.best.name)
    if pd.notna(content.error_estimate):
        estimate = words.number(content.error_estimate)
        together = " of all fields together" if by_field else ""
        found.append(("Estimated error", estimate, f"relative L2{together}, without a reference"))
    found += [
        (f"Estimated, of {field}", words.number(one), "by itself")
        for field, one in by_field.items()
    ]
    loss = words.number(run.held_out_loss)
    return [
        *found,
        ("Held-out loss", loss, "physics loss on points never trained on"),
        ("Parameters", tables.count(float(run.parameters_after)), _smaller(run)),
    ]


_WEIGHED = {
    "selection": "weight at the end of the selection, before the fine-tuning",
    "race": "mean weight at the end",
}


def _members(content: Report) -> str:
    """Which experts are left of how many; of a contestant, those that it is made of."""
    assert content.best is not None
    run, names = content.best.run, words.subset(content.best.survivors)
    before, after = tables.whole(run.experts_before), tables.whole(run.experts_after)
    weighed = f", in brackets the {_WEIGHED[run.stage]}" if run.experts_after > 1 else ""
    kept = chosen.kept(run.experts_before, run.experts_after, content.best.survivors)
    if race.is_solved(content.records):
        return f"It is a single network of random waves, found before any other learnt: {names}."
    if run.stage == "race":
        made = kept if run.experts_after == 1 else f"a team of {after}"
        found = f"It is {made}, of {before} candidates that learnt: {names}{weighed}."
    else:
        left = f"{after} {'survived, ' + kept if kept else 'survived'}"
        found = f"Of {before} experts {left}: {names}{weighed}."
    # Random waves may see corners, though all candidates see the coordinates as they are.
    survivors = content.best.survivors
    levels = {axis.name: survivors[axis.name] for axis in AXES if axis.name in survivors}
    told = {*content.statistics.axes, *in_play(levels)}
    return f"{found} A name tells {words.told_by_a_name(axis for axis in AXES if axis in told)}."


def _smaller(run: pd.Series) -> str:
    """The number of parameters beside that of the pool."""
    before, after = float(run.parameters_before), float(run.parameters_after)
    parts = ["gate"] * int(run.experts_after > 1) + ["correction"] * (
        bool(corrections.in_words(run.corrections))
    )
    included = f", {' and '.join(parts)} included" if parts else ""
    whole = "all candidates" if run.stage == "race" else "the pool"
    return f"{_change(after / before)} than the {tables.count(before)} of {whole}{included}"


def _change(ratio: float) -> str:
    """Of a number of parameters, which corrections may make larger than that of the pool."""
    return f"{words.percent(abs(1 - ratio))} {'fewer' if ratio <= 1 else 'more'}"


def _unmeasured(content: Report) -> list[str]:
    """Why there is no measured error, where there is none."""
    run = None if content.best is None else content.best.run
    if run is not None and pd.notna(run.relative_l2):
        return []
    if problem(content.records)["has_reference"]:
        return ["The error against the reference was not measured."]
    return ["The problem has no reference solution, so its true error is not known."]
