"""Kills at random moments, after which the same command is given again until it ends well."""

import os
import random
import re
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from experiments.harness.figures import Findings
from experiments.harness.tasks import kept
from experiments.robustness.commands import COMMANDS, MARK, differing, left, run, start
from experiments.robustness.undisturbed import Undisturbed
from nas.exit_codes import INTERRUPTED

TRIES = 5  # of the same command; one should do
PATIENCE = 30.0  # seconds after which whoever is still there was left behind
BLOWS = (
    ("group", signal.SIGKILL),
    ("worker", signal.SIGKILL),
    ("command", signal.SIGKILL),
    ("command", signal.SIGTERM),
    ("group", signal.SIGINT),
    ("group", signal.SIGHUP),
)


@dataclass(frozen=True)
class Kill:
    """A blow to a command, at a ``share`` of the time that it usually takes.

    >>> Kill.drawn(7) == Kill.drawn(7), Kill.drawn(7) == Kill.drawn(8)
    (True, False)
    """

    command: str
    whom: str
    number: int
    share: float

    @classmethod
    def drawn(cls, seed: int) -> "Kill":
        """The one that this seed draws."""
        draw = random.Random(seed)
        whom, number = draw.choice(BLOWS)
        return cls(draw.choice(list(COMMANDS)), whom, int(number), draw.random())


def measure(moments: int, findings: Findings, folder: Path) -> None:
    """Kill at so many moments; what is done is not done again."""
    undisturbed = Undisturbed(folder / "undisturbed")
    found = [
        kept(folder / "kills" / f"{seed}.json", partial(survived, Kill.drawn(seed), undisturbed))
        for seed in range(moments)
    ]
    findings.effort = f"{moments} moments"
    struck = [one for one in found if one["struck"]]  # others had ended by their moment
    findings.add("kills", len(struck), "", "higher", target=200)
    asked = [one for one in struck if one["number"] != signal.SIGKILL]
    findings.add("asked to stop, of these", len(asked))
    answers = sum(one["codes"][0] in (0, INTERRUPTED) for one in asked)
    findings.add("of which saved and ended by 130, or were done", answers)
    findings.add("with another result", sum(bool(one["differs"]) for one in found), target=0)
    findings.add("not done in five tries", sum(one["codes"][-1] != 0 for one in found), target=0)
    findings.add("with a traceback", sum(one["tracebacks"] for one in found), target=0)
    findings.add("with processes left behind", sum(one["stayed"] > 0 for one in found), target=0)
    findings.add("commands until done, the most", max(len(one["codes"]) for one in found))


def survived(kill: Kill, undisturbed: Undisturbed) -> dict[str, object]:
    """What became of a command that was killed, and given again."""
    mark, seconds = f"{os.getpid()}-{time.monotonic_ns()}", undisturbed.seconds(kill.command)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        undisturbed.before(kill.command, work)
        process = start(kill.command, work, mark)
        whom = _strike(kill, process, seconds, mark)
        # What outlives a kill holds the pipe; it is waited for, since it has seconds to save.
        _, errors = process.communicate()
        codes = [process.returncode]
        while codes[-1] != 0 and len(codes) <= TRIES:
            code, said = run(kill.command, work, mark)
            codes, errors = [*codes, code], errors + said
        behind = stayed(mark)
        now, wanted = left(work), undisturbed.left(kill.command)
    return asdict(kill) | {
        "struck": whom,
        "codes": codes,
        "differs": differing(now, wanted),
        "tracebacks": "Traceback" in errors,
        "stayed": behind,
        "errors": errors[-2000:],
    }


def _strike(kill: Kill, process: subprocess.Popen[str], seconds: float, mark: str) -> str:
    """Strike the command at its moment; whom that met, which is nobody where it had ended."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(kill.share * seconds)
    if process.poll() is not None:
        return ""
    workers = [number for number in marked(mark) if _is_worker(number)]
    if kill.whom == "group":
        os.killpg(process.pid, kill.number)
        return "group"
    if kill.whom == "worker" and workers:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(workers[0], kill.number)
        return "worker"
    os.kill(process.pid, kill.number)  # until it is waited for its number is its own
    return "command"


def stayed(mark: str) -> int:
    """How many processes do not end, which the command has started."""
    deadline = time.monotonic() + PATIENCE
    while (there := marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for number in there:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    return len(there)


def marked(mark: str) -> list[int]:
    """The processes that carry the mark in their environment."""
    wanted, found = f"{MARK}={mark}\0".encode(), []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if wanted in path.read_bytes():
                found.append(int(path.parent.name))
    return found


def _is_worker(number: int) -> bool:
    with suppress(OSError):
        words = Path(f"/proc/{number}/cmdline").read_text()
        return re.search("popen_loky", words) is not None
    return False
