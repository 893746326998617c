"""The figures as files: ``results.csv`` for programs, ``results.md`` for people.

Only the cases measured anew are replaced in both; what is known of the others stays. In the CSV
the unit stands behind the figure's name, in brackets.
"""

import csv
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from experiments.benchmarks.figures import Better, Figure, Findings
from nas.files import whole

COLUMNS = ["case", "figure", "value", "target", "better"]
_NAMED = re.compile(r"(?P<figure>.*?)(?: \[(?P<unit>[^]]*)\])?")
_SECTION = re.compile(r"^### (\S+)\n(.*?)(?=^### |\Z)", re.S | re.M)


def read(path: Path) -> list[Figure]:
    """The figures in a CSV file; none if there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [_figure(row) for row in csv.DictReader(file)]


def write(path: Path, figures: Sequence[Figure]) -> None:
    """Write the CSV file."""
    with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for figure in figures:
            target = "" if figure.target is None else f"{figure.target:g}"
            row = [figure.case, _name(figure), f"{figure.value:.6g}", target, figure.better]
            writer.writerow(row)


def replaced(figures: Sequence[Figure], findings: Findings, order: Sequence[str]) -> list[Figure]:
    """``figures`` with those of the case in ``findings`` replaced, cases in ``order``.

    Figures of cases that are no longer in ``order`` are left out.
    """
    kept = [figure for figure in figures if figure.case != findings.case]
    every = [*kept, *findings.figures]
    return [figure for case in order for figure in every if figure.case == case]


def sections(text: str) -> dict[str, str]:
    """What ``results.md`` says of each case."""
    return {name: body.strip() for name, body in _SECTION.findall(text)}


def section(findings: Findings, measured: str) -> str:
    """What to say of a case: what was not measured, notes, and on which machine ``measured``."""
    skipped = [f"Not measured: {line}." for line in findings.skipped]
    return "\n\n".join([*skipped, *findings.notes, f"*{measured}*"])


def markdown(figures: Sequence[Figure], cases: Collection[str]) -> list[str]:
    """The table's lines; a case among ``cases`` without a figure was not measured."""
    lines = ["| case | figure | measured | target | |", "|---|---|---:|---:|---|"]
    for case in dict.fromkeys([*cases, *(figure.case for figure in figures)]):
        mine = [cells(figure) for figure in figures if figure.case == case]
        lines += [f"| {' | '.join(row)} |" for row in mine or [[case, "", "not measured", "", ""]]]
    return lines


def cells(figure: Figure) -> list[str]:
    """Case, figure, measured, target and verdict, as text."""
    target = ""
    if figure.target is not None:
        sign = "≥" if figure.better == "higher" else "≤"
        target = f"{sign} {figure.target:g} {figure.unit}".strip()
    verdict = {None: "", True: "met", False: "missed"}[figure.met]
    return [figure.case, figure.figure, quantity(figure.value, figure.unit), target, verdict]


def quantity(value: float, unit: str) -> str:
    """Three digits, without exponents, and the unit."""
    whole_number = abs(value) >= 100 or (unit == "" and value == int(value))
    digits = f"{value:,.0f}" if whole_number else f"{value:#.3g}".removesuffix(".")
    return f"{digits} {unit}".strip()


def _name(figure: Figure) -> str:
    return f"{figure.figure} [{figure.unit}]" if figure.unit else figure.figure


def _figure(row: dict[str, str]) -> Figure:
    named = _NAMED.fullmatch(row["figure"])
    assert named is not None
    better: Better = "higher" if row["better"] == "higher" else "lower"
    target = float(row["target"]) if row["target"] else None
    return Figure(
        row["case"], named["figure"], float(row["value"]), named["unit"] or "", better, target
    )
