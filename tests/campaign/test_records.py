import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.campaign import records
from nas.campaign.records import TABLES
from nas.errors import UserError

VALUES: dict[pa.DataType, list[Any]] = {
    pa.string(): ["sine", "", 'Größe, "2×32"\n'],
    pa.int64(): [0, -1, 2**62],
    pa.float64(): [0.1, float("inf"), None],
    pa.bool_(): [True, False, True],
}


def rows(name: str) -> list[dict[str, Any]]:
    """Three rows of the table ``name`` with every kind of value that may stand in it."""
    return [{field.name: VALUES[field.type][i] for field in TABLES[name]} for i in range(3)]


def campaign(folder: Path) -> Path:
    """A campaign folder with a row or three in each table."""
    folder.mkdir()
    (folder / "campaign.json").write_text(json.dumps({"configuration": {"seed": 0}, "problem": {}}))
    for name in TABLES:
        records.write_table(folder / "tables" / f"{name}.parquet", name, rows(name))
    return folder


@pytest.mark.parametrize("name", TABLES)
def test_table_comes_back_as_written(tmp_path: Path, name: str) -> None:
    path = tmp_path / "table.parquet"
    records.write_table(path, name, rows(name))
    assert pq.read_table(path).to_pylist() == rows(name)
    frame = records.read_table(path, name)
    pd.testing.assert_frame_equal(
        frame, pa.Table.from_pylist(rows(name), schema=TABLES[name]).to_pandas()
    )


@pytest.mark.parametrize("name", TABLES)
def test_table_without_rows_keeps_its_columns(tmp_path: Path, name: str) -> None:
    records.write_table(tmp_path / "table.parquet", name, [])
    frame = records.read_table(tmp_path / "table.parquet", name)
    assert list(frame.columns) == TABLES[name].names
    assert len(frame) == 0


@pytest.mark.parametrize("name", TABLES)
def test_same_rows_are_the_same_bytes(tmp_path: Path, name: str) -> None:
    """The order of the keys in a row means nothing; that of the rows does."""
    turned = [dict(reversed(row.items())) for row in rows(name)]
    for file, content in [("a", rows(name)), ("b", turned), ("c", rows(name)[::-1])]:
        records.write_table(tmp_path / file, name, content)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=20))
def test_floats_come_back_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float]
) -> None:
    path = tmp_path_factory.getbasetemp() / "floats.parquet"
    row = rows("history")[0]
    records.write_table(path, "history", [{**row, "loss": number} for number in numbers])
    found = records.read_table(path, "history")["loss"].to_numpy()
    assert found.tobytes() == np.array(numbers).tobytes()


def test_row_with_other_columns_is_a_mistake_of_the_program(tmp_path: Path) -> None:
    row = rows("trials")[0]
    with pytest.raises(ValueError, match=r"trials: expected the columns .*, got .*'extra'"):
        records.write_table(tmp_path / "trials.parquet", "trials", [{**row, "extra": 1}])
    del row["m"]
    with pytest.raises(ValueError, match="trials: expected the columns"):
        records.write_table(tmp_path / "trials.parquet", "trials", [row])
    assert list(tmp_path.iterdir()) == []


def test_value_of_another_type_is_a_mistake_of_the_program(tmp_path: Path) -> None:
    row = rows("trials")[0]
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError), match="many"):
        records.write_table(tmp_path / "x", "trials", [{**row, "m": "many"}])
    assert list(tmp_path.iterdir()) == []


def test_campaign_is_read_whole(tmp_path: Path) -> None:
    found = records.read(campaign(tmp_path / "run"))
    assert found.campaign == {"configuration": {"seed": 0}, "problem": {}}
    for name in TABLES:
        frame = getattr(found, name)
        assert list(frame.columns) == TABLES[name].names
        assert len(frame) == 3


def test_map_comes_back_or_is_none(tmp_path: Path) -> None:
    found = records.read(campaign(tmp_path / "run"))
    assert found.map("0-0") is None
    columns = {"x": np.array([0.0, 1.0]), "u": np.array([0.5, np.nan])}
    records.write_map(found.folder / "runs" / "0-0" / "map.parquet", columns)
    read = found.map("0-0")
    assert read is not None
    pd.testing.assert_frame_equal(read, pd.DataFrame(columns))


def test_folder_that_is_no_campaign_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"expected a campaign folder, found no campaign\.json in it"
    ):
        records.read(tmp_path)
    with pytest.raises(UserError, match=r"nowhere: expected a campaign folder"):
        records.read(tmp_path / "nowhere")


def test_campaign_without_a_finished_run_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "campaign.json").write_text('{"configuration": {}, "problem": {}}')
    with pytest.raises(
        UserError, match=r"trials\.parquet: no such table, so no run has finished yet"
    ):
        records.read(tmp_path)


@pytest.mark.parametrize("text", ["", '{"configuration": ', "[]", "3"])
def test_damaged_campaign_file_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "campaign.json").write_text(text)
    with pytest.raises(
        UserError, match=r"campaign\.json: damaged or cut short \(.+\); put a copy back"
    ):
        records.read(tmp_path)


def test_campaign_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "campaign.json").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match=r"campaign\.json: damaged or cut short"):
        records.read(tmp_path)


def test_table_of_another_version_is_told(tmp_path: Path) -> None:
    path = tmp_path / "trials.parquet"
    pq.write_table(pa.table({"trial": [0]}), path)
    with pytest.raises(
        UserError, match=r"expected the columns trial, .*, got trial; it was written"
    ):
        records.read_table(path, "trials")


def test_trials_of_an_earlier_version_have_no_alternative(tmp_path: Path) -> None:
    path = tmp_path / "trials.parquet"
    schema = records.TABLES["trials"]
    old = pa.schema([column for column in schema if column.name != "alternative"])
    pq.write_table(pa.Table.from_pylist([{"trial": 0, "recommended": True}], schema=old), path)
    table = records.read_table(path, "trials")
    assert list(table) == schema.names
    assert table[["recommended", "alternative"]].values.tolist() == [[True, False]]


def test_table_cut_short_at_any_byte_is_told(tmp_path: Path) -> None:
    path = tmp_path / "runs.parquet"
    records.write_table(path, "runs", rows("runs"))
    content = path.read_bytes()
    for size in [*range(0, len(content), 37), len(content) - 1]:
        path.write_bytes(content[:size])
        with pytest.raises(
            UserError, match=r"runs\.parquet: damaged or cut short \(.+\); delete"
        ) as e:
            records.read_table(path, "runs")
        assert "\n" not in str(e.value)


def test_a_flipped_bit_anywhere_in_a_table_is_told_or_without_effect(tmp_path: Path) -> None:
    path = tmp_path / "runs.parquet"
    records.write_table(path, "runs", rows("runs"))
    content, whole = path.read_bytes(), records.read_rows(path, "runs")
    told = 0
    for position in range(0, len(content), 29):
        damaged = bytearray(content)
        damaged[position] ^= 1 << position % 8
        path.write_bytes(damaged)
        try:
            assert records.read_rows(path, "runs") == whole, position
        except UserError as error:
            told += (
                re.search(r"runs\.parquet: damaged or cut short \(.+\); delete", str(error))
                is not None
            )
    assert told > len(content) / 29 - 3  # all but the name of the digest


def test_damaged_map_is_told(tmp_path: Path) -> None:
    found = records.read(campaign(tmp_path / "run"))
    path = found.folder / "runs" / "0-0" / "map.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(UserError, match=r"map\.parquet: damaged or cut short"):
        found.map("0-0")


def test_campaign_file_that_lacks_its_keys_is_told(tmp_path: Path) -> None:
    (tmp_path / "campaign.json").write_text("{}")
    with pytest.raises(UserError, match="it lacks configuration and problem"):
        records.read(tmp_path)


@pytest.mark.parametrize(
    ("place", "command"),
    [
        ("runs/0000-0/experts.parquet", "nas search"),
        ("baseline/0000/singles.parquet", "nas baseline"),
        ("validation/0000-0/best-00/subsets.parquet", "nas validate"),
    ],
)
@pytest.mark.parametrize("is_folder", [True, False])
def test_what_to_do_about_a_damaged_table_mends_it(
    tmp_path: Path, place: str, command: str, is_folder: bool
) -> None:
    path = tmp_path / place
    if is_folder:
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(parents=True)
        path.write_text("hi")
    with pytest.raises(UserError, match=rf"delete the folder {path.parent} and run `{command}`"):
        records.read_rows(path, path.stem)
