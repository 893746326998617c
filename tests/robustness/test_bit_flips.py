"""Flipped bits, and what is said of them."""

import random
import shutil
from pathlib import Path

import pytest

from experiments.harness.figures import Findings
from experiments.robustness import bit_flips, commands
from experiments.robustness.bit_flips import flip, judged
from experiments.robustness.undisturbed import Undisturbed


def test_one_bit_is_another(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"some bytes")
    bit = flip(path, random.Random(3))
    before, after = (int.from_bytes(text, "little") for text in (b"some bytes", path.read_bytes()))
    assert before ^ after == 1 << bit


@pytest.mark.parametrize(
    ("done", "same", "verdict"),
    [
        ([(0, ""), (0, "")], True, "without effect"),
        ([(0, ""), (0, "")], False, "unnoticed"),
        ([(2, "error: x: damaged\n"), (0, "")], False, "refused"),
        ([(0, "warning: x: a log was lost\n")], True, "warned, as before"),
        ([(0, "warning: x: a log was lost\n")], False, "warned, with another result"),
        ([(0, "x: a log was lost\n")], False, "unnoticed"),
        ([(1, "Traceback (most recent call last):\n")], True, "a traceback"),
        ([(-11, "")], True, "a traceback"),
    ],
)
def test_the_verdict_follows_from_what_was_said_and_left(
    done: list[tuple[int, str]], same: bool, verdict: str
) -> None:
    assert judged(done, {"a": "1"}, {"a": "1" if same else "2"}) == verdict


def test_each_file_has_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands here change nothing: what is flipped in a table stays, and is unnoticed."""
    after = tmp_path / "undisturbed" / "export"
    (after / "model").mkdir(parents=True)
    names = ("out/tables/a.csv", "out/tables/b.csv", "out/notes.txt", "out/.lock", "model/weights")
    for name in (*names, "out/report/index.html"):
        path = after / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("" if name == "out/.lock" else "some bytes")
    monkeypatch.setattr(commands, "_KEPT", ("out/tables/*.csv",))
    monkeypatch.setattr(bit_flips, "run", lambda command, work: (0, ""))
    monkeypatch.setattr(Undisturbed, "seconds", lambda self, name: 1.0)
    monkeypatch.setattr(Undisturbed, "stopped", lambda self: self.after("export"))
    shutil.copytree(tmp_path / "undisturbed", tmp_path / "not validated")
    findings = Findings("bit_flips")
    bit_flips.measure(8, findings, tmp_path)  # each of four files once, in either folder
    assert [one.value for one in findings.figures] == [8, 2, 0, 0, 2, 4, 0]
    assert findings.notes == ["Unnoticed: out/tables/a.csv, out/tables/b.csv."]
    shutil.rmtree(after)
    shutil.rmtree(tmp_path / "not validated")
    again = Findings("bit_flips")
    bit_flips.measure(8, again, tmp_path)  # nothing is done again
    assert again.figures == findings.figures
