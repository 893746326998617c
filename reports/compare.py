"""The page and the table that set campaigns side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from nas.errors import UserError
from nas.files import write_text
from nas.reports import comparison, page, template
from nas.reports.destination import PAGE, claimed_for_comparison
from nas.reports.figures import Picture, error, learning_curves, residual, solution
from nas.reports.rendering import Rendered, draw
from nas.reports.report import Report

FOLDER = "comparison"  # beside the first campaign, by default
_TEMPLATE = "compare.html.jinja"
_TABLES = ("comparison.csv", "survival.csv", "settings.csv")


def compare(folders: Sequence[Path], destination: Path | None = None) -> Path:
    """Write the page and the tables of two campaigns or more; return the page's path.

    Raises
    ------
    UserError
        If there are fewer than two campaigns, one is given twice or has no run that has ended, or
        ``destination`` cannot be written, holds other files than a comparison's, or is a part of
        a campaign.

    Examples
    --------
    >>> compare([Path("heat")])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: nas compare: expected two campaigns or more, got heat; name the ...
    """
    if len(folders) < 2:
        named = ", ".join(map(str, folders)) or "none"
        raise UserError(
            f"nas compare: expected two campaigns or more, got {named}; name the folders of all"
        )
    where = folders[0].absolute().parent / FOLDER if destination is None else destination
    campaigns = {name: page.read(folder) for name, folder in _named(folders).items()}
    with claimed_for_comparison(folders, where):
        found, rates = comparison.table(campaigns), comparison.survival(campaigns)
        settings = comparison.settings(campaigns)
        for name, table in zip(_TABLES, (found, rates, settings), strict=True):
            write_text(where / name, table.to_csv(index=False, lineterminator="\n"))
        write_text(where / PAGE, _page(campaigns, found, rates, _pictures(campaigns, where)))
    return where / PAGE


def _named(folders: Sequence[Path]) -> dict[str, Path]:
    """What each campaign is called: by the last part of its path, or by all of it."""
    whole = [folder.resolve() for folder in folders]
    twice = [str(one) for one, real in zip(folders, whole, strict=True) if whole.count(real) > 1]
    if twice:
        raise UserError(
            "nas compare: expected different campaigns, got the same one as "
            f"{' and '.join(twice)}; name each once"
        )
    last = [real.name for real in whole]
    return {
        str(folder) if last.count(name) > 1 else name: folder
        for folder, name in zip(folders, last, strict=True)
    }


def _page(
    campaigns: Mapping[str, Report],
    found: pd.DataFrame,
    rates: pd.DataFrame,
    pictures: Mapping[str, list[Rendered]],
) -> str:
    shown = {
        "title": " beside ".join(campaigns),
        "sentences": comparison.sentences(campaigns, found),
        "found": comparison.side_by_side(found),
        "settings": comparison.differing(comparison.settings(campaigns)),
        "survivors": comparison.survivors(rates, list(campaigns)),
        "warnings": {name: one.warnings for name, one in campaigns.items() if one.warnings},
        "pictures": pictures,
        "files": _TABLES,
    }
    return template.fill(_TEMPLATE, shown)


def _pictures(campaigns: Mapping[str, Report], where: Path) -> dict[str, list[Rendered]]:
    """Solution, error or else residual, and learning curves of each campaign."""
    drawn = {}
    for number, (name, content) in enumerate(campaigns.items(), start=1):
        wrong = error.pictures(content) or residual.pictures(content)
        mine = [*solution.pictures(content), *wrong, *learning_curves.pictures(content)]
        drawn[name] = draw([_of(number, one) for one in mine], where / "figures")
    return drawn


def _of(number: int, picture: Picture) -> Picture:
    """With a file of its own among the figures of all campaigns."""
    return replace(picture, name=f"{number}_{picture.name}")
