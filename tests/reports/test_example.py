"""The made-up campaign is what a real one leaves, and has something for every figure."""

import pytest

from nas.campaign.records import TABLES, VALIDATION
from nas.reports import example
from nas.reports.figures import SECTIONS, collect


@pytest.mark.parametrize("name", [*TABLES, *VALIDATION])
def test_its_tables_have_the_columns_of_the_schema(name: str) -> None:
    table = getattr(example.records(), name)
    assert list(table.columns) == (TABLES | VALIDATION)[name].names
    assert len(table) > 1


def test_every_section_has_a_figure_of_it() -> None:
    found = collect(example.report())
    # Which settings mattered is asked from ten trials on; here are four.
    assert {section for section in SECTIONS if found[section]} == set(SECTIONS) - {"settings"}


def test_the_map_is_a_mixture_of_its_experts() -> None:
    values = example.solution().main.values
    assert values["weight.0"] + values["weight.2"] == pytest.approx(1.0)
    assert values["u"].shape == values["u.expert.0"].shape == (3, 5)


@pytest.mark.parametrize("kind", example.MAPS)
def test_every_kind_of_map_has_all_columns(kind: str) -> None:
    where = example.report(kind).map
    assert where is not None
    assert where.has_residual
    names = set(example.solution().main.values)
    assert all(set(one.values) == names and not one.empty for one in where.slices)
