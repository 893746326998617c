"""A campaign on the terminal: one line for each run under way, rewritten in place."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from nas.campaign.campaign import State, Watch
from nas.result import Result
from reports.words import architecture, duration, plural


@contextmanager
def live(console: Console) -> Iterator[Watch]:
    """A watcher that draws on ``console``; one that keeps quiet where it is no terminal."""
    if not console.is_terminal:
        yield lambda state: None
        return
    with Live(console=console, refresh_per_second=4, transient=True) as screen:
        yield lambda state: screen.update(table(state))


def table(state: State) -> Group:
    """The campaign's state: runs done and time left above, a row for each run under way."""
    left = "…" if state.seconds_left is None else duration(state.seconds_left)
    failed = f", [red]{state.failed} failed[/red]" if state.failed else ""
    title = (
        f"{state.finished} of {state.runs} runs finished{failed} · "
        f"{duration(state.seconds)} so far · {left} left"
    )
    drawn = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name in ("trial", "phase"):
        drawn.add_column(name)
    for name in ("step", "done", "loss", "experts alive"):
        drawn.add_column(name, justify="right")
    for run in state.running:
        drawn.add_row(
            f"{run.trial}" if run.repetition == 0 else f"{run.trial}, repeated {run.repetition}",
            run.phase,
            f"{run.step:,}",
            f"{run.done:.0%}",
            "…" if run.loss is None else f"{run.loss:.2e}",
            f"{run.experts}",
        )
    return Group(Text.from_markup(title), drawn)


def summary(result: Result) -> list[str]:
    """What a finished campaign tells: how many runs, and the recommended network."""
    runs, trials = result.records.runs, result.records.trials
    failed = int((runs.status != "completed").sum())
    finished = f"{plural(len(runs), 'run')} finished"
    lines = [finished + (f", {failed} of them failed" if failed else "")]
    for _, run in runs[runs.status != "completed"].iterrows():
        lines.append(f"  run {run.run} {run.status}: {run.reason}")
    if not trials.recommended.any():
        return [*lines, "no trial completed, so none is recommended"]
    best = result.recommended
    front = int(trials.on_front.sum())
    names = ", ".join(architecture(expert) for expert in result.survivors.itertuples())
    lines += [
        f"recommended: trial {best.trial} (run {best.run}), {_choice(front, len(trials))}",
        f"  experts          {best.experts_before:.0f} → {best.experts_after:.0f}: {names}",
        f"  parameters       {best.parameters_before:,.0f} → {best.parameters_after:,.0f}",
        f"  held-out loss    {best.held_out_loss:.2e}",
    ]
    if best.relative_l2 == best.relative_l2:  # it is NaN where there is no reference
        lines.append(f"  relative L2      {best.relative_l2:.2e} (measured, never decided on)")
    return lines


def _choice(front: int, trials: int) -> str:
    if trials == 1:
        return "the only one"
    if front == 1:
        return "no other is better in loss or in size"
    if front == 2:
        return "the more accurate of the 2 on the front of loss and size"
    return f"of the {front} on the front of loss and size the knee, or else the most accurate"
