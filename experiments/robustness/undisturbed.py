"""What each command leaves that nobody disturbs, and how long it takes."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from experiments.harness.tasks import kept
from experiments.robustness.commands import COMMANDS, left, run
from nas.errors import UserError


@dataclass(frozen=True)
class Undisturbed:
    """The four commands one after the other; each is run once, and kept in ``folder``.

    >>> Undisturbed(Path("runs")).after("search").as_posix()
    'runs/search'
    """

    folder: Path

    def after(self, name: str) -> Path:
        """The folder as the command ``name`` has left it."""
        return self.folder / name

    def before(self, name: str, work: Path) -> None:
        """Fill ``work`` with what the command ``name`` begins with."""
        earlier = list(COMMANDS)[: list(COMMANDS).index(name)]
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

    def _run(self, name: str) -> float:
        work = self.after(name)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        self.before(name, work)
        began = time.monotonic()
        code, errors = run(name, work)
        if code:
            raise UserError(f"{name}: expected exit code 0 where nobody disturbs it, got {errors}")
        return time.monotonic() - began
