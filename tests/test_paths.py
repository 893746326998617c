"""Paths that no file system can mean are one line; all others work."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nas import paths
from nas.errors import UserError


def loop(folder: Path) -> Path:
    (folder / "loop").symlink_to(folder / "loop")
    return folder / "loop"


def dangling(folder: Path) -> Path:
    (folder / "dangling").symlink_to(folder / "nothing")
    return folder / "dangling"


def below_a_file(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "below"


IMPOSSIBLE: list[tuple[Callable[[Path], Path], str]] = [
    (loop, "Too many levels of symbolic links"),
    (lambda folder: folder / ("x" * 5000), "File name too long"),
    (lambda folder: folder / "a\0b", "embedded null byte"),
    (lambda folder: folder / os.fsdecode(b"raw\xff"), "one that is not UTF-8"),
]


@pytest.mark.parametrize(("made", "why"), IMPOSSIBLE)
def test_impossible_paths_are_told(made: Callable[[Path], Path], why: str, tmp_path: Path) -> None:
    path = made(tmp_path)
    told = f"expected a path that can be used, got {why}; give another one$"
    for use in (paths.usable, lambda one: paths.located(str(one), tmp_path)):
        with pytest.raises(UserError, match=told) as caught:
            use(path)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 1100


@pytest.mark.parametrize("made", [dangling, below_a_file, lambda folder: folder / "a\nb?#% é"])
def test_possible_paths_are_what_they_were(made: Callable[[Path], Path], tmp_path: Path) -> None:
    path = made(tmp_path)
    assert paths.usable(path) == path


def test_nobodys_home_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^~nouser/x\.py: .* got a home folder that is not known;"):
        paths.located("~nouser/x.py", tmp_path)


def test_no_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the system tells it: whoever runs these tests may be allowed everything."""

    def refuse(path: Path, **_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(UserError, match="got Permission denied; give another one"):
        paths.usable(tmp_path / "closed")


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda folder: folder, "expected a list, got a folder; name a file in it"),
        (lambda folder: folder / "none", "none: no such file; give the path of a list"),
        (dangling, "dangling: no such file; give the path of a list"),
        (below_a_file, r"cannot be read \(Not a directory\)"),
        (
            lambda folder: Path("/dev/zero"),
            r"cannot be read \(expected a file, got a pipe or",
        ),
    ],
)
def test_what_is_no_file_is_not_read(
    made: Callable[[Path], Path], why: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=why):
        paths.text(made(tmp_path), 10, "a list")


def test_a_pipe_that_nobody_writes_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match=r"cannot be read \(expected a file, got a pipe or"):
        paths.text(tmp_path / "pipe", 10, "a list")


def test_no_more_is_read_than_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes("é".encode() * 5)
    assert paths.text(path, 10, "a list") == "é" * 5
    with pytest.raises(UserError, match="expected a list of at most 9 bytes, got a longer one"):
        paths.text(path, 9, "a list")
