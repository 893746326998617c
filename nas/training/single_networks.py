"""Every candidate by itself: what a choice among them is measured against.

Axis legend: E candidates.

In the warm-up all learn at once, as one stacked program with a loss for each: there a network by
itself is bound by the cost of calls. Then each is fine-tuned as a mixture of one, in which
arithmetic on its own matrices is nearly all: to stack these would save nothing, and all would
have to wait for the slowest.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training import checkpoint
from nas.training.fine_tuning import FineTuning
from nas.training.physics_loss import HeldOutLoss
from nas.training.pool.learning import only
from nas.training.training_run import Progress
from nas.training.training_settings import TrainingSettings
from nas.training.warm_up import WarmUp


@dataclass(frozen=True)
class SingleNetwork:
    """What became of one candidate, trained by itself.

    ``individual_loss`` and ``held_out_loss`` are physics losses on held-out points, after the
    warm-up and at the end; ``seconds`` are wall time, with an equal share of the warm-up;
    ``measured`` is what the caller wanted to know of the network.

    Examples
    --------
    >>> from nas.training import example
    >>> single, *_ = SingleNetworks(example.PROBLEM, example.settings()).run()
    >>> single.index, single.parameters, single.held_out_loss < single.individual_loss
    (0, 7, True)
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


class SingleNetworks:
    """Trains each candidate of ``settings.pool`` by itself; may go on in a new process.

    Parameters
    ----------
    problem, settings
        What to train; the gate and the settings of the selection do not matter.
    measure
        Is given each finished network.
    path
        Of the checkpoint; None keeps nothing.
    save_after
        Seconds between two checkpoints.

    Examples
    --------
    >>> from nas.training import example
    >>> singles = SingleNetworks(example.PROBLEM, example.settings(), lambda one: len(one.alive))
    >>> [single.measured for single in singles.run()], singles.step
    ([1, 1, 1], 21)
    """

    def __init__(
        self,
        problem: Problem,
        settings: TrainingSettings,
        measure: Callable[[Mixture], float | None] = lambda mixture: None,
        path: Path | None = None,
        save_after: float = checkpoint.SAVE_AFTER,
    ) -> None:
        self.problem, self.settings, self.path = problem, settings, path
        self._measure = measure
        mixture = settings.mixture(problem)
        self._warm_up = WarmUp(problem, mixture, settings.sampler, settings.warm_up)
        self._individual_losses: list[float] = []  # by index; none until the warm-up is over
        self._tuning: FineTuning | None = None
        self._seconds = 0.0  # of the warm-up, then of the present fine-tuning
        self._share = 0.0  # of the warm-up's seconds
        self.singles: list[SingleNetwork] = []
        if path is not None and path.exists():
            checkpoint.resume(path, self._restore)
        self._save_after = save_after
        self._saved = self._clocked = time.monotonic()

    @property
    def step(self) -> int:
        """Iterations done, of the warm-up and of all fine-tunings."""
        tuning = self._tuning.iterations if self._tuning else 0
        return self._warm_up.step + sum(single.iterations for single in self.singles) + tuning

    def run(
        self,
        should_stop: Callable[[], bool] = lambda: False,
        watch: Callable[[Progress], None] = lambda progress: None,
    ) -> list[SingleNetwork] | None:
        """Go on until all are trained, in the order of the pool, or until ``should_stop()``: None.

        Raises
        ------
        UserError
            If a checkpoint cannot be written; the previous one is kept.
        """
        self._clocked = time.monotonic()
        while not self._warm_up.finished:
            if should_stop():
                self._save()
                return None
            loss = float(self._warm_up.advance())
            self._report(watch, self._warm_up.name, loss, len(self.settings.pool))
            self._save_in_time()
        if not self._individual_losses:
            self._end_warm_up()
        while len(self.singles) < len(self.settings.pool):
            if not self._fine_tuned(should_stop, watch):
                self._save()
                return None
        self._save()
        return self.singles

    def _end_warm_up(self) -> None:
        mixture, pool = self._warm_up.mixture, self.settings.pool
        measure = HeldOutLoss(self.problem, self.settings.sampler, mixture.centre)
        by_index = dict(zip(mixture.alive, measure.individual(mixture), strict=True))
        self._individual_losses = [by_index[index] for index in range(len(pool))]
        self._share, self._seconds = self._seconds / len(pool), 0.0

    def _fine_tuned(
        self, should_stop: Callable[[], bool], watch: Callable[[Progress], None]
    ) -> bool:
        """Go on with the next candidate until it is done, or until ``should_stop()``: false."""
        tuning = self._tuning = self._tuning or self._begin()
        while not tuning.finished:
            if should_stop():
                return False
            tuning.advance()
            if tuning.due:
                self._report(watch, tuning.name, tuning.held_out_loss, 1)
            self._save_in_time()
        tuning.take_best()
        index = len(self.singles)
        single = SingleNetwork(
            index=index,
            parameters=tuning.mixture.expert_parameters(index),
            individual_loss=self._individual_losses[index],
            held_out_loss=tuning.best_loss,
            iterations=tuning.iterations,
            evaluations=self._warm_up.evaluations // len(self.settings.pool) + tuning.evaluations,
            seconds=self._share + self._seconds,
            reason=tuning.ended,
            measured=self._measure(tuning.mixture),
        )
        self.singles.append(single)
        self._tuning, self._seconds, self._clocked = None, 0.0, time.monotonic()
        return True

    def _begin(self) -> FineTuning:
        """The fine-tuning of the next candidate, from what it learnt in the warm-up."""
        single, settings = only(self._warm_up.mixture, [len(self.singles)]), self.settings
        return FineTuning(self.problem, single, settings.sampler, settings.fine_tuning)

    def _report(
        self, watch: Callable[[Progress], None], phase: str, loss: float, experts: int
    ) -> None:
        self._clock()
        warm_up, each = self.settings.warm_up.iterations, self.settings.fine_tuning.iterations
        tuned = len(self.singles) * each + (self._tuning.iterations if self._tuning else 0)
        done = (self._warm_up.step + tuned) / (warm_up + len(self.settings.pool) * each)
        watch(Progress(phase, done, self.step, loss, experts))

    def _save_in_time(self) -> None:
        if time.monotonic() - self._saved > self._save_after:
            self._save()

    def _clock(self) -> None:
        """Count the time since the last call."""
        now = time.monotonic()
        self._seconds, self._clocked = self._seconds + now - self._clocked, now

    def _save(self) -> None:
        if self.path is None:
            return
        self._clock()
        state = {
            "warm_up": self._warm_up.state(),
            "learnt": self._warm_up.mixture.state_dict() if self._warm_up.finished else None,
            "individual_losses": self._individual_losses,
            "seconds": [self._seconds, self._share],
            "singles": [asdict(single) for single in self.singles],
            "tuning": self._tuning.state() if self._tuning else None,
        }
        checkpoint.save(self.path, state)
        self._saved = time.monotonic()

    def _restore(self, state: dict[str, Any]) -> None:
        self._warm_up.restore(state["warm_up"])
        if self._warm_up.finished:
            self._warm_up.mixture.load_state_dict(state["learnt"])
        self._individual_losses = state["individual_losses"]
        self._seconds, self._share = state["seconds"]
        self.singles = [SingleNetwork(**single) for single in state["singles"]]
        if state["tuning"] is not None:
            self._tuning = self._begin()
            self._tuning.restore(state["tuning"])
