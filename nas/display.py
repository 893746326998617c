"""What a campaign has found, in lines for the terminal."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from nas.one_line import one_line
from nas.reports import chosen, corrections, field_errors, race, unknowns
from nas.reports.recommended import find
from nas.reports.rows import each
from nas.reports.words import lines as lines_of
from nas.reports.words import number, plural
from nas.result import Result
from nas.search_spaces import AXES
from nas.search_spaces.candidates import written


def summary(result: Result) -> list[str]:
    """What a finished campaign found: how many runs, and the recommended network."""
    runs, trials = result.records.runs, result.records.trials
    failed = int((runs.status != "completed").sum())
    contestants = len(result.records.race)
    finished = f"{plural(len(runs) - contestants, 'run')} finished"
    if race.is_run(result.records):
        finished += f", then {plural(contestants, 'contestant')} raced"
    if race.is_solved(result.records):
        finished = "random waves were solved for, and no network had to learn"
    lines = [finished + (f", {failed} of them failed" if failed else "")]
    if contestants and not (race.is_run(result.records) or race.is_solved(result.records)):
        advice = "" if race.is_needless(result.records) else ": give a larger one"
        lines.append(f"the budget was over before a race{advice}")
    for _, run in runs[runs.status != "completed"].iterrows():
        lines.append(f"  run {run.run} {run.status}: {run.reason}")
    if not trials.recommended.any():
        return [*map(one_line, lines), "no trial completed, so none is recommended"]
    best = result.recommended
    names = ", ".join(written(expert) for expert in result.survivors.itertuples())
    added, asked = corrections.in_words(best.corrections), race.among(result.records)
    kept = chosen.kept(best.experts_before, best.experts_after, result.survivors)
    names = f"{kept}; {names}" if kept else names
    lines += [
        f"recommended: {chosen.named(best)}, {chosen.why(trials, runs)}",
        *([f"  chosen among     {asked}"] if asked else []),
        f"  experts          {best.experts_before:.0f} → {best.experts_after:.0f}: {names}",
        *([f"  added            {added}"] if added else []),
        f"  parameters       {_parameters(best)}",
        f"  held-out loss    {best.held_out_loss:.2e}",
    ]
    if best.relative_l2 == best.relative_l2:  # it is NaN where there is no reference
        lines.append(f"  relative L2      {best.relative_l2:.2e} (measured, not used to decide)")
    if pd.notna(best.error_estimate):
        lines.append(f"  estimated error  {best.error_estimate:.2e} (relative L2, without a truth)")
    if by_field := field_errors.estimates(result.records, best.run):  # the largest rules the whole
        told = ", ".join(f"{field} {error:.2e}" for field, error in by_field.items())
        lines.append(f"  of each field    {told}")
    lines += estimates(result)
    lines += [f"note: {line}" for line in lines_of(best.notes)]
    lines += [f"warning: {line}" for line in lines_of(best.warnings)]
    small = chosen.alternative(trials, runs)
    return list(map(one_line, [*lines, *([f"small alternative: {small}"] if small else [])]))


def _parameters(best: pd.Series) -> str:
    """Of a contestant its own: most of those that it was chosen among are no part of it."""
    before, after = f"{best.parameters_before:,.0f}", f"{best.parameters_after:,.0f}"
    if best.stage == "race":
        return f"{after} (all candidates together {before})"
    return f"{before} → {after}"


def advice(result: Result, folder: Path) -> list[str]:
    """What to do next with the campaign in ``folder``; nothing where none is recommended."""
    trials = result.records.trials
    if not trials.recommended.any():
        return []
    small = chosen.alternative_run(trials)
    name = one_line(shlex.quote(str(folder)))
    validate = "" if race.is_solved(result.records) else f"nas validate {name} · "
    return [
        f"next: nas report {name} · {validate}nas export {name} --to model/",
        *([f"      the small one: nas export {name} --run {small} --to small/"] if small else []),
    ]


def estimates(result: Result) -> list[str]:
    """What the recommended run found of unknown coefficients, with an interval over its seeds."""
    records = result.records
    lines = []
    for one in unknowns.unknowns(unknowns.estimates(records), find(records), records.race):
        noise = " by noise" if pd.notna(one.noise) else ""
        interval = f" ({one.between})" if one.between else ""
        truth = "" if pd.isna(one.truth) else f"; the truth is {one.truth:.5g}"
        lines.append(f"  {one.name + ' found':<16} {one.known}{noise}{interval}{truth}")
    return lines


def ranking(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The candidates of a baseline, the least held-out loss first: medians over the repetitions."""
    table = pd.DataFrame(rows).astype({"relative_l2": float})  # all None where there is no truth
    middle = table.groupby([axis.name for axis in AXES]).median(numeric_only=True)
    best_first = list(each(middle.sort_values("held_out_loss").reset_index()))
    wide = max(len(written(row)) for row in best_first)
    repetitions = plural(table["repetition"].nunique(), "repetition")
    return [
        f"{plural(len(best_first), 'candidate')}, each by itself, {repetitions}; "
        "the lowest held-out loss first",
        f"  {'':{wide}}  parameters  held-out loss  relative L2",
        *(
            f"  {written(row):{wide}}  {row.parameters:10,.0f}  {row.held_out_loss:13.2e}"
            f"  {number(row.relative_l2):>11}"
            for row in best_first
        ),
    ]
