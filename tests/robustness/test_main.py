"""The command: four cases, of as many moments as one likes."""

from pathlib import Path

import pytest

from experiments.harness import command
from experiments.harness.figures import Findings
from experiments.robustness import __main__ as robustness
from experiments.robustness import kills


def test_it_lists_its_cases(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["experiments.robustness", "--list"])
    with pytest.raises(SystemExit) as end:
        command.run(robustness.main)
    assert end.value.code == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["kills", "bit_flips", "full_disk", "cluster"]


def test_the_number_of_moments_is_an_argument(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[tuple[int, Path]] = []

    def measure(moments: int, findings: Findings, folder: Path) -> None:
        asked.append((moments, folder))

    monkeypatch.setattr(kills, "measure", measure)
    monkeypatch.setattr(command, "record", lambda experiment, findings: None)
    arguments = ["kills", "--moments", "7", "--to", str(tmp_path)]
    monkeypatch.setattr("sys.argv", ["experiments.robustness", *arguments])
    with pytest.raises(SystemExit) as end:
        command.run(robustness.main)
    assert end.value.code == 0
    assert asked == [(7, tmp_path)]
