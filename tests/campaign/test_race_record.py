"""What a race leaves: a run for each contestant, also for one that has no answer."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from nas.campaign import layout, records
from nas.campaign.contestants import entries
from nas.campaign.race_record import FIRST, RaceRecord
from nas.problems import Unknown
from nas.training import example, mixture_file, unknowns
from nas.training.meter import Meter
from nas.training.race import Heat, Race, RaceSettings
from tests.campaign.within_a_budget import RACE

SETTINGS = RaceSettings(heats=(Heat(3, 0.5),), tuning=RACE.tuning, most_columns=100)
ROWS = list[dict[str, object]]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Race, ROWS]:
    """Three that are alone, of which the second has diverged before."""
    folder = tmp_path_factory.mktemp("record")
    named = entries(example.mixture(), {0: 3.0, 1: 2.0, 2: 1.0}, [])
    with torch.no_grad():
        named[1].mixture.expert_stacks[0].weights[0].fill_(torch.nan)
    counts = {f"heat 1: {name}": 4 for name in "012"} | {"rest 1: 0": 4, "rest 1: 2": 4}
    mixtures = {one.name: one.mixture for one in named}
    race = Race(example.PROBLEM, example.SAMPLER, mixtures, SETTINGS, Meter(0.0, counts))
    assert race.run()
    record = RaceRecord(folder, example.PROBLEM, example.settings(), repetition=2)
    return folder, race, record.write(race, named)


def run(recorded: tuple[Path, Race, ROWS], name: str) -> dict[str, object]:
    path = layout.table_file(layout.run_folder(recorded[0], name), "runs")
    (row,) = records.read_rows(path, "runs")
    return row


def test_each_contestant_is_a_finished_run(recorded: tuple[Path, Race, ROWS]) -> None:
    folder, _, rows = recorded
    names = [f"race-2-{number}" for number in range(3)]
    assert [row["run"] for row in rows] == names
    assert [one.name for one in layout.finished_runs(folder)] == names
    found = [run(recorded, name) for name in names]
    assert [row["trial"] for row in found] == [FIRST * 3 + number for number in range(3)]
    assert {row["stage"] for row in found} == {"race"}
    assert [row["held_out_loss"] for row in found] == [row["held_out_loss"] for row in rows]


def test_the_winner_is_what_the_race_found_best(recorded: tuple[Path, Race, ROWS]) -> None:
    folder, race, rows = recorded
    (winner,) = [row for row in rows if row["won"]]
    assert winner["run"] == f"race-2-{race.leader.name}"
    assert winner["held_out_loss"] == race.leader.loss
    path = layout.run_folder(folder, str(winner["run"])) / mixture_file.FILE
    got = mixture_file.load(path, example.PROBLEM.domain.bounds, 1).state_dict()
    expected = race.leader.result().state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in got.items())
    assert run(recorded, str(winner["run"]))["error_estimate"] is not None


def test_one_without_an_answer_is_told_as_diverged(recorded: tuple[Path, Race, ROWS]) -> None:
    _, race, rows = recorded
    assert math.isinf(race.contestants["1"].loss)
    row = run(recorded, "race-2-1")
    assert (row["status"], row["held_out_loss"]) == ("diverged", None)
    assert rows[1]["held_out_loss"] is None
    assert not rows[1]["won"]
    assert {run(recorded, f"race-2-{one}")["status"] for one in (0, 2)} == {"completed"}


@pytest.mark.parametrize("iterations", [0, 3])
def test_coefficients_end_as_the_recorded_network_has_them(tmp_path: Path, iterations: int) -> None:
    """Of one that has not learnt on there is no path, but what it found."""
    problem = replace(
        example.PROBLEM,
        residual=lambda u, rate: u.t + rate * u,
        unknown={"rate": Unknown(start=3.0, truth=1.0)},
    )
    settings = example.settings()
    (entry, *_) = entries(settings.mixture(problem), {1: 1e-2}, teams=[])
    meter = Meter(0.0, {"heat 1: 0": iterations})
    race = Race(problem, example.SAMPLER, {entry.name: entry.mixture}, SETTINGS, meter)
    assert race.run()
    RaceRecord(tmp_path, problem, settings, repetition=0).write(race, [entry])
    rows = records.read_rows(
        layout.table_file(layout.run_folder(tmp_path, "race-0-0"), "unknowns"), "unknowns"
    )
    found = unknowns.estimates(problem, race.leader.result().raw)["rate"]
    assert (rows[-1]["name"], rows[-1]["value"], rows[-1]["truth"]) == ("rate", found, 1.0)
    assert len({row["step"] for row in rows}) == len(rows)
