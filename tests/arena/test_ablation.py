"""What a part is worth, and that each part that is left out is left out."""

from typing import Any

import pytest

from experiments.arena import ablation
from experiments.arena.columns import ABLATIONS, NOTHING, ablated, search
from experiments.arena.entrants import SHORT
from nas.campaign.stages import Stages
from nas.problems import Problem, load
from nas.search_spaces import broad
from nas.search_spaces.candidates import OUTPUT
from nas.training.race.turns import Turns
from tests.arena.made_up import row


def test_a_line_compares_what_both_have_measured() -> None:
    rows = [
        row("wave", "without_nothing", SHORT, 0, 1e-4),
        row("burgers", "without_nothing", SHORT, 0, 1e-4),
        row("helmholtz", "without_nothing", SHORT, 0, 1e-4),
        row("burgers", "without_nothing", SHORT, 1, 1e-9),  # another seed
        row("wave", "search", SHORT, 0, 1e-9),  # on another machine, perhaps
        row("wave", "without_gate", SHORT, 0, 4e-4),
        row("burgers", "without_gate", SHORT, 0, 1e-4),
    ]
    assert "| no teams | 2.00 | 1 | 0 | 2 |" in ablation.table(rows)
    assert "no race" not in ablation.table(rows)


def test_every_part_has_a_name_and_something_that_is_left_out() -> None:
    assert ABLATIONS.keys() == ablated.WITHOUT.keys()


@pytest.mark.parametrize("part", ABLATIONS)
def test_a_part_is_off_while_the_search_runs_and_on_again(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = load("beam")
    seen: list[tuple[Any, ...]] = []

    def state() -> tuple[Any, Any]:
        return Turns.correct, broad.space

    def run(
        given: Problem, seconds: float, seed: int, looks: object, settings: object, stages: Stages
    ) -> None:
        assert (given, seconds, seed) == (problem, 60, 1)
        seen.append((settings, stages, *state()))

    before = state()
    monkeypatch.setattr(search, "run", run)
    ablated.run(problem, 60, 1, None, part)  # type: ignore[arg-type]
    settings, stages, correct, space = seen[0]
    changed = {
        "penalty": stages.gate.penalty.first == 0,
        "tuning": settings != {},
        "gate": not stages.teams,
        "race": stages.race.heats[0].keep == 1,
        "scale": all(one.scale == 1 or one.learns == OUTPUT for one in space.candidates),
        "restarts": stages.race.most_restarts == 0,
        "waves": all(one.learns != OUTPUT for one in space.candidates),
        "correction": correct != before[0],
    }
    expected = [] if part == NOTHING else [part]
    assert [name for name, is_changed in changed.items() if is_changed] == expected
    assert state() == before
