"""The answer in short: what is recommended, what it costs, how good it is."""

import pandas as pd

from nas.reports import chosen, corrections, race, tables, words
from nas.reports.recommended import problem
from nas.reports.report import Report


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
        f"{_capital(chosen.named(run))} is recommended: {chosen.why(trials)}."
        if best.by_rule
        else f"No trial is recommended yet; shown is run {best.name}, the completed run with the "
        "least held-out loss."
    )
    asked, small = race.among(records), chosen.alternative(trials, records.runs)
    added = corrections.in_words(run.corrections)
    said = [
        first,
        *([f"Chosen among {asked}."] if asked else []),
        _members(content),
        *([f"Outside the gate it has {added}."] if added else []),
        _parameters(run, bool(added)),
        f"Held-out physics loss: {words.number(run.held_out_loss)}.",
        *([f"Small alternative: {small}."] if small else []),
    ]
    said += _errors(content)
    said += [one.sentence for one in content.unknowns]
    return said


_WEIGHED = {
    "selection": "weight at the end of the selection, before the fine-tuning",
    "race": "mean weight at the end",
}


def _members(content: Report) -> str:
    """Which experts are left of how many; of a contestant, those that it is made of."""
    assert content.best is not None
    run, names = content.best.run, words.subset(content.best.survivors)
    before, after = tables.whole(run.experts_before), tables.whole(run.experts_after)
    how = f"({words.pattern(content.statistics.axes)}, {_WEIGHED[run.stage]})"
    kept = chosen.kept(run.experts_before, run.experts_after)
    if race.is_solved(content.records):
        return f"It is a single network of random waves, found before any other learnt: {names}."
    if run.stage == "race":
        made = kept if run.experts_after == 1 else f"a team of {after}"
        return f"It is {made}, of {before} candidates that learnt: {names} {how}."
    return (
        f"Of {before} experts {after} {'survived, ' + kept if kept else 'survived'}: {names} {how}."
    )


def _parameters(run: pd.Series, corrected: bool) -> str:
    before, after = float(run.parameters_before), float(run.parameters_after)
    parts = ["gate"] * int(run.experts_after > 1) + ["correction"] * corrected
    included = f", {' and '.join(parts)} included" if parts else ""
    change = f"({_change(after / before)}){included}"
    if run.stage == "race":
        whole = tables.count(before)
        return f"Parameters: {tables.count(after)}; all candidates have {whole} {change}."
    return f"Parameters: {tables.count(before)} before, {tables.count(after)} after {change}."


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
