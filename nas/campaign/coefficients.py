"""What a run's record tells of an unknown coefficient: how well it is known, or why not."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

NOT_TRUSTED = "the answer is not to be trusted"
UNTOLD = "nothing tells it"


def estimates(unknowns: pd.DataFrame, runs: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """The last row of each coefficient of the runs of these ``names``.

    Where there is a ``doubt`` there is no standard error, also of campaigns by earlier versions,
    which recorded one all the same.

    Parameters
    ----------
    unknowns, runs
        These tables.

    Examples
    --------
    >>> path = [("a", 0.7, ""), ("b", 0.8, ""), ("a", 0.9, "nothing tells it")]
    >>> table = pd.DataFrame(path, columns=["run", "value", "doubt"])
    >>> table = table.assign(name="k", step=[0, 9, 9])
    >>> runs = pd.DataFrame({"run": ["a", "b"], "warnings": ["", ""]})
    >>> found = estimates(table.assign(standard_error=0.1), runs, ["a", "b"])
    >>> found[["value", "standard_error"]].to_numpy().tolist()
    [[0.8, 0.1], [0.9, nan]]
    """
    mine = unknowns[unknowns["run"].isin(names)].sort_values("step", kind="stable")
    last = mine.drop_duplicates(["run", "name"], keep="last")
    warnings = dict(zip(runs["run"], runs["warnings"], strict=True))
    doubts = [
        doubt(name, recorded, warnings.get(run))
        for run, name, recorded in zip(last["run"], last["name"], last["doubt"], strict=True)
    ]
    known = last["standard_error"].astype(float).where(np.array(doubts, dtype=object) == "")
    found: pd.DataFrame = last.assign(standard_error=known, doubt=doubts)
    return found


def doubt(name: str, recorded: Any, warnings: Any) -> str:
    """Why the value of a coefficient says little; "" where nothing speaks against it.

    Parameters
    ----------
    recorded
        The column ``doubt`` of its last row; none of earlier versions, which told it in the
        warnings alone.
    warnings
        Those of its run, a line each.

    Examples
    --------
    >>> doubt("k", "it may be off by 2", None), doubt("k", "", "estimated error 97%")
    ('it may be off by 2', '')
    >>> doubt("k", None, "estimated error 97%: the answer is not to be trusted")
    'the answer is not to be trusted'
    """
    if isinstance(recorded, str):
        return recorded
    lines = warnings.splitlines() if isinstance(warnings, str) else []
    if any(line.startswith(f"nothing tells the unknown {name}:") for line in lines):
        return UNTOLD
    return NOT_TRUSTED if any("is not to be trusted" in line for line in lines) else ""
