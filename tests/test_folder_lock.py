"""One process at a time in a folder."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from nas.errors import UserError
from nas.folder_lock import claimed, held

HOLD = """
import sys
from pathlib import Path
from nas.folder_lock import held

with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    """Another process that holds the folder, until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_folder_that_is_held_is_waited_for_or_refused(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    try:
        with (
            pytest.raises(UserError, match=r"expected no other process at work here, but one"),
            held(tmp_path, patience=0.0),
        ):
            raise AssertionError("two hold it")
        with (
            pytest.raises(UserError, match=r"another command is at work here; wait for it"),
            claimed(tmp_path),
        ):
            raise AssertionError("two hold it")
    finally:
        holder.communicate()
    with claimed(tmp_path):
        assert tmp_path.exists()


@pytest.mark.parametrize("locked", [claimed, held])
def test_a_folder_that_cannot_be_written_is_refused(
    locked: Callable[[Path], AbstractContextManager[None]],
) -> None:
    with (
        pytest.raises(UserError, match=r"/proc/out: cannot be written"),
        locked(Path("/proc/out")),
    ):
        raise AssertionError("it was written")


def test_a_held_folder_is_made_and_swept(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    for name in (".table.x1y2z3_4.part", "kept.txt"):
        (folder / name).touch()
    with held(folder):
        assert {path.name for path in folder.iterdir()} == {".lock", "kept.txt"}


def test_a_link_to_nothing_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    with (
        pytest.raises(UserError, match="expected a folder, got a file or a link to nothing"),
        claimed(tmp_path / "link"),
    ):
        raise AssertionError("it was claimed")
