import os
import subprocess
import sys
from pathlib import Path

import pytest

from nas.errors import UserError
from nas.files import changed, move, read_bytes, remove, watched, whole, write_text

ROOT = Path(__file__).parents[1]


def run(program: str, *arguments: object) -> str:
    """What ``program``, run on its own, prints; it must end well."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def write_half(path: Path, then: BaseException) -> None:
    """Begin to write ``path``, then raise."""
    with whole(path) as temporary:
        temporary.write_text("half")
        raise then


def test_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    for text in ("first", "sécond"):
        write_text(path, text)
        assert path.read_text(encoding="utf-8") == text
        assert list(path.parent.iterdir()) == [path]


def test_exception_leaves_the_previous_file(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "previous")
    with pytest.raises(RuntimeError, match="in the middle"):
        write_half(path, RuntimeError("in the middle"))
    assert path.read_text() == "previous"
    assert list(tmp_path.iterdir()) == [path]


def test_exception_leaves_no_file_where_there_was_none(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt, match="now"):
        write_half(tmp_path / "file.txt", KeyboardInterrupt("now"))
    assert list(tmp_path.iterdir()) == []


# Each process ends at once, like a killed one, after so many bytes; or, at the last two, just
# before and just after the new file takes its place.
CRASH = """
import os, sys
from pathlib import Path
from nas.files import whole

path, new = Path(sys.argv[1]), b"new" * 20
replace = Path.replace

def crash_before(self, target):
    os._exit(0)

def crash_after(self, target):
    replace(self, target)
    os._exit(0)

for size in range(len(new) + 3):
    path.write_bytes(b"previous")
    child = os.fork()
    if not child:
        if size > len(new):
            Path.replace = crash_before if size == len(new) + 1 else crash_after
        with whole(path) as temporary, temporary.open("wb", buffering=0) as file:
            for index in range(len(new)):
                if index == size:
                    os._exit(0)
                file.write(new[index : index + 1])
            if size == len(new):
                os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    print(path.read_bytes().decode())
"""


def test_crash_at_any_byte_leaves_the_previous_file_or_the_new(tmp_path: Path) -> None:
    contents = run(CRASH, tmp_path / "file.bin").splitlines()
    assert contents == ["previous"] * 62 + ["new" * 20]


# A process that may write no more than so many bytes sees what it would see on a full disk.
FULL = """
import resource, sys
from pathlib import Path
from nas.errors import UserError
from nas.files import write_text

resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_text(Path(sys.argv[1]), "x" * 100_000)
except UserError as error:
    print(error)
"""


def test_full_disk_is_told_and_leaves_the_previous_file(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("previous")
    assert run(FULL, path) == (
        f"{path}: cannot be written (File too large); free some disk space or choose a "
        "writable folder, then run the same command again"
    )
    assert path.read_text() == "previous"
    assert list(tmp_path.iterdir()) == [path]


READ_ONLY = """
import os, sys
from pathlib import Path
from nas.errors import UserError
from nas.files import write_text

if os.getuid() == 0:  # whom no folder refuses
    os.setuid(65534)
try:
    write_text(Path(sys.argv[1]), "new")
except UserError as error:
    print(error)
"""


def test_read_only_folder_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o555)
    assert run(READ_ONLY, folder / "file.txt") == (
        f"{folder / 'file.txt'}: cannot be written (Permission denied); free some disk space or "
        "choose a writable folder, then run the same command again"
    )
    assert list(folder.iterdir()) == []


def test_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("previous")
    with pytest.raises(
        UserError, match=r"file.x\.txt: cannot be written \((File exists|Not a dir)"
    ):
        write_text(tmp_path / "file" / "x.txt", "new")
    with pytest.raises(UserError, match=r"cannot be written \(Is a directory\)"):
        write_text(tmp_path, "new")
    assert (tmp_path / "file").read_text() == "previous"


def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="expected a file, got a pipe or a device"):
        read_bytes(tmp_path / "pipe")


def test_whoever_watches_is_told_of_what_has_happened_and_of_no_more(tmp_path: Path) -> None:
    one, other, seen = tmp_path / "one", tmp_path / "other", list[tuple[str, bool]]()
    with watched(lambda path: seen.append((path.name, path.exists()))):
        write_text(one, "1")
        with pytest.raises(RuntimeError, match="in the middle"):
            write_half(one, RuntimeError("in the middle"))
        move(one, other)
        remove(other)
        changed(tmp_path / "log")
    write_text(one, "2")
    assert seen == [
        *(("one", True), ("other", True), ("one", False), ("other", False), ("log", False))
    ]


def test_what_a_watcher_raises_is_raised_where_the_file_was_written(tmp_path: Path) -> None:
    def refuse(path: Path) -> None:
        raise UserError("no room there")

    with watched(refuse), pytest.raises(UserError, match=r"^no room there$"):
        write_text(tmp_path / "one", "1")
    assert (tmp_path / "one").read_text() == "1"
    write_text(tmp_path / "one", "2")


def test_a_file_that_cannot_be_renamed_is_a_line(tmp_path: Path) -> None:
    told = r"one: expected a file that can be renamed to other, got No such file or directory; mend"
    with pytest.raises(UserError, match=told):
        move(tmp_path / "one", tmp_path / "other")
