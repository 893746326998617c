"""Which cells there are: those of the columns, those of the hindsight, and those of its winners."""

from collections.abc import Collection, Iterable, Sequence

from experiments.arena import hindsight
from experiments.arena.cells import Cell
from experiments.arena.columns import COLUMNS, named
from experiments.arena.entrants import HINDSIGHT_SEEDS, LONG, PROBLEMS, SEEDS, SHORT
from experiments.arena.table import Row
from nas.errors import UserError

FIXED, EACH, HINDSIGHT = "best_fixed", "best_each", "hindsight"  # groups of cells with a name


def of_columns() -> list[Cell]:
    """Every column that is measured, on every problem."""
    return [
        Cell(problem, column.name, budget, seed)
        for column in COLUMNS.values()
        if column.measured
        for problem in PROBLEMS
        for budget in column.budgets
        for seed in column.seeds
    ]


def of_hindsight() -> list[Cell]:
    """The named candidates, tried."""
    return [
        Cell(problem, name, SHORT, seed)
        for name in hindsight.SLUGS
        for problem in PROBLEMS
        for seed in HINDSIGHT_SEEDS
    ]


def winners(rows: Iterable[Row]) -> dict[str, dict[str, str]]:
    """For `FIXED` and `EACH` the column that each problem's figures are taken from."""
    found = hindsight.errors(rows)
    fixed = hindsight.best_fixed(found)
    everywhere = dict.fromkeys(PROBLEMS, fixed) if fixed else {}
    return {FIXED: everywhere, EACH: hindsight.best_each(found)}


def of_winners(rows: Iterable[Row], group: str) -> list[Cell]:
    """The cells of the winners as far as they are known."""
    chosen = winners(rows)[group]
    return [
        Cell(problem, chosen[problem], LONG, seed)
        for problem in PROBLEMS
        if problem in chosen
        for seed in SEEDS
    ]


def chosen(names: Collection[str], rows: Sequence[Row]) -> list[Cell]:
    """The cells of the named columns, groups and problems; all where none is named.

    One seed after the other: where measuring stops on the way, all problems have as many.

    Raises
    ------
    UserError
        For a name that is neither.
    """
    groups = {
        HINDSIGHT: of_hindsight(),
        FIXED: of_winners(rows, FIXED),
        EACH: of_winners(rows, EACH),
    }
    problems = [name for name in names if name in PROBLEMS]
    wanted = [name for name in names if name not in PROBLEMS]
    for name in wanted:
        if name not in groups:
            _check(name)
    everything = [*of_columns(), *(cell for cells in groups.values() for cell in cells)]
    found = [cell for cell in everything if cell.column in wanted and cell.seed in SEEDS]
    found += [cell for name in wanted for cell in groups.get(name, [])]
    cells = dict.fromkeys(found if wanted else everything)
    asked = [cell for cell in cells if not problems or cell.problem in problems]
    return sorted(asked, key=lambda cell: cell.seed)


def _check(name: str) -> None:
    if not named(name).measured:
        raise UserError(
            f"{name}: it is measured as one of {HINDSIGHT}, and where it wins as "
            f"{FIXED} or {EACH}; name one of these"
        )
