"""Which cells there are, and how they are named."""

from collections import Counter

import pytest

from experiments.arena import plan
from experiments.arena.cells import Cell
from experiments.arena.columns import ABLATIONS
from experiments.arena.entrants import LONG, PROBLEMS
from nas.errors import UserError
from tests.arena.made_up import rows


def test_all_cells_are_counted() -> None:
    counts = Counter((cell.column, cell.budget) for cell in plan.of_columns())
    assert counts == {
        ("search", 60): 48,
        ("search", 300): 48,
        ("tanh_3x20", 300): 48,
        ("halving", 60): 48,
        ("halving", 300): 48,
        ("deepxde", 300): 48,
        **{(f"without_{part}", 60): 16 for part in ABLATIONS},  # one seed
    }
    assert len(plan.of_hindsight()) == 10 * 16 * 2


def test_winners_are_cells_once_they_are_known() -> None:
    assert plan.of_winners([], plan.FIXED) == plan.of_winners([], plan.EACH) == []
    known = rows(lambda *key: 1.0)
    fixed, each = (plan.of_winners(known, group) for group in (plan.FIXED, plan.EACH))
    assert {cell.column for cell in fixed} == {"swish_3x20"}
    assert len(fixed) == len(each) == 48
    assert Cell("burgers", "sine_3x20", LONG, 2) in each
    assert len(set(fixed) | set(each)) == 48 + 3
    everything = plan.chosen([], known)
    assert len(everything) == len(set(everything)) == 6 * 48 + 16 * len(ABLATIONS) + 320 + 51


def test_cells_are_chosen_by_column_group_and_problem() -> None:
    found = plan.chosen(["tanh_3x20", "burgers", "wave"], [])
    assert {(cell.column, cell.problem) for cell in found} == {
        ("tanh_3x20", "burgers"),
        ("tanh_3x20", "wave"),
    }
    assert len(found) == 6  # those of the hindsight are not among them
    assert len(plan.chosen(["hindsight", "burgers"], [])) == 20
    assert {cell.problem for cell in plan.chosen(["burgers"], [])} == {"burgers"}
    assert {cell.problem for cell in plan.chosen(["halving"], [])} == set(PROBLEMS)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nobody", "expected some of the columns search, tanh_3x20, .*, got nobody"),
        ("sine_3x20", "sine_3x20: it is measured as one of hindsight, and where it wins as"),
    ],
)
def test_unknown_names_are_refused(name: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        plan.chosen([name], [])
