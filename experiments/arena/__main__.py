"""The command: ``python -m experiments.arena [OPTIONS] [NAME]...``."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.arena import cells, columns, pages, plan, table
from experiments.arena.cells import STATES, Cell
from experiments.arena.entrants import PROBLEMS
from experiments.arena.measuring import Answer
from experiments.harness import command
from experiments.harness.process import ONE_THREAD, fresh
from experiments.harness.tasks import answers
from nas.campaign import on_workers
from nas.runner.executors import Resources

HERE = Path(__file__).parent


def main(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="Columns, hindsight, best_fixed, best_each, and problems; all of them.",
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="Tell what is there.")] = False,
    only_pages: Annotated[bool, typer.Option("--pages", help="Write the pages anew.")] = False,
    tried: Annotated[
        float | None,
        typer.Option("--try", min=0, help="So many seconds of each, with one seed; keep nothing."),
    ] = None,
    to: Annotated[Path, typer.Option("--to", help="Where cells are kept.")] = Path("runs/arena"),
    workers: Annotated[
        str,
        typer.Option(
            "--workers",
            metavar="N|ADDRESS",
            help="Cells at a time, or a Dask cluster that sees the folder of cells.",
        ),
    ] = "2",
) -> None:
    """Measure the cells that are missing or stale, then write cells.csv and the pages."""
    names = names or []
    if tried is not None:
        return attempt(names, tried)
    if show:
        return tell(names, to)
    if not only_pages:
        resources = Resources(**on_workers.settings(workers))
        first = measure(names, to.absolute(), resources)
        # Now it may be known who wins in hindsight.
        measure(names, to.absolute(), resources, besides=first)
    return pages.write(HERE, table.read(HERE / table.FILE))


def measure(
    names: Sequence[str], to: Path, resources: Resources, besides: Collection[Cell] = ()
) -> list[Cell]:
    """Measure what is left of the chosen cells, and put all that is known into the table.

    Those ``besides`` which others are wanted are left alone, and so are those that the table knows
    as today's code measures them: it goes with the project, the folder need not. Returns the cells.
    """
    path = HERE / table.FILE
    known = table.read(path)
    chosen = [cell for cell in plan.chosen(names, known) if cell not in besides]
    left = [cell for cell in chosen if not table.holds(known, cell)]
    able = [cell for cell in left if not lacking(cell)]
    for reason in dict.fromkeys(filter(None, map(lacking, left))):
        print(f"skipped: {reason}", flush=True)
    cells.forget_failed(able, to)
    try:
        answers([cell.task(to) for cell in able], resources)
    finally:  # also what was done before a Ctrl-C
        table.write(path, table.updated(table.read(path), able, to))
    for cell in able:
        answer = cell.answer(to)
        if answer is not None and answer.failed:
            print(f"failed: {cell.name}: {answer.failed}", flush=True)
    return chosen


def lacking(cell: Cell) -> str:
    """Why a cell cannot be measured here; nothing where it can."""
    column = columns.named(cell.column)
    reason: str = column.code.lacking()
    return f"{column.name}: {reason}" if reason else ""


def tell(names: Sequence[str], to: Path) -> None:
    """Print, for each column and budget, which cells are there, failed, stale and missing."""
    found: dict[tuple[str, float], dict[str, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    known = table.read(HERE / table.FILE)
    for cell in plan.chosen(names, known):
        state = "there" if table.holds(known, cell) else cell.state(to)
        found[cell.column, cell.budget][state].append(cell)
    for (column, budget), by_state in found.items():
        counts = [f"{len(by_state[state])} {state}" for state in STATES if by_state[state]]
        print(f"{column:16} {budget:3g} s  {', '.join(counts)}")
        if "missing" in by_state and len(by_state) == 1:
            continue
        for state in STATES[1:]:
            some = dict.fromkeys(f"{cell.problem} {cell.seed}" for cell in by_state[state])
            if some:
                print(f"    {state}: {', '.join(some)}")


def attempt(names: Sequence[str], seconds: float) -> None:
    """Run each named column on each named problem once, so long; print what came of it."""
    problems = [name for name in names if name in PROBLEMS] or list(PROBLEMS)
    for column in (name for name in names if name not in PROBLEMS):
        columns.named(column)
        for problem in problems:
            arguments = (problem, column, seconds, 0)
            found = Answer.of(
                fresh("experiments.arena.measuring:measure", *arguments, environment=ONE_THREAD)
            )
            print(f"{column:16} {problem:18} {_line(found)}", flush=True)


def _line(found: Answer) -> str:
    if found.failed:
        return f"failed: {found.failed}"
    last = found.looks[-1]
    beside = "" if last.coefficients is None else f" (coefficients {last.coefficients:.1e})"
    told: dict[str, Any] = {"children": round(found.children, 1), **found.told}
    return (
        f"error {last.error:.1e}{beside}  loss {last.loss:.1e}  after {last.seconds:.1f} of "
        f"{found.seconds:.1f} s, {len(found.looks)} looks, imports {found.imports:.1f} s  "
        f"{json.dumps(told, ensure_ascii=False)}"
    )


if __name__ == "__main__":
    command.run(main)
