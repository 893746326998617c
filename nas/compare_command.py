"""The command ``nas compare``: campaigns side by side."""

from pathlib import Path
from typing import Annotated

import typer

from nas.commands import app
from nas.one_line import one_line
from nas.paths import usable


@app.command()
def compare(
    folders: Annotated[
        list[Path], typer.Argument(help="The folders of two campaigns or more.", metavar="FOLDERS")
    ],
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Where to write; by default comparison, beside the first."),
    ] = None,
) -> None:
    """Set campaigns side by side: errors, losses, survivors, choices and costs on one page.

    With a CSV table of the same beside it.
    """
    from nas.reports import compare as page

    written = page.compare([usable(one) for one in folders], None if to is None else usable(to))
    print(one_line(f"page: {written}"))
