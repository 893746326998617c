"""Pages from their templates: one file each, with all that it needs in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2


def fill(name: str, shown: Mapping[str, Any]) -> str:
    """The page of the template ``name`` with what it shows; texts are escaped.

    Examples
    --------
    >>> fill("compare.html.jinja", {})
    Traceback (most recent call last):
    jinja2.exceptions.UndefinedError: 'title' is undefined
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,  # what comes from records may hold anything
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(shown)
