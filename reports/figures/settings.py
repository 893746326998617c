"""Which of m, p and threshold mattered for the held-out loss."""

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.rows import each
from nas.reports.settings import LEVEL
from nas.reports.style import HIGHLIGHT, QUIET
from nas.reports.words import percent

SECTION = "settings"
ORDER = 1


def summarise(report: Report) -> pd.DataFrame:
    """See `nas.reports.settings.importance`; without rows where there were too few trials.

    Examples
    --------
    >>> from nas.reports import example
    >>> len(summarise(example.report()))
    0
    """
    return report.statistics.settings


def draw(data: pd.DataFrame, figure: Figure) -> None:
    """A bar for each setting, the one that matters most on top; grey where chance gives as much.

    Examples
    --------
    >>> figure = Figure()
    >>> draw(pd.DataFrame({"setting": ["p"], "share": [1.0], "p_value": [0.01]}), figure)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['p']
    """
    ax = figure.subplots()
    sure = data["p_value"] < LEVEL / len(data)
    colours = [HIGHLIGHT if yes else QUIET for yes in sure]
    ax.barh(range(len(data)), data["share"].astype(float), color=colours, height=0.6)
    ax.set_yticks(range(len(data)), data["setting"])
    ax.set_ylim(len(data) - 0.4, -0.6)
    ax.set_xlim(0, 1.03)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("share of the importance")


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> pictures(example.report())  # of four trials nothing can be said
    []
    """
    data = summarise(report)
    if data.empty:
        return []
    spoken = "; ".join(f"{row.setting} {percent(row.share)}" for row in each(data))
    return [
        Picture(
            "settings",
            "Importance of the settings",
            f"Share of each setting in the importance for the held-out loss: {spoken}.",
            "How far the better half of the trials differ from all trials in a setting "
            "(PED-ANOVA, as Optuna has it). Grey: chance alone does as much. The shares add up "
            "to one also where nothing matters.",
            (4.4, 1.1 + 0.4 * len(data)),
            partial(draw, data),
        )
    ]
