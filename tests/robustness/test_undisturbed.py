"""Commands that nobody disturbs are run once, each where the one before has ended."""

from pathlib import Path

import pytest

from experiments.robustness import undisturbed
from experiments.robustness.undisturbed import Undisturbed
from nas.errors import UserError


def test_each_command_goes_on_from_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def run(name: str, work: Path) -> tuple[int, str]:
        done.append(name)
        (work / name).touch()
        return 0, ""

    monkeypatch.setattr(undisturbed, "run", run)
    for _ in range(2):
        assert Undisturbed(tmp_path).seconds("report") >= 0
    assert done == ["search", "validate", "report"]
    there = sorted(path.name for path in Undisturbed(tmp_path).after("report").iterdir())
    assert there == ["report", "search", "validate"]
    Undisturbed(tmp_path).before("validate", tmp_path / "work")
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["search"]


def test_one_that_fails_by_itself_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undisturbed, "run", lambda name, work: (2, "error: no compiler"))
    with pytest.raises(UserError, match=r"expected exit code 0 .* got error: no compiler"):
        Undisturbed(tmp_path).seconds("search")


def test_a_search_is_stopped_once_a_run_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here it ends by itself with a file that a signal in time would have left."""

    class Ended:
        returncode = 130

        def poll(self) -> int:
            return self.returncode

        def send_signal(self, number: int) -> None: ...

        def communicate(self) -> tuple[None, str]:
            return None, "interrupted"

    def start(name: str, work: Path) -> Ended:
        (work / "out" / "runs" / "0000-0").mkdir(parents=True)
        (work / "out" / "runs" / "0000-0" / file).touch()
        return Ended()

    monkeypatch.setattr(undisturbed, "start", start)
    file = "runs.parquet"
    with pytest.raises(UserError, match="expected a checkpoint once it is stopped, got interr"):
        Undisturbed(tmp_path).stopped()
    file = "checkpoint.safetensors"
    for _ in range(2):  # the second time from what is kept
        assert Undisturbed(tmp_path).stopped() == tmp_path / "stopped"
