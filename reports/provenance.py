"""How a campaign was made: configuration, seeds, versions, hardware, time."""

import json
import re
from typing import Any

import pandas as pd

from nas.campaign.records import Records
from nas.reports import words
from nas.reports.recommended import Recommended


def configuration(records: Records) -> list[tuple[str, str]]:
    """The resolved configuration as (dotted key, value), in the order of the file.

    Examples
    --------
    >>> from nas.reports import example
    >>> configuration(example.records())
    [('trials', '4'), ('seeds', '1')]
    """
    return _flat(records.campaign.get("configuration", {}))


def facts(records: Records, best: Recommended | None) -> list[tuple[str, str]]:
    """What else made the results: (name, value).

    Examples
    --------
    >>> from nas.reports import example
    >>> report = example.report()
    >>> facts(report.records, report.best)[:2]
    [('Seeds of the runs', '7, 8, 9, 10'), ('Time of all runs together', '4 min 00 s, added up')]
    """
    found = [("Seeds of the runs", _ranges(records.runs["seed"]))]
    attempts, budget = records.attempts, records.campaign.get("configuration", {}).get("budget")
    if budget:
        found.append(("Budget of each seed", words.duration(float(budget))))
    if len(attempts):
        total = float(attempts["seconds"].sum())
        whose = "runs together" if records.race.empty else "trials together, without pool and race"
        found.append((f"Time of all {whose}", f"{words.duration(total)}, added up"))
        if best is not None and best.run["stage"] != "race":  # in a race time is shared
            mine = float(attempts.loc[attempts["run"] == best.name, "seconds"].sum())
            found.append((f"Time of run {best.name}", words.duration(mine)))
        more = int((attempts["ending"] == "interrupted").sum())
        if more:
            found.append(("Interruptions", f"{more}, each resumed from its checkpoint"))
        starts = attempts["started"].dropna()
        if len(starts):
            first, last = _moment(starts.min()), _moment(starts.max())
            found.append(("Started", first + f", last attempt {last}" * (first != last)))
        names = ("device", "processor", "platform", "threads")
        found.extend((name.capitalize(), _distinct(attempts[name])) for name in names)
        versions = [_versions(text) for text in dict.fromkeys(attempts["versions"].dropna())]
    else:
        versions = [records.campaign.get("versions", {})]
    found.extend(
        ("Versions", ", ".join(f"{name} {v}" for name, v in version.items()) or "–")
        for version in versions
    )
    return found


def _moment(text: str) -> str:
    """An ISO date and time as people write them; seconds tell nobody anything."""
    return re.sub(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\+00:00$", r"\1 \2 UTC", text)


def _versions(text: str) -> dict[str, Any]:
    """The JSON of an attempt; shown as it is where it is not the object it should be."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"": text}


def _flat(value: Any, key: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict) and value:
        return [
            pair
            for name, part in value.items()
            for pair in _flat(part, f"{key}.{name}" if key else str(name))
        ]
    return [(key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))]


def _distinct(values: pd.Series) -> str:
    return ", ".join(dict.fromkeys(str(value) for value in values.dropna())) or "–"


def _ranges(seeds: pd.Series) -> str:
    known = sorted(set(seeds.dropna().astype(int)))
    if len(known) > 8:
        return f"{len(known)} different ones, in the table of runs"
    return ", ".join(map(str, known))
