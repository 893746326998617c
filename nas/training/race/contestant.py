"""A contestant: a mixture that learns on whenever it is its turn.

It is fine-tuned, and then corrected: what training leaves is solved for in random waves. One that
is random waves itself, whose output layer alone was learnt, can be corrected but not fine-tuned.
"""

import copy
import math
from typing import Any

from torch import Tensor

from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.search_spaces.candidates import OUTPUT
from nas.training.collocation import Sampler
from nas.training.fine_tuning import FineTuning, FineTuningSettings
from nas.training.least_squares.answer import of_mixture
from nas.training.least_squares.correction import Correction
from nas.training.least_squares.correction_search import CorrectionSearch
from nas.training.phase import Reading
from nas.training.run_log import RunLog

CORRECTION = "correction"  # the phase, for tables and people


class Contestant:
    """A fine-tuning and a search for a correction, with their log.

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
    >>> tuned = one.loss
    >>> one.begin_correction(columns=100)
    >>> while one.can_be_corrected:
    ...     one.correct()
    >>> one.loss < 1e-6 * tuned, one.result().parameters_alive > one.tuning.mixture.parameters_alive
    (True, True)
    """

    def __init__(
        self,
        problem: Problem,
        sampler: Sampler,
        settings: FineTuningSettings,
        name: str,
        mixture: Mixture,
    ) -> None:
        self.name, self._sampler = name, sampler
        self.log = RunLog(problem)
        self.tuning = FineTuning(problem, mixture, sampler, settings)
        learning = {mixture.pool[index].learns for index in mixture.alive}
        self.is_trained = learning != {OUTPUT}  # rather than solved for
        self.stalls = 0  # how often its loss has hardly fallen any more
        self.search: CorrectionSearch | None = None
        self._columns = self._solves = 0
        self._log_before = self.log.state()  # before the search
        # Of a search that has been left: the state that it corrected, and what it found.
        self._earlier: tuple[dict[str, Tensor], Correction] | None = None

    @property
    def loss(self) -> float:
        """The least held-out loss so far."""
        return min([self.tuning.best_loss, *(one.loss for _, one in self._corrections())])

    @property
    def iterations(self) -> int:
        """Of the fine-tuning, done so far."""
        return self.tuning.iterations

    @property
    def members(self) -> str:
        """The architectures that it consists of."""
        return " with ".join(str(self.mixture.pool[index]) for index in self.mixture.alive)

    @property
    def is_trained_network(self) -> bool:
        """Whether it is a network whose initial weights are all there is to its luck."""
        return self.is_trained and len(self.mixture.alive) == 1

    @property
    def can_learn(self) -> bool:
        """Whether there is any use in fine-tuning it on."""
        return self.is_trained and not self.tuning.finished

    @property
    def can_be_corrected(self) -> bool:
        """Whether a search for a correction is under way."""
        return self.search is not None and not self.search.finished

    @property
    def mixture(self) -> Mixture:
        """As it is now, which need not be its best state."""
        return self.tuning.mixture

    @property
    def cost(self) -> float:
        """About how many seconds the next solve for a correction takes."""
        return 0.0 if self.search is None else self.search.cost

    def advance(self) -> None:
        """Do an iteration of the fine-tuning."""
        tuning = self.tuning
        loss = tuning.advance()
        if not tuning.due:
            return
        value = float(loss)
        if math.isfinite(value):
            reading = tuning.report(value)
            self.log.add(tuning.name, tuning.iterations, reading, tuning.mixture)
            self.log.add_unknown(tuning.name, tuning.iterations, tuning.mixture.raw)
        self.stalls += not tuning.best_losses  # since it is refined

    def begin_correction(self, columns: int) -> None:
        """Begin to look for a correction of the best state, of at most so many ``columns``."""
        self._columns, self._solves = columns, 0
        self._log_before = copy.deepcopy(self.log.state())
        # Of a copy: should there be more time, the training goes on from where it is.
        answer = of_mixture(self._as(self.tuning.best))
        self.search = CorrectionSearch(self._sampler, answer, columns)

    def leave_correction(self) -> None:
        """Go on with the fine-tuning, as if no correction had been looked for; keep the best."""
        self._earlier = min(self._corrections(), key=lambda one: one[1].loss, default=None)
        self._columns, self.search = 0, None
        self.log.restore(self._log_before)

    def correct(self) -> None:
        """Do a solve."""
        assert self.search is not None, "`begin_correction` comes first"
        before = self.search.loss
        self.search.advance()
        self._solves += 1
        if self.search.loss < before:
            reading = Reading(self.search.loss, self.search.loss)
            self.log.add(CORRECTION, self.iterations + self._solves, reading, self.result())

    def result(self) -> Mixture:
        """A copy of its best state, with the correction if there is one."""
        base, found = min(
            self._corrections(), key=lambda one: one[1].loss, default=(self.tuning.best, None)
        )
        if found is None or found.loss >= self.tuning.best_loss:
            return self._as(self.tuning.best)
        return self._as(base).corrected(found.candidate, found.weights, found.biases, found.unknown)

    def _corrections(self) -> list[tuple[dict[str, Tensor], Correction]]:
        """Those that were found, with the states that they correct."""
        found = [] if self._earlier is None else [self._earlier]
        if self.search is not None and self.search.best is not None:
            found.append((self.tuning.best, self.search.best))
        return found

    def _as(self, state: dict[str, Tensor]) -> Mixture:
        """A copy of the mixture in a ``state``."""
        made = copy.deepcopy(self.mixture)
        made.load_state_dict(state)
        return made

    def state(self) -> dict[str, Any]:
        """For a checkpoint; a search is repeated from it."""
        earlier = self._earlier
        return {
            "tuning": self.tuning.state(),
            "stalls": self.stalls,
            "log": self.log.state(),
            "columns": self._columns,
            "solves": self._solves,
            "log before": self._log_before,
            "earlier": None if earlier is None else [earlier[0], earlier[1].packed()],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.tuning.restore(state["tuning"])
        self.stalls = state["stalls"]
        earlier = state["earlier"]
        self._earlier = None if earlier is None else (earlier[0], Correction.unpacked(earlier[1]))
        if state["columns"]:
            self.begin_correction(state["columns"])
            for _ in range(state["solves"]):
                self.correct()
        self.log = RunLog(self._sampler.problem)
        self.log.restore(state["log"])
        self._log_before = state["log before"]
