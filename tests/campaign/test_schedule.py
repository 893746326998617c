"""The schedule of a campaign, as a user may hand it over again."""

import json
from pathlib import Path

import pytest

from nas.campaign import layout, schedule
from nas.errors import UserError

ONE = {"trials": 3, "pool": {"round 1": 12}, "race": {}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[" * 100_000, "got none: nested too deeply"),
        ("[" + "9" * 5000 + "]", "got none: expected numbers of 64 bits"),
        ("{", "got none: Expecting property name"),
        ("{}", "got another file"),
        ('{"repetitions": []}', "got another file"),
        ("[]", "got another file"),
        (json.dumps([ONE, ONE | {"trials": -1}]), "got another file"),
        (json.dumps([ONE | {"trials": 10**6}]), "got another file"),
        (json.dumps([ONE | {"pool": {"round 1": 10**10}}]), "got another file"),
        (json.dumps([ONE | {"race": [1]}]), "got another file"),
        (json.dumps(1001 * [ONE]), "got another file"),
        (" " * (schedule.MOST_BYTES + 1), "of at most 10,000,000 bytes, got a longer one"),
    ],
    ids=range(12),
)
def test_what_is_no_schedule_is_one_line(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "schedule.json"
    path.write_text(text)
    with pytest.raises(UserError, match=told) as caught:
        schedule.read(path)
    assert str(caught.value).isprintable()


def test_a_changed_figure_is_told(tmp_path: Path) -> None:
    schedule.gather(tmp_path, trials=3, repetitions=1)
    path = tmp_path / "schedule.json"
    path.write_text(path.read_text().replace('"trials": 3', '"trials": 7'))
    with pytest.raises(UserError, match="got none: its digest is that of other contents"):
        schedule.read(path)


def test_what_is_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "schedule.json"
    path.write_text(json.dumps([ONE, ONE]))
    assert schedule.read(path) == [ONE, ONE]
    with pytest.raises(UserError, match=r"expected the schedule\.json of a .*, got a folder"):
        schedule.read(tmp_path)


def test_a_part_that_is_gone_is_told_and_no_schedule_is_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Without it a repetition would teach nobody."""
    schedule.write_part(layout.race_folder(tmp_path, 0), schedule.Part(60.0, {"heat 1: 0": 3}, {}))
    layout.pool_folder(tmp_path, 0).mkdir(parents=True)
    schedule.gather(tmp_path, trials=3, repetitions=1)
    assert "pools/0/schedule.json: is gone, so nobody can repeat this search by" in caplog.text
    assert not (tmp_path / schedule.FILE).exists()
