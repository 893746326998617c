"""Every picture that is not there has its reason."""

from dataclasses import replace

import pytest

from nas.reports import example
from nas.reports.missing import missing
from nas.reports.solution_map import SolutionMap


def changed(where: SolutionMap, *without: str) -> SolutionMap:
    """The map as if its file had not had some columns."""
    slices = [
        replace(one, values={n: v for n, v in one.values.items() if n not in without})
        for one in where.slices
    ]
    return replace(where, slices=tuple(slices))


@pytest.mark.parametrize("kind", example.MAPS)
def test_where_all_is_shown_nothing_is_said(kind: str) -> None:
    assert missing(example.report(kind)) == []


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (None, "run 0001-0 left no map"),
        (replace(example.solution(), has_reference=False), "the reference could not be evaluated"),
        (changed(example.solution(), "residual.size"), "written by an earlier version"),
        (replace(example.solution(), missed=("z = 0", "y = 1")), "miss the domain: z = 0; y = 1."),
    ],
)
def test_what_is_not_shown_has_a_reason(where: SolutionMap | None, said: str) -> None:
    (sentence,) = missing(replace(example.report(), map=where))
    assert said in sentence


def test_a_problem_without_a_reference_has_no_error_to_show() -> None:
    records = example.records()
    records.campaign["problem"]["has_reference"] = False
    where = replace(example.solution(), has_reference=False)
    (sentence,) = missing(replace(example.report(), map=where, records=records))
    assert sentence == "There is no picture of the error, since no reference is known."


def test_without_a_completed_run() -> None:
    (sentence,) = missing(replace(example.report(), best=None, map=None))
    assert "No run was completed" in sentence
