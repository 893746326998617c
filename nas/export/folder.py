"""The destination: all files of an export stand there, or none."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nas.errors import UserError
from nas.export import architecture, architecture_file

_STAGE = ".nas-export-"


@contextmanager
def staged(destination: Path, stale: Collection[str] = ()) -> Iterator[Path]:
    """Yield an empty folder; at a clean exit its files take their places in ``destination``.

    An earlier export is replaced, and other files beside it are left alone, but for those with
    a name in ``stale``: what an earlier export wrote and this one did not is gone. After an error
    everything is as it was. ``architecture.json`` is taken away first and put back last: where
    it stands, the export is whole.

    Raises
    ------
    UserError
        If ``destination`` cannot be written, or holds other files and no earlier export.

    Examples
    --------
    >>> with staged(Path("model")) as stage:
    ...     _ = (stage / "MODEL_CARD.md").write_text("# A model")
    ...     before = sorted(Path("model").glob("*.md"))
    >>> before, [path.name for path in Path("model").glob("*.md")]
    ([], ['MODEL_CARD.md'])
    """
    made = [path for path in (destination, *destination.parents) if not path.exists()]
    try:
        destination.mkdir(parents=True, exist_ok=True)
        _check_own(destination)
        with tempfile.TemporaryDirectory(dir=destination, prefix=_STAGE) as stage:
            yield Path(stage)
            _take_places(Path(stage), destination, stale)
    except OSError as error:
        raise UserError(
            f"{destination}: cannot be written ({error.strerror or error}); "
            "free some disk space or choose a writable folder"
        ) from error
    finally:
        for path in made:  # what this call made and nobody filled; the innermost first
            with suppress(OSError):
                path.rmdir()


def _check_own(destination: Path) -> None:
    """Refuse a folder with files and no export; sweep away what a killed export left."""
    for stage in destination.glob(f"{_STAGE}*"):
        shutil.rmtree(stage)
    if not any(destination.iterdir()):
        return
    try:
        architecture_file.read(destination / architecture.FILE)
    except UserError as error:
        raise UserError(
            f"{destination}: expected an empty folder or an earlier export, got a folder with "
            "other files; choose another --to"
        ) from error


def _take_places(stage: Path, destination: Path, stale: Collection[str]) -> None:
    files = sorted(stage.iterdir(), key=lambda path: path.name == architecture.FILE)
    for file in files:
        with file.open("rb+") as handle:
            os.fsync(handle.fileno())
    for name in [architecture.FILE, *stale]:
        (destination / name).unlink(missing_ok=True)
    for file in files:
        file.replace(destination / file.name)
