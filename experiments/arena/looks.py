"""What is seen of a column at work: the best network so far, again and again, by the CPU's clock.

The best is that with the least held-out loss. Its error is measured while the clock stands still.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from experiments.arena.truth import Evaluate, Truth
from nas.campaign.evaluation import evaluate
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.training.unknowns import estimates

GRACE = 0.05  # the share by which an answer may be later than its budget


class Look(NamedTuple):
    """The best network at some moment.

    >>> Look(60.0, 1e-8, 1e-4).coefficients is None
    True
    """

    seconds: float  # of CPU time, since the work began
    loss: float  # held-out
    error: float  # relative L2, of all fields together
    coefficients: float | None = None  # the largest relative error of the unknown ones


@dataclass
class Looks:
    """The looks at a column that works on ``problem``; the clock begins with the first reading.

    Parameters
    ----------
    clock
        Seconds of CPU time of this process.

    Examples
    --------
    >>> from nas.problems import load
    >>> problem = load("helmholtz")
    >>> looks = Looks(problem, Truth(problem), clock=iter([5.0, 9.0]).__next__)
    >>> looks.seconds, looks.seconds
    (0.0, 4.0)
    """

    problem: Problem
    truth: Truth
    clock: Callable[[], float] = time.process_time
    found: list[Look] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    _begun: float | None = None  # later by what it stood still
    _held: float | None = None  # what it shows as long as it stands still

    @property
    def seconds(self) -> float:
        """CPU seconds spent so far, without those of `paused`."""
        if self._held is not None:
            return self._held
        now = self.clock()
        if self._begun is None:
            self._begun = now
        return now - self._begun

    @property
    def best_loss(self) -> float:
        """The least held-out loss so far; infinite before the first look."""
        return self.found[-1].loss if self.found else math.inf

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the clock stand still."""
        if self._held is not None:  # it does already
            yield
            return
        self._held = self.seconds
        try:
            yield
        finally:
            self._begun, self._held = self.clock() - self._held, None

    def look(
        self, loss: float, answer: Evaluate, coefficients: Mapping[str, float] | None = None
    ) -> None:
        """Look at a network with this held-out loss; what is no better than before is not kept.

        Parameters
        ----------
        answer
            The network's fields at points.
        coefficients
            What it found for the unknown ones.
        """
        if loss < self.best_loss or not self.found:
            with self.paused():
                error = self.truth.error(answer)
                of_coefficients = self.truth.of_coefficients(coefficients or {})
            self.add(loss, error, of_coefficients)

    def look_at(self, loss: float, mixture: Mixture) -> None:
        """`look` at a mixture."""
        with self.paused():
            found = estimates(self.problem, mixture.raw)
        self.look(loss, lambda points: evaluate(self.problem, mixture, points)[0], found)

    def add(self, loss: float, error: float, coefficients: float | None = None) -> None:
        """Add a look whose errors are known."""
        loss = loss if math.isfinite(loss) else math.inf
        self.found.append(Look(self.seconds, loss, error, coefficients))

    def tell(self, **facts: Any) -> None:
        """Keep what else is worth knowing: numbers and words."""
        self.told |= facts


def at(looks: Sequence[Look], budget: float) -> Look | None:
    """The last look within the budget; None where the first came too late.

    >>> looks = [Look(20.0, 1e-2, 0.3), Look(61.0, 1e-4, 0.1), Look(290.0, 1e-6, 0.01)]
    >>> at(looks, 60.0).error, at(looks, 300.0).error, at(looks, 10.0)
    (0.1, 0.01, None)
    """
    within = [look for look in looks if look.seconds <= (1 + GRACE) * budget]
    return within[-1] if within else None
