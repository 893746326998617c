"""Writes that fail, one after the other."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from experiments.harness.figures import Findings
from experiments.robustness import commands, full_disk
from experiments.robustness.full_disk import failing
from experiments.robustness.undisturbed import Undisturbed
from nas.errors import UserError
from nas.files import whole, write_text


def written(path: Path) -> None:
    with whole(path) as temporary:
        temporary.write_bytes(b"all of it")


@pytest.mark.parametrize("place", ["made", "written", "synced"])
def test_from_the_write_that_is_named_on_all_fail_until_there_is_room(
    place: str, tmp_path: Path
) -> None:
    with failing(place, 1):
        written(tmp_path / "a")
        for name in "bc":
            with pytest.raises(UserError, match=f"{name}: cannot be written .No space left on"):
                written(tmp_path / name)
    written(tmp_path / "d")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "d"]


def test_a_commit_that_fails_leaves_nothing(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with failing("committed", 1), engine.connect() as connection:
        connection.execute(text("create table x (y int)"))
        connection.commit()
        connection.execute(text("insert into x values (1)"))
        with pytest.raises(OperationalError, match="disk is full"):
            connection.commit()
    with engine.connect() as connection:
        assert not connection.execute(text("select * from x")).all()


def careful(work: Path) -> None:
    for name in "ab":
        write_text(work / "out" / "tables" / f"{name}.csv", name)


def careless(work: Path) -> None:
    """What is there is taken for all there is."""
    if not (work / "out").exists():
        careful(work)


def crashing(work: Path) -> None:
    try:
        careful(work)
    except UserError:
        raise KeyError("a") from None


@pytest.mark.parametrize(
    ("does", "figures", "notes"),
    [
        (careful, [4, 4, 0, 0], []),
        (careless, [4, 0, 4, 0], []),
        (crashing, [4, 0, 0, 4], ["KeyError('a')"]),
    ],
)
def test_each_write_fails_once(
    does: Callable[[Path], None],
    figures: list[int],
    notes: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def left(self: Undisturbed, name: str) -> dict[str, str]:
        careful(tmp_path / "whole")
        return commands.left(tmp_path / "whole")

    monkeypatch.setattr(commands, "_KEPT", ("out/tables/*.csv",))
    monkeypatch.setattr(full_disk, "DOES", {"search": does})
    monkeypatch.setattr(Undisturbed, "left", left)
    findings = Findings("full_disk")
    full_disk.measure(100, findings, tmp_path / "kept")
    assert [one.value for one in findings.figures] == figures
    assert findings.notes == notes
