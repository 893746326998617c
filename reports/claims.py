"""What a report claims on what survives: which level of an axis more often than which other.

A level is said to survive more often than another only if all of this holds: there are
`LEAST_RUNS` completed runs; the Wilson intervals of the two do not touch; and outcomes dealt at
random within each run would part the levels as far in less than `significance` of the cases, since
the intervals alone overlook that experts of one run compete.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from nas.reports.rows import each
from nas.search_spaces import AXES

LEAST_RUNS = 3  # with fewer, one cannot see how far runs differ by their seed alone
LEVEL = 0.05  # over all axes together

# What Bischof and Kraus (2022) saw: axis, level that survives more often, and less often. None
# stands for the greatest and for the least level that was tried.
ARTICLE: tuple[tuple[str, str | None, str | None], ...] = (
    ("activation", "sine", "tanh"),
    ("width", None, None),
)


@dataclass(frozen=True)
class Claim:
    """``better`` survives more often than ``worse``, two levels of ``axis``.

    Examples
    --------
    >>> print(Claim("activation", "sine", "tanh"))
    activation sine over tanh
    """

    axis: str
    better: str
    worse: str

    def __str__(self) -> str:
        return f"{self.axis} {self.better} over {self.worse}"

    @property
    def opposite(self) -> "Claim":
        """That ``worse`` survives more often than ``better``."""
        return Claim(self.axis, self.worse, self.better)

    def holds(self, rates: pd.DataFrame) -> bool:
        """Whether these survival rates, of other runs, go the same way."""
        of = rates[rates["axis"] == self.axis].set_index("level")["rate"]
        return bool(of[self.better] > of[self.worse])


def significance(axes: int) -> float:
    """What a p-value has to be below, by Bonferroni: each of so many axes is a question of its own.

    Examples
    --------
    >>> round(significance(3), 4)
    0.0167
    """
    return LEVEL / axes


def apart(axis: str, rates: pd.DataFrame) -> list[Claim]:
    """The levels of an axis whose intervals do not touch, the best first.

    Examples
    --------
    >>> rates = pd.DataFrame({"axis": "depth", "level": ["2", "3"], "rate": [0.9, 0.2],
    ...                       "low": [0.8, 0.1], "high": [0.95, 0.4]})
    >>> print(*apart("depth", rates))
    depth 2 over 3
    """
    rows = rates[rates["axis"] == axis]
    return [
        Claim(axis, better.level, worse.level)
        for better in each(rows.sort_values("rate", ascending=False, kind="stable"))
        for worse in each(rows)
        if better.low > worse.high
    ]


def claims(rates: pd.DataFrame, chance: Mapping[str, float], runs: int) -> list[Claim]:
    """All claims on ``rates`` and ``chance`` (see `nas.reports.survival`) of so many runs.

    Examples
    --------
    >>> rates = pd.DataFrame({"axis": "depth", "level": ["2", "3"], "rate": [0.9, 0.2],
    ...                       "low": [0.8, 0.1], "high": [0.95, 0.4]})
    >>> print(*claims(rates, {"depth": 0.001}, runs=5))
    depth 2 over 3
    >>> claims(rates, {"depth": 0.2}, runs=5)
    []
    """
    if runs < LEAST_RUNS:
        return []
    sure = [axis for axis in chance if chance[axis] < significance(len(chance))]
    return [claim for axis in sure for claim in apart(axis, rates)]


def article(rates: pd.DataFrame) -> Iterator[Claim]:
    """The claims of `ARTICLE` whose two levels were tried.

    Examples
    --------
    >>> print(*article(pd.DataFrame({"axis": "width", "level": ["8", "16", "128"]})))
    width 128 over 8
    """
    kinds = {axis.name: axis.kind for axis in AXES}
    for axis, better, worse in ARTICLE:
        levels = sorted(rates.loc[rates["axis"] == axis, "level"], key=kinds[axis])
        if len(levels) > 1:
            claim = Claim(axis, better or levels[-1], worse or levels[0])
            if {claim.better, claim.worse} <= set(levels):
                yield claim
