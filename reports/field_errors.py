"""The error of each field of a run, as its records tell."""

import pandas as pd

from nas.campaign.records import Records
from nas.reports.recommended import problem


def of_run(records: Records, run: str | None) -> dict[str, float]:
    """The relative L2 error of each field of ``run``, measured; none without a reference.

    Records of earlier versions have the error of a single field alone.

    Examples
    --------
    >>> from nas.reports import example
    >>> of_run(example.records(), "0001-0"), of_run(example.records(), "0003-0")
    ({'u': 0.02}, {})
    """
    mine = _of(records, run)
    if mine["relative_l2"].notna().any():
        return dict(zip(mine["field"], mine["relative_l2"].astype(float), strict=True))
    whole = records.runs.loc[records.runs["run"] == run, "relative_l2"].dropna()
    fields = problem(records)["fields"]
    return {fields[0]: float(whole.iloc[0])} if len(whole) and len(fields) == 1 else {}


def estimates(records: Records, run: str | None) -> dict[str, float]:
    """The estimated error of each of several fields of ``run``, where there is an estimate.

    Of a single field it is that of the run. Records of earlier versions have none.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from nas.reports import example
    >>> records = example.records()
    >>> estimates(records, "0001-0")  # there is one field
    {}
    >>> two = records.fields.assign(run="0001-0", error_estimate=0.1)[:2]
    >>> two["field"] = ["u", "p"]
    >>> estimates(replace(records, fields=two), "0001-0")
    {'u': 0.1, 'p': 0.1}
    """
    mine = _of(records, run)
    known = mine[mine["error_estimate"].notna()]
    if len(mine) < 2:
        return {}
    return dict(zip(known["field"], known["error_estimate"].astype(float), strict=True))


def _of(records: Records, run: str | None) -> pd.DataFrame:
    table = records.fields
    return table[table["run"] == run]
