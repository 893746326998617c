"""What the numbers say, in sentences that claim no more than the numbers carry."""

import math
from collections.abc import Iterable, Sequence

import pandas as pd

from nas.reports.rows import each
from nas.search_spaces import AXES, Axis
from nas.search_spaces.candidates import written


def number(value: float) -> str:
    """Three digits, as a scientist writes them; a dash for none.

    Examples
    --------
    >>> number(0.01234), number(1.234e-5), number(45.2), number(math.nan)
    ('0.0123', '1.23e-5', '45.2', '–')
    """
    if not math.isfinite(value):
        return "–"
    if value == 0 or 1e-2 <= abs(value) < 1e5:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def plural(count: int, thing: str) -> str:
    """A count of things.

    Examples
    --------
    >>> plural(1, "run"), plural(2, "run")
    ('1 run', '2 runs')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def capital(text: str) -> str:
    """With a capital at the beginning, the rest as it is.

    Examples
    --------
    >>> capital("trial 1 of KdV")
    'Trial 1 of KdV'
    """
    return text[:1].upper() + text[1:]


def times(ratio: float) -> str:
    """How large something is beside another.

    Examples
    --------
    >>> times(0.894), times(1.0)
    ('0.894 times', 'as large as')
    """
    return "as large as" if number(ratio) == "1" else f"{number(ratio)} times"


def percent(value: float) -> str:
    """A share in percent; a dash for none.

    Examples
    --------
    >>> percent(0.256), percent(0.001)
    ('26 %', '<1 %')
    """
    if not math.isfinite(value):
        return "–"
    return "<1 %" if 0 < value < 0.005 else f"{100 * value:.0f} %"


def duration(seconds: float) -> str:
    """Seconds as a person says them.

    Examples
    --------
    >>> duration(42), duration(200), duration(7500)
    ('42 s', '3 min 20 s', '2 h 05 min')
    """
    if not math.isfinite(seconds):
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def pattern(axes: Iterable[Axis]) -> str:
    """How the names of candidates are to be read.

    Examples
    --------
    >>> pattern(AXES[:3])
    'activation depth × width'
    """
    return " ".join("".join(f"{a.before} {a.name}" for a in axes).replace("×", " × ").split())


def told_by_a_name(axes: Iterable[Axis]) -> str:
    """What the name of a candidate says of it, in a sentence.

    Examples
    --------
    >>> told_by_a_name(AXES[:3]), told_by_a_name([AXES[0], *AXES[-1:]])
    ('activation and depth × width', 'activation and what learns')
    """
    names: list[str] = []
    for axis in axes:
        if axis.before == "×":
            names[-1] += f" × {axis.name}"
        else:
            names.append("what learns" if axis.name == "learns" else axis.name)
    return listed(names)


def lines(text: str | None) -> list[str]:
    """Those of a column that holds several; none where it holds nothing.

    Examples
    --------
    >>> lines("one\\ntwo"), lines(None)
    (['one', 'two'], [])
    """
    return [] if pd.isna(text) else str(text).splitlines()


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    Examples
    --------
    >>> listed(["activation", "depth", "width"])
    'activation, depth and width'
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def subset(survivors: pd.DataFrame) -> str:
    """The experts of a mixture with their importance; one by itself has all.

    Examples
    --------
    >>> two = {"activation": ["sine", "tanh"], "depth": 2, "width": 64, "importance": [0.61, 0.39]}
    >>> subset(pd.DataFrame(two)), subset(pd.DataFrame(two).head(1))
    ('sine 2×64 (61 %), tanh 2×64 (39 %)', 'sine 2×64')
    """
    parts = []
    for row in each(survivors):
        shared = len(survivors) > 1 and math.isfinite(row.importance)
        share = f" ({percent(row.importance)})" if shared else ""
        parts.append(written(row) + share)
    return ", ".join(parts)


def members(survivors: pd.DataFrame) -> str:
    """The experts of a mixture by their architectures.

    Examples
    --------
    >>> members(pd.DataFrame({"activation": ["sine", "tanh"], "depth": 2, "width": 64}))
    'sine 2×64, tanh 2×64'
    """
    return ", ".join(written(row) for row in each(survivors))


def agreement(table: pd.DataFrame) -> str:
    """How far the order of survival follows the experts' individual losses.

    Examples
    --------
    >>> print(agreement(pd.DataFrame({"tau": [0.5, 0.7]})))  # doctest: +ELLIPSIS
    The gate ... order of survival is 0.60 in the median of 2 runs (from 0.50 to 0.70); 1 ...
    """
    apart = (
        "The gate selects a subset, the individual loss ranks single networks: these are two "
        "different questions. "
    )
    if table.empty:
        return apart + "No completed run allows a comparison of the two orders."
    tau = table["tau"]
    spread = "" if len(tau) == 1 else f" (from {tau.min():.2f} to {tau.max():.2f})"
    over = "only run" if len(tau) == 1 else f"median of {len(tau)} runs"
    return apart + (
        f"Kendall's τ between individual loss and order of survival is {tau.median():.2f} in the "
        f"{over}{spread}; 1 would mean that the "
        "worst single networks were dropped first, 0 that the two have nothing to do with each "
        "other."
    )


def best_single(table: pd.DataFrame) -> str:
    """The best single networks, as far as the search can tell.

    Examples
    --------
    >>> table = pd.DataFrame({"activation": ["sine"], "depth": 2, "width": 8, "rank": 0.1})
    >>> best_single(table)[-16:]
    'sine 2×8 (0.10).'
    """
    if table.empty:
        return ""
    named = [f"{written(row)} ({row.rank:.2f})" for row in each(table.head(3))]
    axes = listed([axis.name for axis in AXES if axis.name in table])
    return (
        "Best single networks, as far as the search can tell (by the individual loss, shrunk "
        f"towards the main effects of {axes}; mean rank in a run, 0 the best): {', '.join(named)}."
    )
