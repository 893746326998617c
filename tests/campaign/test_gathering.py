"""The tables of a campaign that is under way, and how much is read and written for them."""

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from nas import json_file
from nas.campaign import campaign, config, gathering, layout, parquet, records
from nas.campaign.run_job import RunJob
from nas.errors import UserError
from nas.runner.job import FAILED
from nas.runner.job_context import Context


def nothing(job: RunJob, context: Context) -> str:
    """In training's place."""
    context.begin(0, "cpu")
    context.close(FAILED, 0)
    job.fail(FAILED, "nothing was tried")
    return FAILED


def searched(folder: Path, trials: int, seeds: int = 1) -> records.Records:
    """A campaign whose runs do nothing, in this process."""
    settings = config.build(
        problem="burgers",
        tune={"m": 2, "p": 0.5, "threshold": 0.3},
        trials=trials,
        seeds=seeds,
        parallel={"engine": "serial"},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunJob, "work", nothing)
        return campaign.search(settings, folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> records.Records:
    """Three trials of two runs."""
    return searched(tmp_path_factory.mktemp("gathering") / "whole", trials=3, seeds=2)


@pytest.fixture
def copy(whole: records.Records, tmp_path: Path) -> Path:
    """The campaign's folder, to be spoilt."""
    return shutil.copytree(whole.folder, tmp_path / "out")


def assert_same(found: records.Records, expected: records.Records) -> None:
    for name in records.TABLES:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name))


def test_a_campaign_without_gathered_tables_is_read_from_its_runs(
    whole: records.Records, copy: Path
) -> None:
    shutil.rmtree(copy / layout.TABLES_FOLDER)
    assert_same(records.read(copy), whole)
    assert not (copy / layout.TABLES_FOLDER).exists()  # to read is not to write


def test_tables_that_lack_a_finished_run_are_gathered_anew(
    whole: records.Records, copy: Path
) -> None:
    """As those of a campaign that was given more trials."""
    for name in records.TABLES:
        path = layout.gathered_file(copy, name)
        fewer = [row for row in records.read_rows(path, name) if row["trial"] < 2]
        records.write_table(path, name, fewer)
    assert gathering.is_behind(copy, records.TABLES)
    assert_same(records.read(copy), whole)
    assert len(records.rows(copy, "runs")) == 6


def test_what_was_gathered_is_not_read_again_unless_its_run_is_another(
    whole: records.Records, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = layout.table_file(layout.run_folder(copy, "0001-0"), "runs")
    (row,) = records.read_rows(path, "runs")
    records.write_table(path, "runs", [row | {"reason": "another one"}])
    read: list[Path] = []
    before = parquet.read_table

    def noted(path: Path, *of: Any) -> Any:
        read.append(path)
        return before(path, *of)

    monkeypatch.setattr(parquet, "read_table", noted)
    records.gather(copy)
    others = {path.parent.name for path in read if path.stem == "history" and "runs" in path.parts}
    assert others == {"0001-0"}
    found = records.read(copy)
    assert list(found.runs.reason).count("another one") == 1
    for name in ("experts", "history", "attempts"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(whole, name))


@pytest.mark.parametrize("name", ["runs", "experts"])
def test_a_gathered_table_that_is_damaged_is_gathered_anew(
    whole: records.Records, copy: Path, name: str
) -> None:
    layout.gathered_file(copy, name).write_bytes(b"nothing")
    records.gather(copy)
    assert_same(records.read(copy), whole)


def test_a_trial_counts_once_all_its_runs_have_ended(copy: Path) -> None:
    shutil.rmtree(copy / layout.TABLES_FOLDER)
    (layout.run_folder(copy, "0001-1") / "runs.parquet").unlink()  # as it were under way
    found = records.read(copy)
    assert list(found.trials.trial) == [0, 2]
    assert list(found.runs.run) == ["0000-0", "0000-1", "0001-0", "0002-0", "0002-1"]
    assert set(found.attempts.run) == set(found.runs.run)


def test_runs_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    """Not of their names, in which 10 comes before 2."""
    found = searched(tmp_path / "out", trials=1, seeds=11)
    assert list(found.runs.repetition) == list(range(11))
    assert list(found.experts.repetition) == [number for number in range(11) for _ in range(2)]


def test_a_copy_of_the_tables_alone_is_read(whole: records.Records, copy: Path) -> None:
    shutil.rmtree(copy / "runs")
    assert_same(records.read(copy), whole)


def test_tables_that_are_up_to_date_are_read_as_they_are(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> dict[str, list[parquet.Row]]:
        raise AssertionError("gathered")

    monkeypatch.setattr(gathering, "gather", never)
    assert len(records.read(copy).runs) == 6


def test_a_damaged_table_of_a_run_is_told(copy: Path) -> None:
    shutil.rmtree(copy / layout.TABLES_FOLDER)
    path = layout.run_folder(copy, "0001-0") / "experts.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"0001-0/experts.parquet: damaged .*delete the folder .*0"):
        records.read(copy)


def test_a_campaign_that_does_not_say_how_many_seeds_it_has_is_told(copy: Path) -> None:
    shutil.rmtree(copy / layout.TABLES_FOLDER)
    path = copy / layout.CAMPAIGN_FILE
    known = records.read_campaign(copy)
    del known["configuration"]["seeds"]
    json_file.write(path, known)
    with pytest.raises(UserError, match=r"it lacks configuration\.seeds"):
        records.read(copy)


def accesses(folder: Path, trials: int) -> dict[str, int]:
    """How often a campaign of so many runs reads a table from disk, and writes one."""
    counted = {"read": 0, "written": 0}
    load, write = parquet._load, parquet.write

    def loaded(*arguments: Any) -> Any:
        counted["read"] += 1
        return load(*arguments)

    def written(*arguments: Any) -> None:
        counted["written"] += 1
        write(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "_load", loaded)
        patch.setattr(parquet, "write", written)
        searched(folder, trials)
    return counted


def test_reading_and_writing_are_linear_in_the_runs(tmp_path: Path) -> None:
    few, more, many = (accesses(tmp_path / str(runs), runs) for runs in (2, 5, 8))
    for kind in ("read", "written"):
        assert many[kind] - more[kind] == more[kind] - few[kind]  # three runs each
    assert (more["written"] - few["written"]) / 3 == len(RunJob.TABLES)
    # When it ends its row, once for all who ask for it; and its tables when they are gathered.
    assert (more["read"] - few["read"]) / 3 == 1 + len(RunJob.TABLES)


@pytest.mark.parametrize("gathered", [True, False])
def test_a_campaign_of_an_earlier_version_is_read_and_resumed(
    whole: records.Records, copy: Path, gathered: bool
) -> None:
    """It has neither the tables of fields and unknowns nor the columns for trust."""
    for path in [*copy.rglob("fields.parquet"), *copy.rglob("unknowns.parquet")]:
        path.unlink()
    for path in copy.rglob("runs.parquet"):
        table = pq.read_table(path).replace_schema_metadata()  # nor digests
        pq.write_table(table.drop_columns(["error_estimate", "warnings"]), path)
    if not gathered:
        shutil.rmtree(copy / layout.TABLES_FOLDER)
    found = records.read(copy)
    assert_same(found, whole)
    assert found.runs["warnings"].eq("").all()
    assert found.runs["error_estimate"].isna().all()
    assert len(layout.finished_runs(copy)) == 6
    assert records.rows(copy, "fields") == []
    assert searched(copy, trials=3, seeds=2).runs["run"].to_list() == whole.runs["run"].to_list()
    assert (copy / layout.TABLES_FOLDER / "fields.parquet").exists()


@pytest.mark.parametrize("name", [name for name in records.TABLES if name != "runs"])
def test_a_table_of_another_time_than_the_others_is_gathered_anew(
    whole: records.Records, copy: Path, tmp_path: Path, name: str
) -> None:
    """An older copy that was put back: it lacks runs that the table of runs has."""
    older = searched(tmp_path / "older", trials=1, seeds=2).folder
    (copy / layout.CAMPAIGN_FILE).write_bytes((older / layout.CAMPAIGN_FILE).read_bytes())
    records.gather(copy)
    path = layout.gathered_file(copy, name)
    path.write_bytes(layout.gathered_file(older, name).read_bytes())
    assert gathering.is_behind(copy, records.TABLES)
    assert_same(records.read(copy), whole)
    records.gather(copy)
    assert not gathering.is_behind(copy, records.TABLES)
    assert_same(records.read(copy), whole)


@pytest.mark.parametrize("name", [*layout.RUN_TABLES, "copy of the folder"])
def test_a_table_of_another_run_is_told(copy: Path, name: str) -> None:
    first, last = copy / "runs" / "0000-0", copy / "runs" / "0002-1"
    if name in layout.RUN_TABLES:
        shutil.copy(layout.table_file(first, name), layout.table_file(last, name))
    else:
        last = shutil.copytree(first, copy / "runs" / "0000-0.bak")
    shutil.rmtree(copy / layout.TABLES_FOLDER)
    told = rf"{last}/\w+.parquet: damaged .* \(it was written in another folder, 0000-0\); delete"
    with pytest.raises(UserError, match=told):
        records.read(copy)


def test_the_map_of_another_run_is_told(tmp_path: Path) -> None:
    for name in ("0000-0", "0001-0"):
        records.write_map(layout.run_folder(tmp_path, name) / layout.MAP_FILE, {"u": [0.5]})
    path = layout.run_folder(tmp_path, "0001-0") / layout.MAP_FILE
    assert parquet.read_any(path).u.to_list() == [0.5]
    shutil.copy(layout.run_folder(tmp_path, "0000-0") / layout.MAP_FILE, path)
    with pytest.raises(UserError, match="it was written in another folder, 0000-0"):
        parquet.read_any(path)
