"""The commands of the experiments."""

import pytest

from experiments.command import USER_ERROR, run
from nas.errors import UserError


def test_what_the_user_can_mend_is_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def main(folder: str) -> None:
        raise UserError(f"{folder}: expected a campaign, got a folder without")

    monkeypatch.setattr("sys.argv", ["experiments.selection", "runs"])
    with pytest.raises(SystemExit) as end:
        run(main)
    assert end.value.code == USER_ERROR
    assert capsys.readouterr().err == "error: runs: expected a campaign, got a folder without\n"


def test_what_ends_well_ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr("sys.argv", ["experiments.selection", "runs"])
    with pytest.raises(SystemExit) as end:
        run(lambda folder: seen.append(folder))
    assert (end.value.code, seen) == (0, ["runs"])
