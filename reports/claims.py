"""What a report claims on what survives: which level of a factor more often than which other.

A level is said to survive more often than another only if all of this holds: there are
`LEAST_RUNS` completed runs; the Wilson intervals of the two do not touch; and outcomes dealt at
random within each run would part the levels as far in less than `LEVEL` of the cases, since the
intervals alone overlook that experts of one run compete.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nas.reports.rows import each
from nas.reports.survival import FACTORS

LEAST_RUNS = 3  # with fewer, one cannot see how far runs differ by their seed alone
LEVEL = 0.05 / len(FACTORS)  # Bonferroni: each factor is a question of its own


@dataclass(frozen=True)
class Claim:
    """``better`` survives more often than ``worse``, two levels of ``factor``."""

    factor: str
    better: str
    worse: str

    def __str__(self) -> str:
        return f"{self.factor} {self.better} over {self.worse}"

    def holds(self, rates: pd.DataFrame) -> bool:
        """Whether these survival rates, of other runs, go the same way."""
        of = rates[rates["factor"] == self.factor].set_index("level")["rate"]
        return bool(of[self.better] > of[self.worse])


def apart(factor: str, rates: pd.DataFrame) -> list[Claim]:
    """The levels of a factor whose intervals do not touch, the best first."""
    rows = rates[rates["factor"] == factor]
    return [
        Claim(factor, better.level, worse.level)
        for better in each(rows.sort_values("rate", ascending=False, kind="stable"))
        for worse in each(rows)
        if better.low > worse.high
    ]


def claims(rates: pd.DataFrame, chance: Mapping[str, float], runs: int) -> list[Claim]:
    """All claims on ``rates`` and ``chance`` (see `reports.survival`) of so many runs."""
    if runs < LEAST_RUNS:
        return []
    sure = [factor for factor in FACTORS if chance[factor] < LEVEL]
    return [claim for factor in sure for claim in apart(factor, rates)]
