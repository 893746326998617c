"""An axis that is added to the candidates is in every statistic, figure and table by itself."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from nas import reports
from nas.campaign import records
from nas.errors import UserError
from nas.reports import report
from nas.reports.figures import collect, combinations
from nas.search_spaces import AXES
from tests.reports.synthetic_campaign import DEFAULTS, realistic

FURTHER: dict[str, list[Any]] = {
    "scale": [0.5, 1.0, 10.0],
    "encoding": ["raw", "periodic x", "fourier 4"],
    "learns": ["all", "output"],
}
PER_AXIS = ("survival_rates", "kaplan_meier", "importance", "individual_rank")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = realistic(trials=6, broken=(1,), further=FURTHER)
    return reports.write(made.write(tmp_path_factory.mktemp("further")))


def test_all_axes_are_tried() -> None:
    assert FURTHER.keys() == DEFAULTS.keys(), "try further levels of the new axis, too"


@pytest.mark.parametrize("axis", FURTHER)
def test_it_is_in_every_statistic(page: Path, axis: str) -> None:
    tables = page.parent / "tables"
    (declared,) = (one for one in AXES if one.name == axis)
    for name in PER_AXIS:
        table = pd.read_csv(tables / f"{name}.csv", dtype={"level": str}).drop_duplicates(
            ["axis", "level"]
        )
        levels = table.loc[table["axis"] == axis, "level"].to_list()
        expected = [declared.text(level) for level in FURTHER[axis]]
        assert levels == (expected if declared.ordered else sorted(expected))
    assert axis in pd.read_csv(tables / "best_single.csv").columns
    chance = pd.read_csv(tables / "chance.csv").set_index("axis")["p_value"]
    assert 0 < chance[axis] <= 1


@pytest.mark.parametrize("axis", FURTHER)
def test_it_has_figures(page: Path, axis: str) -> None:
    names = {path.stem for path in (page.parent / "figures").glob("*.svg")}
    assert names >= {f"{name}_{axis}" for name in PER_AXIS}


def test_it_is_in_the_words(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    axes = 3 + len(FURTHER)
    assert f"{0.05 / axes:.2g} (0.05 over {axes} axes)" in text
    for axis in FURTHER:
        assert f"<li>{axis.capitalize()}: " in text
        assert f"By {axis}" in text
    assert " ×10" in text
    assert " periodic x" in text


def test_combinations_stay_few_and_count_everyone(tmp_path: Path) -> None:
    content = report.of(realistic(trials=6, broken=(), further=FURTHER).records(tmp_path))
    data = combinations.summarise(content)
    assert data is not None
    assert data.rows == "depth × width × scale"
    assert [axis.name for axis in data.left_out] == ["encoding", "learns"]
    assert list(data.rate.index[:4]) == ["2×16 ×0.5", "2×16", "2×16 ×10", "2×32 ×0.5"]
    tried = data.label.replace("", "0/0").map(lambda text: int(text.split("/")[1]))
    assert tried.to_numpy().sum() == len(content.statistics.completed)


def test_long_names_are_broken_above_panels(tmp_path: Path) -> None:
    made = realistic(trials=1, broken=(), further={"encoding": ["periodic x y 3"]})
    shown = report.of(made.records(tmp_path)).map
    assert shown is not None
    lines = [line for one in shown.shown() for line in shown.title(one).splitlines()]
    assert len(lines) > len(shown.shown())
    assert max(map(len, lines)) <= 20


def test_an_axis_at_its_default_is_nowhere(tmp_path: Path) -> None:
    content = report.of(realistic(trials=2, broken=()).records(tmp_path))
    assert [axis.name for axis in content.statistics.axes] == ["activation", "depth", "width"]
    pictures = [picture for made in collect(content).values() for picture in made]
    for axis in DEFAULTS:
        assert not any(picture.name.endswith(f"_{axis}") for picture in pictures)
        assert axis not in content.statistics.chance
        assert axis not in content.statistics.best_single


def test_tables_from_before_an_axis_have_its_default(tmp_path: Path) -> None:
    new = realistic(trials=2, broken=()).records(tmp_path)
    for name in ("experts", "singles"):
        path = tmp_path / "tables" / f"{name}.parquet"
        before = pq.read_table(path).replace_schema_metadata()  # nor digests
        pq.write_table(before.drop_columns(list(DEFAULTS)), path)
        rows = records.read_rows(path, name)
        assert all(row[axis] == default for row in rows for axis, default in DEFAULTS.items())
    old = records.read(tmp_path)
    pd.testing.assert_frame_equal(old.experts, new.experts)
    pd.testing.assert_frame_equal(old.singles, new.singles)


def test_a_table_that_lacks_more_is_refused(tmp_path: Path) -> None:
    realistic(trials=1, broken=()).write(tmp_path)
    path = tmp_path / "tables" / "experts.parquet"
    table = pq.read_table(path).replace_schema_metadata()
    pq.write_table(table.drop_columns(["depth", *DEFAULTS]), path)
    with pytest.raises(UserError, match=r"experts\.parquet: expected the columns run, "):
        records.read(tmp_path)
