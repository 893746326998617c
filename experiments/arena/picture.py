"""Draws the performance profiles, a panel for each budget."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.figure import Figure

from experiments.arena.profiles import factors, share
from nas.files import whole
from nas.reports import style

LARGEST = 1e4  # factor of the best that is shown

# Those that are drawn: what they are called, and how they look.
LINES: dict[str, tuple[str, str]] = {
    "search": ("search, by default", style.HIGHLIGHT),
    "tanh_3x20": ("tanh 3×20", "#0072B2"),
    "best_fixed": ("best fixed candidate, in hindsight", "#56B4E9"),
    "best_each": ("best candidate of each problem, in hindsight", "#009E73"),
    "halving": ("successive halving", "#E69F00"),
    "deepxde": ("DeepXDE, tanh 4×50", "#7F7F7F"),
}
DASHED = ("best_fixed", "best_each")  # chosen by who knows the truth


def steps(found: Sequence[float]) -> tuple[list[float], list[float]]:
    """Where a profile steps up, and how high it is from there on.

    >>> steps([1.0, 1.0, 4.0, float("inf")])
    ([1.0, 4.0, 10000.0], [0.5, 0.75, 0.75])
    """
    places = sorted({1.0, *(one for one in found if one < LARGEST), LARGEST})
    return places, [share(found, place) for place in places]


def tried_on_all(
    errors: Mapping[str, Mapping[str, float]], problems: Sequence[str]
) -> dict[str, Mapping[str, float]]:
    """The columns to draw: in a profile a problem that was not tried would count as not solved.

    >>> tried_on_all({"search": {"a": 0.1, "b": 1.0}, "halving": {"a": 0.1}}, ["a", "b"])
    {'search': {'a': 0.1, 'b': 1.0}}
    """
    return {name: errors[name] for name in LINES if set(problems) <= errors.get(name, {}).keys()}


def draw(
    path: Path, by_budget: Mapping[int, Mapping[str, Mapping[str, float]]], problems: Sequence[str]
) -> None:
    """Write the picture of the errors, of each column on each problem, for each budget."""
    with mpl.rc_context(style.RC):
        figure = Figure(figsize=(9.6, 3.9))
        axes = figure.subplots(1, len(by_budget), sharey=True, squeeze=False)[0]
        for ax, (budget, errors) in zip(axes, by_budget.items(), strict=True):
            _panel(ax, budget, tried_on_all(errors, problems), problems)
        axes[0].set_ylabel("share of problems")
        lines = {line.get_label(): line for ax in axes for line in ax.get_lines()}
        if lines:
            figure.legend(lines.values(), lines.keys(), loc="outside lower center", ncols=3)
        with whole(path) as temporary:
            figure.savefig(temporary, format="png", dpi=150, metadata={"Software": None})


def _panel(
    ax: Any, budget: int, errors: Mapping[str, Mapping[str, float]], problems: Sequence[str]
) -> None:
    for name, found in factors(errors, problems).items():
        title, colour = LINES[name]
        dashes = (0, (4, 2)) if name in DASHED else "-"
        width, above = (2.4, 3) if name == "search" else (1.5, 2)
        x, y = steps(found)
        ax.step(x, y, where="post", label=title, color=colour, ls=dashes, lw=width, zorder=above)
    ax.set(xscale="log", xlim=(1, LARGEST), ylim=(0, 1.03), title=f"{budget} s of CPU time")
    ax.xaxis.set_major_formatter(lambda factor, _: f"{factor:,.0f}")
    ax.set_xlabel("error over the least of all, at most")
    sns.despine(ax=ax)
