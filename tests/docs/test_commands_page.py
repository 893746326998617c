"""The page of all commands is what their own helps say."""

import html
from importlib.metadata import version
from pathlib import Path

import pytest
import typer.main
from typer.cli import get_docs_for_click

from nas import commands, compare_command  # noqa: F401 - each brings its commands

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "commands.md"
TESTED = f"typer=={version('typer')}" in (ROOT / "constraints.txt").read_text(encoding="utf-8")


@pytest.mark.skipif(not TESTED, reason="another version of typer writes another page")
def test_the_page_has_the_commands_as_they_are() -> None:
    command = typer.main.get_command(commands.app)
    written = get_docs_for_click(obj=command, ctx=typer.Context(command), name="nas")
    said = html.unescape(written[written.index("## `nas search`") :]).strip()
    assert PAGE.read_text(encoding="utf-8").strip().endswith(said)
