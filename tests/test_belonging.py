"""What was copied from another campaign is told."""

import os
from pathlib import Path

import pytest

from nas import belonging, json_file


def campaign(folder: Path, identity: object) -> Path:
    json_file.write(folder / "campaign.json", {"identity": identity})
    return folder / "runs" / "0000-0" / "runs.parquet"


def test_the_nearest_campaign_above_counts(tmp_path: Path) -> None:
    outer, inner = campaign(tmp_path, "a"), campaign(tmp_path / "inner", "b")
    assert [belonging.campaign_of(path) for path in (outer, inner)] == ["a", "b"]


def test_one_that_changes_is_read_again(tmp_path: Path) -> None:
    path = campaign(tmp_path, "a")
    assert belonging.campaign_of(path) == "a"
    campaign(tmp_path, "b")
    os.utime(tmp_path / "campaign.json", ns=(1, 1))  # however coarse the clock of the disk
    assert belonging.campaign_of(path) == "b"


@pytest.mark.parametrize("identity", [None, 7, ""])
def test_one_that_does_not_say_has_none(tmp_path: Path, identity: object) -> None:
    path = campaign(tmp_path, identity)
    assert belonging.campaign_of(path) == ""
    belonging.check(path, "b")


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff"])
def test_a_damaged_one_is_for_others_to_tell(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "campaign.json").write_bytes(text)
    assert belonging.campaign_of(tmp_path / "runs.parquet") == ""


def test_what_is_of_another_is_refused(tmp_path: Path) -> None:
    path = campaign(tmp_path, "a")
    for identity in ("a", "", None):
        belonging.check(path, identity)
    with pytest.raises(ValueError, match="it is of another campaign"):
        belonging.check(path, "b")
