"""The results of an experiment as data; what is measured anew replaces what was known.

``results.csv`` has one row for each figure, its unit in brackets behind the name;
``results.json`` has what is to be said of each case.
"""

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path

from experiments.harness.figures import Better, Figure, Findings
from nas.files import whole, write_text

FIGURES, NOTES = "results.csv", "results.json"
COLUMNS = ["case", "figure", "value", "target", "better"]
SAID = ("skipped", "notes", "effort", "date", "machine")  # the fields of `Findings` in the JSON
_NAMED = re.compile(r"(?P<figure>.*?)(?: \[(?P<unit>[^]]*)\])?")


def read(folder: Path) -> list[Findings]:
    """All that is known, case by case; nothing where nothing has been measured."""
    if not (folder / NOTES).exists():
        return []
    said = json.loads((folder / NOTES).read_text(encoding="utf-8"))
    with (folder / FIGURES).open(encoding="utf-8", newline="") as file:
        figures = [_figure(row) for row in csv.DictReader(file)]
    return [
        Findings(case, figures=[figure for figure in figures if figure.case == case], **fields)
        for case, fields in said.items()
    ]


def write(folder: Path, found: Sequence[Findings]) -> None:
    """Write both files."""
    path = folder / FIGURES
    with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_row(figure) for findings in found for figure in findings.figures)
    said = {one.case: {name: getattr(one, name) for name in SAID} for one in found}
    write_text(folder / NOTES, json.dumps(said, indent=1, ensure_ascii=False) + "\n")


def replaced(folder: Path, new: Findings, order: Sequence[str]) -> list[Findings]:
    """What is known, with the case of ``new`` replaced, in ``order``; what is not in it is gone."""
    by_case = {findings.case: findings for findings in [*read(folder), new]}
    return [by_case[case] for case in order if case in by_case]


def _row(figure: Figure) -> list[str]:
    name = f"{figure.figure} [{figure.unit}]" if figure.unit else figure.figure
    target = "" if figure.target is None else f"{figure.target:g}"
    return [figure.case, name, f"{figure.value:.6g}", target, figure.better]


def _figure(row: dict[str, str]) -> Figure:
    named = _NAMED.fullmatch(row["figure"])
    assert named is not None
    better: Better = "higher" if row["better"] == "higher" else "lower"
    target = float(row["target"]) if row["target"] else None
    value, unit = float(row["value"]), named["unit"] or ""
    return Figure(row["case"], named["figure"], value, unit, better, target)
