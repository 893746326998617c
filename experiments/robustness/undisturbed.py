"""What each command leaves that nobody disturbs, and how long it takes."""

import shutil
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.harness.tasks import kept
from experiments.robustness.commands import COMMANDS, left, run, start
from nas.errors import UserError

LOOKS = 0.02  # seconds from one look to the next


@dataclass(frozen=True)
class Undisturbed:
    """Some ``commands`` one after the other; each is run once, and kept in ``folder``.

    >>> Undisturbed(Path("runs")).after("search").as_posix()
    'runs/search'
    """

    folder: Path
    commands: Sequence[str] = tuple(COMMANDS)

    def after(self, name: str) -> Path:
        """The folder as the command ``name`` has left it."""
        return self.folder / name

    def before(self, name: str, work: Path) -> None:
        """Fill ``work`` with what the command ``name`` begins with."""
        earlier = self.commands[: self.commands.index(name)]
        if earlier:
            self.seconds(earlier[-1])
            shutil.copytree(self.after(earlier[-1]), work, dirs_exist_ok=True)

    def seconds(self, name: str) -> float:
        """How long the command ``name`` takes; it is run, where it has not been."""
        return float(kept(self.folder / f"{name}.json", lambda: self._run(name)))

    def left(self, name: str) -> dict[str, str]:
        """What stands there after the command ``name``."""
        self.seconds(name)
        return left(self.after(name))

    def stopped(self) -> Path:
        """The folder of a search that was asked to stop as its first runs were under way."""
        work = self.folder / "stopped"
        kept(self.folder / "stopped.json", lambda: self._stop(work))
        return work

    def _stop(self, work: Path) -> int:
        _made(work)
        process = start("search", work)
        while process.poll() is None and not list(work.glob("out/runs/*/progress.json")):
            time.sleep(LOOKS)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate()
        if not list(work.glob("out/runs/*/checkpoint.safetensors")):
            raise UserError(f"search: expected a checkpoint once it is stopped, got {errors}")
        return process.returncode

    def _run(self, name: str) -> float:
        work = _made(self.after(name))
        self.before(name, work)
        began = time.monotonic()
        code, errors = run(name, work)
        if code:
            raise UserError(f"{name}: expected exit code 0 where nobody disturbs it, got {errors}")
        return time.monotonic() - began


def _made(work: Path) -> Path:
    """The folder, empty."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    return work
