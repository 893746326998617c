import errno
import os
import signal
from pathlib import Path

import pytest

from nas.errors import UserError
from nas.export import Exported
from nas.export.folder import staged


def test_files_of_a_killed_export_are_swept_away(tmp_path: Path) -> None:
    (tmp_path / ".nas-export-old").mkdir()
    (tmp_path / ".nas-export-old" / "model.pt2").write_text("half")
    with staged(tmp_path) as stage:
        (stage / "a").write_text("1")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_an_export_that_was_killed_as_its_files_took_their_places(tmp_path: Path) -> None:
    """``architecture.json`` was away, so that the folder looks like one of other files."""
    (tmp_path / ".nas-export-old").mkdir()
    for name in (".nas-export-old/architecture.json", ".nas-export.lock", "model.pt2", "notes"):
        (tmp_path / name).write_text("new")
    with staged(tmp_path) as stage:
        (stage / "model.pt2").write_text("newer")
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {"model.pt2": "newer", "notes": "new"}


def test_two_exports_into_one_folder(tmp_path: Path) -> None:
    with staged(tmp_path / "model") as first:
        with (
            pytest.raises(UserError, match="another command is at work here; wait for it, or"),
            staged(tmp_path / "model"),
        ):
            raise AssertionError("two export into it")
        (first / "architecture.json").write_text('{"format": "pinn-nas architecture"}')
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["architecture.json"]
    with staged(tmp_path / "model"):
        pass  # the lock has ended


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot wait")
def test_a_signal_as_files_take_their_places_is_heard_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def struck(path: Path, target: Path) -> Path:
        signal.raise_signal(signal.SIGTERM)
        return replace(path, target)

    def export() -> None:
        with staged(tmp_path / "model") as stage:
            (stage / "model.pt2").write_text("1")
            (stage / "architecture.json").write_text("1")
            monkeypatch.setattr(Path, "replace", struck)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            export()
    finally:
        signal.signal(signal.SIGTERM, before)
    there = sorted(path.name for path in (tmp_path / "model").iterdir())
    assert there == ["architecture.json", "model.pt2"]


def test_a_damaged_export_is_replaced(tmp_path: Path, exported: Exported) -> None:
    told = exported.architecture.read_bytes()
    (tmp_path / "architecture.json").write_bytes(told[: len(told) // 2])
    with staged(tmp_path) as stage:
        (stage / "a").write_text("1")
    assert (tmp_path / "a").exists()


def test_a_description_of_something_else_is_no_export(tmp_path: Path) -> None:
    (tmp_path / "architecture.json").write_text('{"format": "of another program"}')
    with (
        pytest.raises(UserError, match="an empty folder or an earlier export, got a folder with"),
        staged(tmp_path),
    ):
        raise AssertionError("it was let in")
    assert [path.name for path in tmp_path.iterdir()] == ["architecture.json"]


def fill_the_disk(destination: Path) -> None:
    with staged(destination) as stage:
        (stage / "architecture.json").write_text("new")
        raise OSError(errno.ENOSPC, "No space left on device")


def test_full_disk_leaves_the_earlier_export(tmp_path: Path, exported: Exported) -> None:
    there = exported.architecture.read_bytes()
    (tmp_path / "architecture.json").write_bytes(there)
    with pytest.raises(
        UserError, match=r"cannot be written \(No space left on device\); free some disk space"
    ):
        fill_the_disk(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["architecture.json"]
    assert (tmp_path / "architecture.json").read_bytes() == there


def test_destination_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    os.mkfifo(tmp_path / "pipe")
    for destination, message in (
        (tmp_path / "file", "file: expected a folder, got a file; choose another"),
        (tmp_path / "pipe", "pipe: expected a folder, got a file; choose another"),
        (tmp_path / "file" / "model", "cannot be written"),
    ):
        with pytest.raises(UserError, match=message), staged(destination):
            pass
    assert (tmp_path / "file").read_text() == "mine"


def test_only_what_was_made_is_removed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="stop"), staged(tmp_path / "a" / "b"):
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_where_a_file_cannot_take_its_place_the_earlier_export_stands_again(
    tmp_path: Path, exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = exported.architecture.read_text()
    for name, text in {"architecture.json": told, "model.pt2": "old", "stale": "old"}.items():
        (tmp_path / name).write_text(text)
    replace = Path.replace

    def refused(path: Path, target: Path) -> Path:
        if target.parent == tmp_path and path.name == "model.pt2" and path.parent.name != "before":
            raise OSError(errno.EIO, "Input/output error")
        return replace(path, target)

    def export() -> None:
        with staged(tmp_path, ["stale"]) as stage:
            for name in ("card.md", "model.pt2", "architecture.json"):
                (stage / name).write_text("new")
            monkeypatch.setattr(Path, "replace", refused)

    with pytest.raises(UserError, match=r"cannot be written \(Input/output error\)"):
        export()
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {"architecture.json": told, "model.pt2": "old", "stale": "old"}


def test_a_folder_in_a_files_place_is_left_alone(tmp_path: Path, exported: Exported) -> None:
    told = exported.architecture.read_text()
    (tmp_path / "architecture.json").write_text(told)
    (tmp_path / "model.pt2").mkdir()
    (tmp_path / "model.pt2" / "mine").touch()

    def export() -> None:
        with staged(tmp_path) as stage:
            (stage / "model.pt2").write_text("new")

    with pytest.raises(UserError, match=r"cannot be written \(model.pt2 is a folder\)"):
        export()
    assert (tmp_path / "model.pt2" / "mine").exists()
    assert (tmp_path / "architecture.json").read_text() == told
