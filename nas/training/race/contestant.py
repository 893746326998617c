"""A contestant: a mixture that is fine-tuned whenever it is its turn."""

import math
from typing import Any

from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.collocation import Sampler
from nas.training.fine_tuning import FineTuning, FineTuningSettings
from nas.training.run_log import RunLog


class Contestant:
    """A fine-tuning with its log.

    Parameters
    ----------
    problem, sampler, settings
        See `FineTuning`.
    name
        What the record calls it.
    mixture
        A team or a single network, as far as it has learnt; trained in place.

    Examples
    --------
    >>> from nas.training import example
    >>> tuning = example.settings().fine_tuning
    >>> one = Contestant(example.PROBLEM, example.SAMPLER, tuning, "all", example.mixture())
    >>> before = one.loss
    >>> while one.can_learn:
    ...     one.advance()
    >>> one.iterations, one.loss < 0.01 * before
    (5, True)
    """

    def __init__(
        self,
        problem: Problem,
        sampler: Sampler,
        settings: FineTuningSettings,
        name: str,
        mixture: Mixture,
    ) -> None:
        self.name = name
        self.log = RunLog(problem)
        self.tuning = FineTuning(problem, mixture, sampler, settings)

    @property
    def loss(self) -> float:
        """The least held-out loss so far."""
        return self.tuning.best_loss

    @property
    def iterations(self) -> int:
        """Done so far."""
        return self.tuning.iterations

    @property
    def can_learn(self) -> bool:
        """Whether there is any use in giving it more time."""
        return not self.tuning.finished

    @property
    def mixture(self) -> Mixture:
        """As it is now, which need not be its best state."""
        return self.tuning.mixture

    def advance(self) -> None:
        """Do an iteration."""
        tuning = self.tuning
        loss = tuning.advance()
        if not tuning.due:
            return
        value = float(loss)
        if math.isfinite(value):
            reading = tuning.report(value)
            self.log.add(tuning.name, tuning.iterations, reading, tuning.mixture)
            self.log.add_unknown(tuning.name, tuning.iterations, tuning.mixture.raw)

    def state(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"tuning": self.tuning.state(), "log": self.log.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.tuning.restore(state["tuning"])
        self.log.restore(state["log"])
