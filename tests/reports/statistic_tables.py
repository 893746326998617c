"""The tables that statistics are tested on, and what is looked at of their results."""

from pathlib import Path
from typing import Any

import pandas as pd

from tests.reports.synthetic_campaign import Campaign


def tables(
    tmp_path: Path, experts: list[dict[str, Any]], runs: list[dict[str, Any]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows as they come back from the files, with the types that they have there."""
    made = Campaign()
    made.tables["experts"], made.tables["runs"] = experts, runs
    records = made.records(tmp_path)
    return records.experts, records.runs


def rows(table: pd.DataFrame, axis: str, level: str) -> pd.DataFrame:
    return table[(table["axis"] == axis) & (table["level"] == level)].reset_index(drop=True)
