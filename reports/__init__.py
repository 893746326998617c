"""The report of a campaign: statistics, figures and one page, from its records alone.

Imports ``nas.campaign.records`` and nothing else of the search, so no torch: a report opens
at once, also on a machine that could not run the search.
"""

from pathlib import Path

from nas.paths import usable

__all__ = ["write"]


def write(folder: Path, destination: Path | None = None) -> Path:
    """Write the report of the campaign in ``folder`` and return the path of its page.

    Parameters
    ----------
    folder
        A campaign folder, finished or not.
    destination
        Where to put ``index.html``, ``tables/*.csv`` and ``figures/*.png`` and ``*.svg``;
        by default ``folder / "report"``.

    The same records give the same bytes of CSV and SVG.

    Raises
    ------
    nas.errors.UserError
        If ``folder`` is no campaign, no run of it has ended yet, a table of it is damaged, or
        ``destination`` cannot be written, holds other files than a report's, or is a part of the
        campaign. A campaign whose runs all failed does get a page:
        it is the index to read why.

    Examples
    --------
    >>> write(Path("nowhere"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: nowhere: expected a campaign folder, found no campaign.json in it; ...
    """
    from nas.reports.page import build  # here, not above: plotting libraries take seconds to load

    folder = Path(folder)
    return build(folder, folder / "report" if destination is None else usable(destination))
