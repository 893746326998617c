"""What a pool or race wrote down of its iterations, read back."""

import json
from pathlib import Path

import pytest

from nas.campaign import schedule
from nas.campaign.schedule import FILE, Part
from nas.errors import UserError

PART = {"seconds": 60.0, "counts": {"round 1": 12}, "taken": {"round 1": 7.5}}


WRONG: list[dict[str, object]] = [
    {"seconds": "60"},
    {"seconds": None},
    {"seconds": float("nan")},
    {"counts": []},
    {"counts": {"round 1": 0.5}},
    {"counts": {"round 1": -1}},
    {"taken": 3},
    {"taken": {"round 1": [7.5]}},
]


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "null", "7", "{}", "[" * 100_000),
        *(json.dumps(PART | change) for change in WRONG),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(
        UserError, match=r"schedule\.json: expected the iterations .* damaged; delete"
    ):
        schedule.read_part(tmp_path)


def test_a_flipped_digit_is_told_and_one_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    schedule.write_part(tmp_path, Part(60.0, {"round 1": 12}, {"round 1": 7.5}))
    text = (tmp_path / FILE).read_text()
    (tmp_path / FILE).write_text(text.replace("60.0", "20.0"))
    with pytest.raises(UserError, match="damaged; delete it"):
        schedule.read_part(tmp_path)
    (tmp_path / FILE).write_text(json.dumps(PART))
    assert schedule.read_part(tmp_path) == Part(60.0, {"round 1": 12}, {"round 1": 7.5})
