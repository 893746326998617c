"""How to go on with a network."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from nas.reports import example, using


@pytest.mark.parametrize("kind", example.MAPS)
def test_the_program_is_one_and_has_a_number_for_each_coordinate(kind: str) -> None:
    one = example.report(kind)
    facts = one.records.campaign["problem"]
    _, program = using.snippet(one)
    ast.parse(program)
    (row,) = [line for line in program.splitlines() if "torch.tensor" in line]
    assert row.count(",") == len(facts["coordinates"])
    assert f"each field: {', '.join(facts['fields'])}" in program


def test_a_folder_with_a_space_is_quoted() -> None:
    one = example.report()
    command, _ = using.snippet(replace(one, records=replace(one.records, folder=Path("my runs"))))
    assert command == "nas export 'my runs' --to model/"


def test_where_no_trial_is_recommended_yet_the_run_is_named() -> None:
    one = example.report()
    assert one.best is not None
    command, _ = using.snippet(replace(one, best=replace(one.best, by_rule=False)))
    assert "--run 0001-0" in command


def test_without_a_completed_run_there_is_nothing_to_use() -> None:
    assert using.snippet(replace(example.report(), best=None)) == ("", "")
