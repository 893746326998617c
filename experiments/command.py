"""How a command of an experiment ends: what its user can mend is a line, not a traceback."""

import sys
from collections.abc import Callable

import typer

from nas.errors import UserError

USER_ERROR = 2  # the exit code


def run(main: Callable[..., None]) -> None:
    """Run ``main`` on the command line's arguments."""
    try:
        typer.run(main)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(USER_ERROR)
