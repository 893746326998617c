"""JSON read back with care."""

import json
from pathlib import Path

import pytest

from nas import json_file

NO_JSON = {
    "empty": b"",
    "garbage": b"\xff\xfe\x00",
    "cut short": b'{"step": ',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep, but parsed": b"[" * 100 + b"]" * 100,
    "huge number": b'{"step": 1' + b"0" * 5000 + b"}",
    "65 bits": b'{"step": 18446744073709551616}',
    "half of a pair": b'{"name": "\\ud800"}',
    "other digest": b'{"step": 7, "digest": "0"}',
    "digest of another type": b'{"step": 7, "digest": [1]}',
}


@pytest.mark.parametrize("content", NO_JSON.values(), ids=NO_JSON)
def test_what_cannot_be_read_is_a_value_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"."):
        json_file.read(tmp_path / "x.json")


def test_a_flipped_bit_is_noticed_or_without_effect(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    json_file.write(path, {"steps": [1, 2.5, "ä"]}, indent=1)
    content, whole = path.read_bytes(), json_file.read(path)
    noticed = 0
    for bit in range(8 * len(content)):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            found = json_file.read(path)
        except ValueError:
            noticed += 1
        else:  # the name of the digest itself was hit, so that it reads as one without
            assert found["steps"] == whole["steps"]
    assert noticed > 8 * (len(content) - 10)


def test_a_file_without_a_digest_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps([{"step": 7}]))
    assert json_file.read(tmp_path / "x.json") == [{"step": 7}]
