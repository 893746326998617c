"""A campaign on the terminal: one line for each run under way, rewritten in place."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.table import Table
from rich.text import Text

from nas.one_line import one_line
from nas.reports import chosen, corrections, race
from nas.reports.intervals import COVERAGE, student
from nas.reports.rows import each
from nas.reports.words import duration, number, percent, plural
from nas.result import Result
from nas.runner.overview import Running, State, Watch
from nas.search_spaces import AXES
from nas.search_spaces.candidates import written

_GAP = 2  # spaces between columns
_LEAST_FIRST = ("step", "experts alive", "loss", "done")  # what a narrow terminal does without


@contextmanager
def live(console: Console) -> Iterator[Watch]:
    """A watcher that draws on ``console``, or nothing where that is no terminal, or quiet."""
    if console.quiet or not console.is_terminal:
        yield lambda state: None
        return
    with Live(console=console, refresh_per_second=4, transient=True) as screen:
        yield lambda state: screen.update(Overview(state))


@dataclass(frozen=True)
class Overview:
    """The campaign's state: what is done, the best so far, and a row for each run under way.

    A terminal that is too narrow for all columns shows those that matter most.
    """

    state: State

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """See rich's protocol of what can be drawn."""
        yield from _title(self.state, options.max_width)
        columns = _fitting(_columns(self.state.running), options.max_width)
        drawn = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
        for name in columns:
            drawn.add_column(name, justify="left" if name in ("run", "phase") else "right")
        for row in zip(*columns.values(), strict=True):
            drawn.add_row(*map(Text, row))
        yield drawn


def _title(state: State, width: int) -> list[Text]:
    """How far all is, and the best so far, on as many lines as it needs."""
    done = Text(f"{state.finished} of {plural(state.jobs, 'job')} finished")
    if state.failed:
        done += Text(", ") + Text(f"{state.failed} failed", style="red")
    lines = [done]
    for part in (f"{duration(state.seconds)} so far", _left(state)):
        if len(lines[-1]) + 3 + len(part) <= width:
            lines[-1] += Text(f" · {part}")
        else:
            lines.append(Text(part))
    if state.best is not None:
        loss, name = state.best.held_out_loss, state.best.name
        lines.append(Text(f"best so far: held-out loss {loss:.2e} ({name})"))
    return lines


def _columns(running: Sequence[Running]) -> dict[str, list[str]]:
    """The cells of each column by its name."""
    return {
        "run": [run.name for run in running],
        "phase": [run.phase for run in running],
        "step": [f"{run.step:,}" for run in running],
        "done": [f"{run.done:.0%}" for run in running],
        "loss": [_loss(run) for run in running],
        "experts alive": [f"{run.experts}" for run in running],
    }


def _loss(run: Running) -> str:
    """The loss, and what it is measured on."""
    if run.loss is None:
        return "…"
    return f"{run.loss:.2e} {'held-out' if run.held_out else 'training'}"


def _fitting(columns: dict[str, list[str]], width: int) -> dict[str, list[str]]:
    """The columns for which there is room, those that matter most."""
    left = dict(columns)
    for name in _LEAST_FIRST:
        wide = sum(max(map(len, [one, *cells])) + _GAP for one, cells in left.items()) - _GAP
        if wide > width:
            del left[name]
    return left


def _left(state: State) -> str:
    """The time left, in words; what is in part a guess is a range.

    A budget counts what jobs learn: what they take to begin and to end comes on top, and one that
    is over is not over to the second.
    """
    if state.between is not None:
        return f"{duration(state.between.least)} to {duration(state.between.most)} left"
    if state.seconds_left is None:
        return "… left"
    if state.seconds_left < 0.5:
        return "finishing"
    return f"{duration(state.seconds_left)}{' of the budget' * state.within_budget} left"


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
        lines.append("the budget was over before a race: give a larger one")
    for _, run in runs[runs.status != "completed"].iterrows():
        lines.append(f"  run {run.run} {run.status}: {run.reason}")
    if not trials.recommended.any():
        return [*map(one_line, lines), "no trial completed, so none is recommended"]
    best = result.recommended
    names = ", ".join(written(expert) for expert in result.survivors.itertuples())
    added, asked = corrections.in_words(best.corrections), race.among(result.records)
    kept = chosen.kept(best.experts_before, best.experts_after)
    names = f"{kept}; {names}" if kept else names
    lines += [
        f"recommended: {chosen.named(best)}, {chosen.why(trials)}",
        *([f"  chosen among     {asked}"] if asked else []),
        f"  experts          {best.experts_before:.0f} → {best.experts_after:.0f}: {names}",
        *([f"  added            {added}"] if added else []),
        f"  parameters       {best.parameters_before:,.0f} → {best.parameters_after:,.0f}",
        f"  held-out loss    {best.held_out_loss:.2e}",
    ]
    if best.relative_l2 == best.relative_l2:  # it is NaN where there is no reference
        lines.append(f"  relative L2      {best.relative_l2:.2e} (measured, not used to decide)")
    if pd.notna(best.error_estimate):
        lines.append(f"  estimated error  {best.error_estimate:.2e} (relative L2, without a truth)")
    lines += estimates(result)
    lines += [f"warning: {line}" for line in (best.warnings or "").splitlines()]
    small = chosen.alternative(trials, runs)
    return list(map(one_line, [*lines, *([f"small alternative: {small}"] if small else [])]))


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
    """What the recommended run found of unknown coefficients, with an interval over its trial."""
    runs, best = result.records.runs, result.recommended
    done = runs[(runs.trial == best.trial) & (runs.status == "completed")]
    found = result.records.estimates(list(done.run))
    lines = []
    for mine in each(found[found["run"] == best.run]):
        values = found[found["name"] == mine.name].value.to_numpy()
        low, high = student(values)
        between = f"{low:.5g} to {high:.5g} by {plural(len(values), 'run')}, at {percent(COVERAGE)}"
        interval = f" ({between})" if low <= high else ""  # false where there is none
        truth = "" if pd.isna(mine.truth) else f"; the truth is {mine.truth:.5g}"
        noise = "" if pd.isna(mine.standard_error) else f" ± {mine.standard_error:.2g} by noise"
        lines.append(f"  {mine.name + ' found':<16} {mine.value:.5g}{noise}{interval}{truth}")
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
