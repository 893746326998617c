"""Where a problem comes from: a name, a path or the object itself, with its fingerprint."""

import functools
from dataclasses import dataclass
from pathlib import Path

from nas.errors import UserError
from nas.named_problem import load, worded
from nas.problems import Problem
from nas.problems.description import source_text
from nas.problems.loading import text_of
from nas.runner.undisturbed import undisturbed


@dataclass(frozen=True)
class ProblemSource:
    """A problem as it travels to a worker: small, and checked on arrival.

    Parameters
    ----------
    name
        As `nas.problems.load` takes it, or as people call the one that is given.
    fingerprint
        Of the mathematics with which the work began.
    given
        The problem itself, where it is not to be loaded by name.

    Examples
    --------
    >>> source = ProblemSource.of("burgers")
    >>> source.load().name, source.given
    ('burgers', None)
    >>> source.text().count("Problem(")
    1
    """

    name: str
    fingerprint: str
    given: Problem | None = None

    @classmethod
    def of(cls, name: str, given: Problem | None = None) -> "ProblemSource":
        """The source of the problem as it is now; ``given`` is the problem itself, if known.

        Raises
        ------
        UserError
            If there is no such problem, or its file is wrong.
        """
        problem = _load(name, _stamp(name)) if given is None else worded(given)
        return cls(name, problem.fingerprint, given)

    def load(self) -> Problem:
        """The problem, loaded once a process as long as its file stays as it is.

        Raises
        ------
        UserError
            If it cannot be loaded any more, or its mathematics is another than at the beginning.
        """
        problem = self.given or _load(self.name, _stamp(self.name))
        if problem.fingerprint != self.fingerprint:
            raise UserError(
                f"{self.name}: the problem has changed since this work began; "
                "undo the change, or start again in another folder"
            )
        return problem

    def text(self) -> str:
        """The text of the problem's file; empty where there is none that can be read."""
        if self.given is None:
            return text_of(self.name)
        return source_text(self.given)


@functools.lru_cache(maxsize=4)
def _load(name: str, stamp: tuple[int, int] | None) -> Problem:
    with undisturbed():
        return load(name)


def _stamp(name: str) -> tuple[int, int] | None:
    """What tells a user's file from the same one edited; None for the toolkit's problems."""
    try:
        facts = Path(name).expanduser().stat()
    except (OSError, RuntimeError, ValueError):  # what is wrong is told where it is loaded
        return None
    return facts.st_mtime_ns, facts.st_size
