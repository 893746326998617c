"""What is kept has a digest of its bytes in its name, and nothing else is loaded."""

import hashlib
import os
from pathlib import Path

import pytest

from nas.calculus.kept_library import keep, loaded


def made(folder: Path, content: bytes) -> Path:
    path = folder / "made"
    path.write_bytes(content)
    return path


def test_the_name_is_the_digest_of_the_content(tmp_path: Path) -> None:
    path = keep(made(tmp_path, b"some bytes"), tmp_path, "fused-1-2")
    digest = hashlib.sha256(b"some bytes").hexdigest()
    assert path.name == f"fused-1-2-{digest[:32]}.so"
    assert list(tmp_path.iterdir()) == [path]


def test_damaged_ones_leave_and_all_others_stay(tmp_path: Path) -> None:
    damaged = keep(made(tmp_path, b"damaged"), tmp_path, "fused-1-2")
    damaged.write_bytes(b"damagee")
    kept = {
        keep(made(tmp_path, content), tmp_path, stem)
        for content, stem in [(b"one", "fused-1-2"), (b"two", "fused-1-3"), (b"four", "fused-1-2")]
    }
    assert set(tmp_path.iterdir()) == kept


def test_the_disk_has_the_bytes_before_they_have_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: int) -> None:
        raise OSError("no disk")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="no disk"):
        keep(made(tmp_path, b"some bytes"), tmp_path, "fused")
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_what_is_whole_and_no_library_of_this_machine_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    path = keep(made(tmp_path, b"of another kind of machine"), tmp_path, "fused-1-2")
    assert loaded(tmp_path, "fused-1-*") is None
    assert path.exists()
