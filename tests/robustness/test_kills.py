"""Two kills, of commands that the test makes up; and how one that is survived is told."""

import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from experiments.harness.figures import Findings
from experiments.robustness import commands, kills
from experiments.robustness.kills import Kill
from experiments.robustness.undisturbed import Undisturbed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

# It writes one line after the other, waits in the middle when it is given first, and goes on with
# the lines that are there; a careless one does not look what is there.
COMMAND = """
import sys, time
from pathlib import Path
table, waited = Path("out/tables/runs.csv"), Path("waited")
table.parent.mkdir(parents=True, exist_ok=True)
lines = table.read_text().splitlines() if table.exists() else []
for number in range(0 if {careless} else len(lines), 5):
    with table.open("a") as file:
        file.write(f"{{number}}\\n")
    if number == 2 and not waited.exists():
        waited.touch()
        time.sleep(900)
"""


def survived(monkeypatch: pytest.MonkeyPatch, kill: Kill, *, careless: bool) -> dict[str, Any]:
    """What becomes of a command that the test makes up, killed as it waits."""

    def start(
        name: str, work: Path, mark: str = "", more: Sequence[str] = ()
    ) -> subprocess.Popen[str]:
        first = not (work / "waited").exists()
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND.format(careless=careless)],
            cwd=work,
            env={commands.MARK: mark},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        while first and not (work / "waited").exists():
            time.sleep(0.01)
        return process

    whole = hashlib.sha256(b"0\n1\n2\n3\n4\n").hexdigest()
    monkeypatch.setattr(commands, "_KEPT", ("out/tables/*.csv",))
    monkeypatch.setattr(commands, "start", start)
    monkeypatch.setattr(kills, "start", start)
    monkeypatch.setattr(Undisturbed, "seconds", lambda self, name: 0.01)
    monkeypatch.setattr(Undisturbed, "left", lambda self, name: {"out/tables/runs.csv": whole})
    return kills.survived(kill, Undisturbed(Path("nowhere")))


@pytest.mark.parametrize(("whom", "struck"), [("group", "group"), ("worker", "command")])
def test_what_goes_on_survives(whom: str, struck: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no worker, the command itself is struck."""
    found = survived(monkeypatch, Kill("search", whom, signal.SIGKILL, share=0.6), careless=False)
    assert found["codes"] == [-signal.SIGKILL, 0]
    assert found["struck"] == struck
    assert (found["differs"], found["tracebacks"], found["stayed"]) == ([], False, 0)


def test_what_begins_anew_beside_what_is_there_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    kill = Kill("search", "command", signal.SIGTERM, share=0.6)
    found = survived(monkeypatch, kill, careless=True)
    assert found["codes"] == [-signal.SIGTERM, 0]
    assert found["differs"] == ["out/tables/runs.csv"]


def test_moments_are_kept_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Kill] = []

    def told(kill: Kill, undisturbed: Undisturbed) -> dict[str, object]:
        done.append(kill)
        codes = [130, 0] if len(done) > 1 else [1] * 6
        return {
            "codes": codes,
            "differs": [],
            "tracebacks": False,
            "stayed": len(done) - 1,
            "struck": "group" if len(done) > 1 else "",
            "number": signal.SIGTERM if len(done) > 2 else signal.SIGKILL,
        }

    monkeypatch.setattr(kills, "survived", told)
    for moments in (2, 3):
        findings = Findings("kills")
        kills.measure(moments, findings, tmp_path)
    assert done == [Kill.drawn(seed) for seed in range(3)]
    assert {one.figure: one.value for one in findings.figures} == {
        "kills": 2,
        "asked to stop, of these": 1,
        "of which saved and ended by 130, or were done": 1,
        "with another result": 0,
        "not done in five tries": 1,
        "with a traceback": 0,
        "with processes left behind": 2,
        "commands until done, the most": 6,
    }


def test_all_commands_and_blows_are_drawn() -> None:
    drawn = [Kill.drawn(seed) for seed in range(200)]
    assert {kill.command for kill in drawn} == set(commands.COMMANDS)
    assert {(kill.whom, kill.number) for kill in drawn} == set(kills.BLOWS)


def test_one_that_has_ended_by_its_moment_is_not_struck(monkeypatch: pytest.MonkeyPatch) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], text=True)
    process.wait()
    assert kills._strike(Kill("search", "group", signal.SIGKILL, 0.0), process, 1.0, "mark") == ""


def test_a_worker_is_struck_where_there_is_one() -> None:
    """By its mark and by what its command line says."""
    program = "import time; print('up', flush=True); time.sleep(900)"
    worker = subprocess.Popen(
        [sys.executable, "-c", program, "popen_loky_posix"],
        env={commands.MARK: "of this test"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "up\n"
    kill = Kill("search", "worker", signal.SIGKILL, 0.0)
    assert kills._strike(kill, worker, 1.0, "of this test") == "worker"
    assert worker.wait() == -signal.SIGKILL
