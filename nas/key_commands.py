"""The commands about what stands in campaign files: ``nas spaces | init | keys``."""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from nas.errors import UserError
from nas.feedback import say, say_columns
from nas.files import write_text
from nas.paths import unused


def spaces(
    name: Annotated[str | None, typer.Argument(help="One of them, in detail.")] = None,
) -> None:
    """List the toolkit's search spaces, or the candidates of one."""
    from nas import search_spaces

    known = search_spaces.names()
    if name is None:
        say_columns(
            [
                (one, f"{len(search_spaces.load(one))} candidates", search_spaces.question(one))
                for one in known
            ]
        )
        say("in full: nas spaces NAME")
        return
    if name not in known:
        raise UserError(f"space {name!r}: no such space; the toolkit's are {', '.join(known)}")
    say(search_spaces.question(name), *map(str, search_spaces.load(name).candidates))


def init(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="A new file: my.yaml.")],
) -> None:
    """Write a campaign file with every key at its default, and what each is.

    It can be searched as it is, and within a budget: nas search FILE --budget 5m.
    """
    from nas.campaign import keys

    if to.suffix not in (".yaml", ".yml"):
        raise UserError(f"{to}: expected a name that ends in .yaml")
    write_text(unused(to), keys.file())
    say(f"written: {to}; put your problem into it, then: nas search {quote(str(to))}")


def keys(
    markdown: Annotated[bool, typer.Option("--markdown", help="As a table of Markdown.")] = False,
) -> None:
    """List the keys of campaign files, as for --set: default, meaning, what is expected."""
    from nas.campaign import keys as known

    if markdown:
        print("\n".join(known.markdown()))
        return
    say(*known.lines())
