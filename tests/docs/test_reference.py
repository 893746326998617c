"""The reference of Python has every public name, and the pages are all in the table of contents."""

import re
from pathlib import Path

import nas

DOCS = Path(__file__).parents[2] / "docs"


def test_every_public_name_is_in_the_reference() -> None:
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"auto\w+:: nas\.(\w+)", page)) == sorted(nas.__all__)


def test_every_page_is_in_the_contents() -> None:
    contents = (DOCS / "index.md").read_text(encoding="utf-8").split()
    notebooks = [f"notebooks/{path.stem}" for path in DOCS.glob("notebooks/*.ipynb")]
    pages = [path.stem for path in DOCS.glob("*.md") if path.stem != "index"]
    assert notebooks
    assert {*pages, *notebooks} <= set(contents)
