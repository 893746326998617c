"""Rows of a table, one by one."""

from collections.abc import Iterator
from typing import Any

import pandas as pd


def each(table: pd.DataFrame) -> Iterator[Any]:
    """The rows with their columns as attributes, typed as the schema of the table says.

    ``itertuples`` is declared to give any scalar for any column, so a type checker could
    not let one through; what each column holds is in ``nas.campaign.records.TABLES``.

    Examples
    --------
    >>> [row.loss for row in each(pd.DataFrame({"loss": [0.1, 0.2]}))]
    [0.1, 0.2]
    """
    return iter(table.itertuples(index=False))
