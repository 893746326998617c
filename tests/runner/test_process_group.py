"""Workers end with their command, and so does what they have started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nas.runner import process_group

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

# A command whose worker starts a process that never ends, writes down the numbers of both, and
# then does what `sys.argv[1]` says.
COMMAND = """
import os, signal, sys, time, subprocess
from pathlib import Path
from nas.runner.executors import Resources
from nas.runner.executors.local import Engine

def work(job, abandoned):
    import os, subprocess, sys, time, pathlib
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(10**6)"])
    part = pathlib.Path(job + ".part")
    part.write_text(f"{os.getpid()} {child.pid}")
    part.rename(job)
    while not (THEN == "save" and abandoned()):
        time.sleep(0.01)
    pathlib.Path(job).with_name("saved").touch()
    return "interrupted"

THEN = sys.argv[2]
executor = Engine(work, Resources(workers=1), Path())
executor.start(sys.argv[1])
while not Path(sys.argv[1]).exists():
    executor.collect(0.05)
if THEN == "hangup":
    signal.signal(signal.SIGHUP, lambda number, frame: None)
    os.killpg(0, signal.SIGHUP)
    executor.collect(0.5)
if THEN in ("close", "hangup"):
    executor.close()
elif THEN == "worker":
    os.kill(int(Path(sys.argv[1]).read_text().split()[0]), 9)
    while not executor.collect(0.05): pass
else:
    os.kill(os.getpid(), 9)
"""


def lives(number: int) -> bool:
    try:
        status = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def soon(condition: Callable[[], bool]) -> bool:
    """Whether it comes true; what waits for nothing in particular is generous."""
    deadline = time.monotonic() + 300
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.mark.parametrize("ending", ["close", "hangup", "worker", "save"])
def test_no_ending_leaves_a_process_behind(ending: str, tmp_path: Path) -> None:
    """Neither closing, also after the terminal's, nor a worker's death, nor ``kill -9``."""
    job = tmp_path / "job"
    command = [sys.executable, "-c", COMMAND, str(job), ending]
    done = subprocess.run(
        command,
        env=os.environ | {"PATH": str(tmp_path)},  # no `pgrep`, by which loky looks for children
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        start_new_session=True,
    )
    assert done.returncode == (-signal.SIGKILL if ending == "save" else 0), done.stderr
    # loky may count semaphores that a kill has left, if it looks before they are cleared away.
    assert done.stderr == "" or ending in ("worker", "save")
    assert "Traceback" not in done.stderr
    worker, child = map(int, job.read_text().split())
    assert soon(lambda: not lives(worker))
    assert soon(lambda: not lives(child))
    assert (tmp_path / "saved").exists() == (ending == "save")


def orphan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, busy: bool) -> list[str]:
    """What a worker does whose parent is gone: how long it waits, and whom it ends."""
    done: list[str] = []
    monkeypatch.setattr(process_group, "PATIENCE", 0.01)
    monkeypatch.setattr(process_group, "end", lambda leader: done.append(f"ended {leader}"))
    wait = process_group._idle.wait
    monkeypatch.setattr(
        process_group._idle, "wait", lambda seconds: done.append(f"saved: {wait(seconds)}")
    )
    if busy:
        with process_group.busy():
            process_group._end_with(parent=-1)
    else:
        process_group._end_with(parent=-1)
    return done


@pytest.mark.parametrize("busy", [True, False])
def test_an_orphan_has_a_moment_to_save_and_no_more(
    busy: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A residual that never returns must not keep it."""
    done = orphan(tmp_path, monkeypatch, busy=busy)
    assert done == [f"saved: {not busy}", f"ended {os.getpid()}"]


def test_a_group_that_has_ended_is_no_error() -> None:
    process = subprocess.Popen(["true"], process_group=0)
    process.wait()
    process_group.end(process.pid)
