"""What a part is worth, and that each part that is left out is left out."""

import pytest

from experiments.arena import ablation
from experiments.arena.columns import ABLATIONS, ablated, search
from experiments.arena.entrants import SHORT
from nas.campaign import gate_job, race_job
from nas.problems import Problem, load
from nas.search_spaces import broad
from nas.search_spaces.candidates import OUTPUT
from nas.training.race.turns import Turns
from tests.arena.made_up import row


def test_a_line_compares_what_both_have_measured() -> None:
    rows = [
        row("wave", "search", SHORT, 0, 1e-4),
        row("burgers", "search", SHORT, 0, 1e-4),
        row("helmholtz", "search", SHORT, 0, 1e-4),
        row("burgers", "search", SHORT, 1, 1e-9),  # another seed
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
    seen: list[tuple[object, ...]] = []

    def state() -> tuple[object, ...]:
        return (
            race_job.RaceSettings(),  # type: ignore[attr-defined]
            gate_job.FROZEN,  # type: ignore[attr-defined]
            race_job.RaceJob._teams,
            Turns.correct,
            broad.space,
        )

    def run(given: Problem, seconds: float, seed: int, looks: object, settings: object) -> None:
        assert (given, seconds, seed) == (problem, 60, 1)
        seen.append((*state(), settings))

    before = state()
    monkeypatch.setattr(search, "run", run)
    ablated.run(problem, 60, 1, None, part)  # type: ignore[arg-type]
    race, frozen, teams, correct, space, settings = seen[0]
    race_before, frozen_before, teams_before, correct_before, _ = before
    changed = {
        "penalty": frozen != frozen_before,
        "tuning": settings != {},
        "gate": teams != teams_before,
        "race": race != race_before and race.heats[0].keep == 1,  # type: ignore[attr-defined]
        "scale": all(one.scale == 1 or one.learns == OUTPUT for one in space.candidates),  # type: ignore[attr-defined]
        "restarts": race.most_restarts == 0,  # type: ignore[attr-defined]
        "waves": all(one.learns != OUTPUT for one in space.candidates),  # type: ignore[attr-defined]
        "correction": correct != correct_before,
    }
    assert [name for name, is_changed in changed.items() if is_changed] == [part]
    assert state() == before
