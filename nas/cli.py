"""The command line: ``nas search | report | export | problems | spaces``.

Exit codes: 0 done, 1 some runs failed, 2 misuse, 130 interrupted.
"""

import logging
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from nas.errors import Misuse

FAILED, MISUSE, INTERRUPTED = 1, 2, 130

app = typer.Typer(
    help="Find the architecture that your differential equation wants.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

Folder = Annotated[Path, typer.Argument(help="The folder of a campaign.")]


@app.command()
def search(
    file: Annotated[Path, typer.Argument(help="The campaign file (YAML).")],
    out: Annotated[Path, typer.Option("--out", help="The campaign's folder; new, or to go on.")],
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="Set a key: training.steps=500. May be repeated."),
    ] = None,
) -> None:
    """Launch a campaign, or go on with it.

    Interrupt it at any time: the same command goes on where it stopped. Exit code 0: done;
    1: some runs failed; 2: misuse; 130: interrupted.
    """
    from rich.console import Console

    from nas import display
    from nas.campaign import campaign, config
    from nas.result import Result

    try:
        settings = config.load(file, changes or [])
        with display.live(Console(stderr=True)) as watch:
            result = Result(campaign.search(settings, out, watch=watch))
    except campaign.Interrupted as interrupted:
        saved = "all is saved" if interrupted.saved else "the last checkpoints are kept"
        typer.echo(f"interrupted; {saved}: run the same command again to go on", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except KeyboardInterrupt:  # before the first run began
        typer.echo("interrupted; run the same command again to go on", err=True)
        raise typer.Exit(INTERRUPTED) from None
    typer.echo("\n".join(display.summary(result)))
    advice = f"next: nas report {out}"
    if result.records.trials.recommended.any():
        advice += f" · nas export {out} --to model/"
    typer.echo(advice)
    if (result.records.runs.status != "completed").any():
        raise typer.Exit(FAILED)


@app.command()
def report(
    folder: Folder,
    to: Annotated[
        Path | None, typer.Option("--to", help="Where to write; by default FOLDER/report.")
    ] = None,
) -> None:
    """Write tables, figures and one HTML page from a campaign's records."""
    import reports

    typer.echo(f"page: {reports.write(folder, to)}")


@app.command()
def export(
    folder: Folder,
    to: Annotated[Path, typer.Option("--to", help="Where to write the model.")],
    run: Annotated[
        str | None, typer.Option("--run", help="A run such as 0007-0, not the recommended one.")
    ] = None,
) -> None:
    """Write the recommended network: architecture, weights, portable model, model card."""
    from nas.export import Unproven
    from nas.export import export as write

    try:
        written = write(folder, to, run)
    except Unproven as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(FAILED) from None
    typer.echo("\n".join(written.told()))


@app.command()
def problems() -> None:
    """List the toolkit's problems."""
    from nas import problems as known

    rows = []
    for name in known.names():
        problem = known.load(name)
        truth = "known" if problem.solution else "unknown"
        rows.append((name, problem.title, problem.equation, f"solution {truth}"))
    _print_columns(rows)


@app.command()
def spaces() -> None:
    """List the toolkit's search spaces."""
    import search_spaces

    _print_columns(
        [
            (name, f"{len(search_spaces.load(name))} candidates", search_spaces.question(name))
            for name in search_spaces.names()
        ]
    )


def main() -> None:
    """Run the command line; what the user can mend is one line, not a traceback."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup and a shell's & want it
            signal.signal(number, _interrupt)
    if sys.stderr.isatty():  # someone is looking, and may wonder what takes so long
        logging.basicConfig(format="%(message)s")
        logging.getLogger("nas").setLevel(logging.INFO)
    try:
        app()
    except Misuse as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        sys.exit(MISUSE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


class _Interrupt(KeyboardInterrupt):
    """An interrupt that python does not recognise.

    A plain `KeyboardInterrupt` that passes through the `exec` of a text, as when a library
    makes its classes, lets python end by a signal, even where it was caught and the exit code
    was set (`Py_RunMain`).
    """


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise _Interrupt


def _print_columns(rows: list[tuple[Any, ...]]) -> None:
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (str(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


if __name__ == "__main__":
    main()
