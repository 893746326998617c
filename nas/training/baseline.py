"""Every candidate alone: what a choice among them is measured against.

Axis legend: E candidates.

In the warm-up all learn at once, as one stacked program with a loss for each: there a network by
itself is bound by the cost of calls. Then each is fine-tuned as a mixture of one, in which
arithmetic on its own matrices is nearly all: to stack these would save nothing, and all would
have to wait for the slowest.
"""

import copy
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training import checkpoint, fine_tuning
from nas.training.fine_tuning import FineTuning
from nas.training.loss import individual_losses
from nas.training.search import WARM_UP
from nas.training.trainer import SAVE_AFTER, Progress, RunSettings
from nas.training.warm_up import begin

NO_GATE = GateSettings(depth=0)  # what a mixture of one needs


@dataclass(frozen=True)
class Single:
    """What became of one candidate, trained alone.

    ``individual_loss`` and ``held_out_loss`` are physics losses on held-out points, after the warm-up and
    at the end; ``seconds`` are wall time, with an equal share of the warm-up; ``measured`` is what
    the caller wanted to know of the network.
    """

    index: int
    parameters: int
    individual_loss: float
    held_out_loss: float
    iterations: int  # of the fine-tuning
    evaluations: int  # points
    seconds: float
    reason: str  # why the fine-tuning ended early, if it did
    measured: float | None


class Baseline:
    """Trains each candidate of ``settings.pool`` alone; may go on in a new process.

    Parameters
    ----------
    problem, settings
        What to train; gate, exponent, threshold and Adam's steps do not matter.
    measure
        Is told each finished network.
    path
        Of the checkpoint; None keeps nothing.
    """

    def __init__(
        self,
        problem: Problem,
        settings: RunSettings,
        measure: Callable[[Mixture], float | None] = lambda mixture: None,
        path: Path | None = None,
    ) -> None:
        self.problem, self.settings, self.path = problem, settings, path
        self._measure = measure
        bounds, outputs = problem.domain.bounds, len(problem.fields)
        mixture = Mixture(
            settings.pool, NO_GATE, bounds, outputs, settings.seed, names=problem.coordinates
        )
        self._mixture = mixture.to(device=settings.device, dtype=settings.dtype)
        self._warm_up = begin(problem, self._mixture, settings.sampler, settings.search.warm_up)
        self._iterations = 0  # of the warm-up
        self._individual_losses: list[float] = []
        self._tuning: FineTuning | None = None
        self._seconds = 0.0  # of the warm-up, then of the present fine-tuning
        self._share = 0.0  # of the warm-up's seconds
        self.singles: list[Single] = []
        if path is not None and path.exists():
            self._restore(checkpoint.load(path))
        self._saved = self._looked = time.monotonic()

    @property
    def step(self) -> int:
        """Iterations done, of the warm-up and of all fine-tunings."""
        tuning = self._tuning.iterations if self._tuning else 0
        return self._iterations + sum(single.iterations for single in self.singles) + tuning

    def run(
        self,
        should_stop: Callable[[], bool] = lambda: False,
        watch: Callable[[Progress], None] = lambda progress: None,
    ) -> list[Single] | None:
        """Go on until all are trained, in the order of the pool, or until ``should_stop()``: None.

        Raises
        ------
        UserError
            If a checkpoint cannot be written; the previous one is kept.
        """
        self._looked = time.monotonic()
        while self._iterations < self.settings.search.warm_up.iterations:
            if should_stop():
                self._save()
                return None
            losses = self._warm_up.advance(self._iterations)
            self._iterations += 1
            self._tell(watch, WARM_UP, float(losses.min()), len(self._mixture.alive))
        if not self._individual_losses:
            self._end_warm_up()
        while len(self.singles) < len(self.settings.pool):
            if not self._fine_tuned(should_stop, watch):
                self._save()
                return None
        self._save()
        return self.singles

    def _end_warm_up(self) -> None:
        like = self._mixture.centre
        held_out = self.settings.sampler.held_out(like.dtype, like.device)
        losses = individual_losses(self.problem, self._mixture, held_out).tolist()
        by_index = dict(zip(self._mixture.alive, losses, strict=True))
        self._individual_losses = [by_index[index] for index in range(len(self.settings.pool))]
        self._share, self._seconds = self._seconds / len(self.settings.pool), 0.0

    def _fine_tuned(
        self, should_stop: Callable[[], bool], watch: Callable[[Progress], None]
    ) -> bool:
        """Go on with the next candidate until it is done, or until ``should_stop()``: false."""
        tuning = self._tuning = self._tuning or self._begin()
        while not tuning.finished:
            if should_stop() or tuning.advance(should_stop) is None:
                return False
            self._tell(watch, fine_tuning.PHASE, tuning.held_out, 1)
        tuning.take_best()
        settings, index = self.settings.search.warm_up, len(self.singles)
        warm_up = settings.iterations * (settings.interior + settings.boundary)
        single = Single(
            index,
            tuning.mixture.expert_parameters(index),
            self._individual_losses[index],
            tuning.best_loss,
            tuning.iterations,
            warm_up + tuning.evaluations,
            self._share + self._seconds,
            tuning.ended,
            self._measure(tuning.mixture),
        )
        self.singles.append(single)
        self._tuning, self._seconds, self._looked = None, 0.0, time.monotonic()
        return True

    def _begin(self) -> FineTuning:
        """The fine-tuning of the next candidate, from what it learnt in the warm-up."""
        single = copy.deepcopy(self._mixture)
        for index in set(single.alive) - {len(self.singles)}:
            single.drop(index)
        return FineTuning(self.problem, single, self.settings.sampler, self.settings.fine_tuning)

    def _tell(
        self, watch: Callable[[Progress], None], phase: str, loss: float, experts: int
    ) -> None:
        self._look()
        warm_up, each = self.settings.search.warm_up.iterations, self.settings.fine_tuning
        tuned = len(self.singles) * each + (self._tuning.iterations if self._tuning else 0)
        done = (self._iterations + tuned) / (warm_up + len(self.settings.pool) * each)
        watch(Progress(phase, done, self.step, loss, experts))
        if self._looked - self._saved > SAVE_AFTER:
            self._save()

    def _look(self) -> None:
        """Count the time since the last look."""
        now = time.monotonic()
        self._seconds, self._looked = self._seconds + now - self._looked, now

    def _save(self) -> None:
        if self.path is None:
            return
        self._look()
        warming = not self._individual_losses
        state = {
            "iterations": self._iterations,
            "mixture": self._mixture.state_dict(),
            "warm_up": self._warm_up.state() if warming else None,
            "individual_losses": self._individual_losses,
            "seconds": [self._seconds, self._share],
            "singles": [asdict(single) for single in self.singles],
            "tuning": self._tuning.state() if self._tuning else None,
        }
        checkpoint.save(self.path, state)
        self._saved = time.monotonic()

    def _restore(self, state: dict[str, Any]) -> None:
        self._iterations, self._individual_losses = state["iterations"], state["individual_losses"]
        self._seconds, self._share = state["seconds"]
        self._mixture.load_state_dict(state["mixture"])
        if state["warm_up"] is not None:
            self._warm_up.restore(state["warm_up"])
        self.singles = [Single(**single) for single in state["singles"]]
        if state["tuning"] is not None:
            self._tuning = self._begin()
            self._tuning.restore(state["tuning"])
