"""The error of each field of a run, as its records tell."""

from nas.campaign.records import Records
from nas.reports.recommended import problem


def of_run(records: Records, run: str | None) -> dict[str, float]:
    """The relative L2 error of each field of ``run``; none without a reference.

    Records of earlier versions have the error of a single field alone.

    Examples
    --------
    >>> from nas.reports import example
    >>> of_run(example.records(), "0001-0"), of_run(example.records(), "0003-0")
    ({'u': 0.02}, {})
    """
    table = records.fields
    mine = table[table["run"] == run]
    if len(mine):
        return dict(zip(mine["field"], mine["relative_l2"].astype(float), strict=True))
    whole = records.runs.loc[records.runs["run"] == run, "relative_l2"].dropna()
    fields = problem(records)["fields"]
    return {fields[0]: float(whole.iloc[0])} if len(whole) and len(fields) == 1 else {}
