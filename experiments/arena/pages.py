"""Everything that is written from the table of cells: figures, page and picture."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.arena import ablation, picture
from experiments.arena.cells import Cell
from experiments.arena.columns import COLUMNS
from experiments.arena.entrants import BUDGETS, HALVES, PROBLEMS, SHORT
from experiments.arena.figures import findings
from experiments.arena.plan import EACH, FIXED, chosen, winners
from experiments.arena.ratios import medians
from experiments.arena.table import Row
from experiments.harness import page, results
from nas.files import write_text

PICTURE = "profiles.png"
TITLES = {
    "search": "search",
    "tanh_3x20": "tanh 3×20",
    FIXED: "best fixed",
    EACH: "best of each",
    "halving": "halving",
    "deepxde": "DeepXDE",
}
NONE = "–"


def write(folder: Path, rows: Sequence[Row]) -> None:
    """Write ``results.csv``, ``results.json``, ``results.md`` and the picture into ``folder``."""
    by_budget = {budget: medians(rows, budget) for budget in BUDGETS}
    found = findings(rows)
    found[0].note(
        f"![Performance profiles]({PICTURE})",
        "*The share of problems on which the error is at most so many times the least of all "
        "columns (Dolan & Moré 2002): higher is better. Only columns that were tried on all "
        "problems are drawn.*",
        *(
            f"Relative L2 errors after {budget} s, medians over the seeds:\n\n"
            f"{table(errors, rows, budget)}"
            for budget, errors in by_budget.items()
        ),
        *_notes(rows),
    )
    picture.draw(folder / PICTURE, by_budget, PROBLEMS)
    results.write(folder, found)
    how = (folder / "how.md").read_text(encoding="utf-8").strip()
    text = page.text("The arena", "python -m experiments.arena", how, found)
    write_text(folder / "results.md", text)


def table(errors: Mapping[str, Mapping[str, float]], rows: Sequence[Row], budget: float) -> str:
    """A line for each problem; the least error is bold, a dash is not measured."""
    of_each = winners(rows)[EACH]
    lines = [f"| problem | {' | '.join(TITLES.values())} |", f"|---|{'---:|' * len(TITLES)}"]
    for half, problems in HALVES.items():
        if half == "all":
            continue
        lines.append(f"| *{half}* |{' |' * len(TITLES)}")
        for problem in problems:
            known = {name: errors.get(name, {}).get(problem) for name in TITLES}
            least = min((one for one in known.values() if one is not None), default=math.inf)
            cells = [_error(one, one == least) for one in known.values()]
            if problem in of_each and known[EACH] is not None:
                place = list(TITLES).index(EACH)
                cells[place] += f" ({COLUMNS[of_each[problem]].title})"
            lines.append(f"| {problem} | {' | '.join(cells)} |")
    return "\n".join(lines)


def missing(rows: Sequence[Row]) -> list[Cell]:
    """The cells that ``rows`` know nothing of, as far as it is known which there are."""
    known = {row.key for row in rows}
    return [
        cell
        for cell in chosen([], rows)
        if (cell.problem, cell.column, cell.budget, cell.seed) not in known
    ]


def stale(rows: Sequence[Row]) -> list[Row]:
    """The rows of other code than today's."""
    today = {}
    for row in rows:
        pair = row.problem, row.column
        if row.column in COLUMNS and pair not in today:
            today[pair] = Cell(*pair, row.budget, row.seed).digest
    return [row for row in rows if row.digest != today.get((row.problem, row.column))]


def _notes(rows: Sequence[Row]) -> list[str]:
    fixed = set(winners(rows)[FIXED].values())
    parts = ablation.table(rows)
    told = f"What each part is worth: the search without it, {SHORT} s, one seed.\n\n{parts}"
    notes = [told] if parts else []
    notes += [f"Best fixed candidate in hindsight: {COLUMNS[one].title}." for one in fixed]
    gone = Counter(cell.column for cell in missing(rows))
    if gone:
        counts = ", ".join(f"{COLUMNS[name].title} {count}" for name, count in gone.items())
        notes.append(f"Cells that are not measured: {counts}.")
    if not fixed:
        notes.append("Nothing is known in hindsight yet: not all named candidates were tried.")
    old = Counter(row.column for row in stale(rows))
    if old:
        counts = ", ".join(f"{name} {count}" for name, count in old.items())
        notes.append(f"Figures of older code: {counts}.")
    return notes


def _error(value: float | None, least: bool) -> str:
    if value is None:
        return NONE
    text = f"{value:.1e}" if math.isfinite(value) else "none"
    return f"**{text}**" if least else text
