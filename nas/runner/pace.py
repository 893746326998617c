"""How long a job will still take before any has ended: by its phases, each at a pace of its own.

What a step costs in a phase is measured as soon as a job is in it. Of a phase that none has reached
it is guessed from the phases before, and since such a guess is rough, a range is told.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nas.runner.progress import Progress

ROUGH = 3.0  # a guess may be as many times too large or too small


@dataclass(frozen=True)
class Part:
    """A phase of a job, or several that cost alike.

    Parameters
    ----------
    phases
        Their names, as in the job's signs of life.
    share
        Of the job's steps.
    cost
        Of a step, beside those of the other parts: a guess, for as long as none has been measured.

    Examples
    --------
    >>> Part(("warm-up",), share=0.5).cost
    1.0
    """

    phases: tuple[str, ...]
    share: float
    cost: float = 1.0


@dataclass(frozen=True)
class Between:
    """Seconds, at least and at most; the same where they are no guess.

    Examples
    --------
    >>> Between(60.0, 180.0) + Between(10.0, 10.0)
    Between(least=70.0, most=190.0)
    >>> 2 * Between(60.0, 180.0)
    Between(least=120.0, most=360.0)
    """

    least: float
    most: float

    def __add__(self, other: "Between") -> "Between":
        return Between(self.least + other.least, self.most + other.most)

    def __rmul__(self, factor: float) -> "Between":
        return Between(factor * self.least, factor * self.most)


class Pace:
    """What each phase costs, as far as it has been seen.

    Examples
    --------
    A quarter of all steps took 10 s. The next quarter, of the same phase, takes 10 s more; the
    other half, of a phase that nobody has seen, some 20 s:

    >>> pace, parts = Pace(), [Part(("warm-up",), 0.5), Part(("selection",), 0.5)]
    >>> for seconds, done in ((0.0, 0.0), (10.0, 0.25)):
    ...     now = Progress(0, seconds, "warm-up", done, step=0)
    ...     pace.note(Path("a"), now)
    >>> left = pace.left(parts, now)
    >>> round(left.least, 1), round(left.most, 1)
    (16.7, 70.0)
    """

    def __init__(self) -> None:
        self._last: dict[Path, Progress] = {}
        self._seconds: defaultdict[str, float] = defaultdict(float)  # that each phase took
        self._done: defaultdict[str, float] = defaultdict(float)  # and the share of a job's steps

    def note(self, folder: Path, now: Progress) -> None:
        """Take a sign of life of the job in ``folder``; what is between two phases is of none."""
        last = self._last.get(folder)
        self._last[folder] = now
        if last and (last.attempt, last.phase) == (now.attempt, now.phase):
            self._seconds[now.phase] += max(now.seconds - last.seconds, 0.0)
            self._done[now.phase] += max(now.done - last.done, 0.0)

    def left(self, parts: Sequence[Part], now: Progress | None = None) -> Between | None:
        """What a job of these ``parts`` still takes, begun or not; None where no part was seen."""
        seen = [cost / part.cost for part in parts if (cost := self._seen(part))]
        if not seen:
            return None
        usual, done = sum(seen) / len(seen), now.done if now else 0.0
        total, end, under_way = Between(0.0, 0.0), 0.0, _at(parts, now)
        for number, part in enumerate(parts):
            end += part.share
            if number >= under_way:
                total += min(part.share, max(end - done, 0.0)) * self._cost(part, usual)
        return total

    def _cost(self, part: Part, usual: float) -> Between:
        """Seconds for all steps of a job, if they were all of this part."""
        cost = self._seen(part)
        if cost:
            return Between(cost, cost)
        return Between(usual * part.cost / ROUGH, usual * part.cost * ROUGH)

    def _seen(self, part: Part) -> float:
        """The same, as it was measured; 0 where it was not."""
        done = sum(self._done[phase] for phase in part.phases)
        return sum(self._seconds[phase] for phase in part.phases) / done if done else 0.0


def _at(parts: Sequence[Part], now: Progress | None) -> int:
    """Which part is under way."""
    at = (n for n, part in enumerate(parts) if now and now.phase in part.phases)
    return next(at, 0)
