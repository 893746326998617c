"""The commands: ``nas check | search | report | export | baseline | validate | problems | …``.

Of failed runs and warnings together, failed runs give the exit code (`nas.exit_codes`): what
failed has to be looked at first.
"""

import shlex
import sys
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from nas import __version__, key_commands, own_code
from nas.errors import UserError
from nas.exit_codes import FAILED, INTERRUPTED, WARNED
from nas.feedback import Quiet, Verbose, say, say_columns, watched
from nas.paths import usable
from nas.signals import STOPPED, Stop

if TYPE_CHECKING:
    from nas.campaign.config import Campaign


_COLUMNS = get_terminal_size().columns
_ROOM = 72  # in fewer columns the panels of a help would cut words


class _Commands(TyperGroup):
    """All commands: what a problem's own code raises in one is told in a line."""

    def invoke(self, ctx: Any) -> Any:
        try:
            with own_code.told():
                return super().invoke(ctx)
        except Stop:  # typer would end without a word
            print(STOPPED, file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "terminal_width": min(_COLUMNS, 80)},
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown" if _COLUMNS >= _ROOM else None,
)

Folder = Annotated[Path, typer.Argument(help="The folder of a campaign.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", help="Set a key: training.steps=500. May be repeated."),
]
Workers = Annotated[
    str | None,
    typer.Option("--workers", help="How many on this machine, or a Dask cluster: tcp://host:8786."),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Exit with code 3 where there is a warning.")
]


def _tell_version(asked: bool) -> None:
    if asked:
        print(f"nas {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_tell_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Find the architecture that your differential equation wants."""


@app.command()
def search(
    name: Annotated[
        str, typer.Argument(help="A campaign file (YAML), a .py file, or a problem's name.")
    ],
    out: Annotated[Path | None, typer.Option(help="Its folder; by default ./NAME-search.")] = None,
    budget: Annotated[str | None, typer.Option(help="How long it may take: 5m, 2 h.")] = None,
    workers: Workers = None,
    changes: Changes = None,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Launch a campaign, or resume it; a problem is enough: nas search heat.py --budget 5m.

    Interrupt it at any time: the same command resumes where it stopped. Exit code 0: done;
    1: some runs failed; 2: something for you to fix; 3: with --strict, none failed but the
    recommended run carries a warning; 130: interrupted.
    """
    from nas import display
    from nas.campaign import campaign, named, on_workers
    from nas.result import Result

    with watched(quiet, verbose) as watch:
        typed = [*(changes or []), *on_workers.overrides(workers)]
        settings = named.load(name, typed, budget)
        folder = named.default_folder(name) if out is None else out
        result = Result(campaign.search(settings, folder, watch=watch))
    say(*display.summary(result), *([] if quiet else display.advice(result, folder)))
    if (result.records.runs.status != "completed").any():
        raise typer.Exit(FAILED)
    if strict and result.recommended.warnings:
        raise typer.Exit(WARNED)


@app.command()
def report(
    folder: Folder,
    to: Annotated[
        Path | None, typer.Option("--to", help="Where to write; by default FOLDER/report.")
    ] = None,
) -> None:
    """Write tables, figures and one HTML page from a campaign's records."""
    from nas import reports

    say(f"page: {reports.write(folder, to)}")


@app.command()
def export(
    folder: Folder,
    to: Annotated[Path, typer.Option("--to", help="Where to write the model.")],
    run: Annotated[
        str | None, typer.Option("--run", help="A run such as 0007-0, not the recommended one.")
    ] = None,
    format: Annotated[
        str,
        typer.Option(
            "--format", help="Format of the portable model; an unknown one lists the choices."
        ),
    ] = "pt2",
    dtype: Annotated[
        str, typer.Option("--dtype", help="The portable model's numbers: float64 or float32.")
    ] = "float64",
) -> None:
    """Write the recommended network: architecture, weights, portable model, model card."""
    from nas.export import NotEquivalent
    from nas.export import export as write

    try:
        written = write(folder, to, run, format, dtype)
    except NotEquivalent as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(FAILED) from None
    say(*written.lines())


@app.command()
def baseline(
    campaign: Annotated[Path, typer.Argument(help="A campaign's folder, or a campaign file.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="The campaign's folder, where a file is given.")
    ] = None,
    workers: Workers = None,
    changes: Changes = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Train every candidate of a campaign's space by itself.

    Together in the warm-up, then one at a time, with the campaign's own warm-up and fine-tuning
    lengths, once for each of its seeds. Interrupt it at any time: the same command resumes.
    """
    from nas import display, validation
    from nas.campaign import on_workers

    with watched(quiet, verbose) as watch:
        settings, folder = _named(campaign, out, changes or [])
        rows = validation.baseline(on_workers.on(settings, workers), folder, watch=watch)
    say(*display.ranking(rows))


@app.command()
def validate(
    folder: Folder,
    run: Annotated[
        str | None, typer.Option("--run", help="A run such as 0007-0, not the recommended trial's.")
    ] = None,
    workers: Workers = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Measure whether the choice can be trusted: against random subsets and single networks.

    Trains some two dozen subsets beside each run of the recommended trial and, without a budget,
    every candidate by itself; what it finds goes into the report. Interrupt it at any time: the
    same command goes on.
    """
    from nas import validation
    from nas.reports.validation_summary import summary

    with watched(quiet, verbose) as watch:
        records = validation.validate(folder, run, watch=watch, workers=workers)
    following = [] if quiet else [f"next: nas report {shlex.quote(str(folder))}"]
    say(*summary(records), *following)


@app.command()
def problems(
    name: Annotated[
        str | None, typer.Argument(help="One of them, or the path of a .py file, in detail.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--write", help="Write its file here, as a start for your own.")
    ] = None,
) -> None:
    """List the toolkit's problems, or show one."""
    from nas import problem_card

    if name is None:
        if to is not None:
            raise UserError("--write: expected a problem's name before it; see `nas problems`")
        say_columns(problem_card.overview())
        print("in full: nas problems NAME")
        return
    if to is not None:
        problem_card.write(name, to)
    from nas.runner.undisturbed import undisturbed

    with undisturbed():
        lines = problem_card.card(name)
    say(*lines)
    if to is not None:
        say(f"written: {to}; it is the problem of a campaign with `problem: {to}`")


@app.command()
def check(
    problem: Annotated[str, typer.Argument(help="The path of a .py file, or a problem's name.")],
    to: Annotated[
        Path | None, typer.Option("--to", help="Draw domain, parts, normals and points: a PNG.")
    ] = None,
    strict: Strict = False,
) -> None:
    """Find mistakes in a problem, before any training.

    Wrong names and shapes, terms out of scale, a solution that does not satisfy what is demanded,
    too few conditions, or conditions that disagree. Exit code 0: done; 2: something for you to fix;
    3: with --strict, there are warnings.
    """
    from nas import checking, named_problem
    from nas.runner.undisturbed import undisturbed

    with undisturbed():
        loaded = named_problem.load(problem)
    with undisturbed():
        report = checking.check(loaded)
    say(*report.lines())
    if to is not None:
        from nas.checking import drawing

        drawing.draw(loaded, to)
        say(f"picture: {to}")
    if strict and report.warnings:
        raise typer.Exit(WARNED)


def _named(path: Path, out: Path | None, changes: list[str]) -> "tuple[Campaign, Path]":
    """The campaign of a folder, or of a file that is to have the folder ``out``."""
    from nas.campaign import config, records

    if usable(path).is_dir():
        if out is not None or changes:
            raise UserError(
                f"{path}: expected a campaign file beside --out and --set, got a folder; "
                "give the file, or leave them out"
            )
        resolved = records.read_campaign(path)["configuration"]
        return config.Campaign.from_resolved(resolved), path
    if out is None:
        raise UserError(
            f"{path}: expected --out beside a campaign file; name the folder to work in"
        )
    return config.load(path, changes), out


app.command()(key_commands.spaces)
app.command()(key_commands.init)
app.command()(key_commands.keys)
