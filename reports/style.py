"""How all figures look: colours, fonts, number formats. Safe for the colour-blind."""

import math
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.axis import Axis as Scale
from matplotlib.colors import to_hex, to_rgb
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from nas.search_spaces import AXES, Axis

# The axis whose levels are told apart by hue wherever experts are drawn.
HUED = next(axis for axis in AXES if not axis.ordered)
# Hues of Okabe and Ito (2008), distinct in all common forms of colour blindness, and some more; for
# levels that have no hue of their own.
_HUES = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#000000",
    "#B8A800",
)  # fmt: skip
HIGHLIGHT = "#C1272D"  # the recommended trial and run
QUIET = "#8A8A8A"  # all others
INK = "#222222"
NOTHING = "#C4C4C4"  # hatches where a map has no value
ERROR_COLOURS = "magma"
SOLUTION_COLOURS = "viridis"
WEIGHT_COLOURS = "cividis"

RC: Any = {
    **sns.axes_style("ticks", {"axes.grid": True, "grid.color": "#E6E6E6"}),
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same everywhere
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.limits": (-2, 4),
    "image.interpolation": "nearest",
    "figure.constrained_layout.use": True,
    "text.parse_math": False,  # names come from records: a $ in one is a dollar sign
    "svg.hashsalt": "pinn-nas",  # else element ids are random and no two files are equal
    "svg.fonttype": "path",
}

# Of an axis that spans at least so many decades: the multiples of powers of ten to number.
_TICKS: tuple[tuple[float, tuple[float, ...]], ...] = (
    (1.5, (1.0,)),
    (0.7, (1.0, 2.0, 5.0)),
    (0.3, (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)),
    (0.0, (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)),
)
_SHORTEST = 0.5  # decades that an axis reaches over at least
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def level_colours(axis: Axis, levels: Sequence[str]) -> dict[str, str]:
    """A colour for each level: light to dark where they have an order, else hues.

    A hue that the axis declares is the same in every report, so that reports compare; other levels
    have what is left.

    Examples
    --------
    >>> level_colours(HUED, ["sine", "tanh"])
    {'sine': '#0072B2', 'tanh': '#D55E00'}
    """
    if not axis.ordered:
        left = [hue for hue in _HUES if hue not in axis.hues.values()]
        strangers = sorted(set(levels) - axis.hues.keys())
        others = {level: left[i % len(left)] for i, level in enumerate(strangers)}
        return {level: axis.hues.get(level) or others[level] for level in levels}
    return dict(zip(levels, ramp(len(levels)), strict=True))


def ramp(count: int) -> list[str]:
    """Colours from light to dark.

    Examples
    --------
    >>> ramp(2)
    ['#9bd93c', '#471365']
    """
    colours, last = mpl.colormaps["viridis"], max(count - 1, 1)
    return [to_hex(colours(0.85 - 0.8 * i / last)) for i in range(count)]


def expert_colours(experts: Sequence[tuple[int, str]]) -> dict[int, str]:
    """A colour per (candidate, its level of `HUED`): the level's hue, lighter one by one.

    Examples
    --------
    >>> expert_colours([(0, "sine"), (7, "sine"), (3, "tanh")])
    {0: '#0072b2', 7: '#60a7cf', 3: '#d55e00'}
    """
    hues = level_colours(HUED, [level for _, level in experts])
    colours = {}
    for level, hue in hues.items():
        mine = [candidate for candidate, other in experts if other == level]
        for i, candidate in enumerate(mine):
            colours[candidate] = _lighter(hue, 0.75 * i / max(len(mine), 1))
    return colours


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on ``colour``.

    Examples
    --------
    >>> ink_on("#0072B2")
    'white'
    """
    red, green, blue = to_rgb(colour)
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"


def power_of_ten(value: float) -> str:
    """A tick of a logarithmic axis.

    Examples
    --------
    >>> power_of_ten(1e-3), power_of_ten(2e-3)
    ('10⁻³', '2×10⁻³')
    """
    exponent = math.floor(math.log10(value) + 1e-9)
    head = f"{value / 10**exponent:.2g}"
    power = "10" + str(exponent).translate(_SUPERSCRIPT)
    return power if head == "1" else f"{head}×{power}"


def logarithmic(axis: Scale, span: tuple[float, float]) -> None:
    """Number a logarithmic axis that reaches over ``span``; a short one is made longer.

    Values that hardly differ are then seen to do so, and their ticks are not the same number over
    and over.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> ax.set_xscale("log")
    >>> logarithmic(ax.xaxis, (1.0, 1.1))  # over half a decade instead
    >>> [round(float(end), 2) for end in ax.get_xlim()]
    [0.59, 1.87]
    """
    decades = math.log10(span[1] / span[0])
    if decades < _SHORTEST:
        middle, half = math.sqrt(span[0] * span[1]), 10 ** (_SHORTEST / 2)
        axis.set_view_interval(middle / half, middle * half, ignore=True)
        decades = _SHORTEST
    subs = next((subs for least, subs in _TICKS if decades >= least), _TICKS[-1][1])
    axis.set_major_locator(LogLocator(subs=subs, numticks=8))
    axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(FuncFormatter(lambda value, _: power_of_ten(value)))


def _lighter(colour: str, amount: float) -> str:
    red, green, blue = (part + (1 - part) * amount for part in to_rgb(colour))
    return to_hex((red, green, blue))
