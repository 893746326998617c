"""Every candidate learns by itself, all of a round in one go; the leaders of a round learn on.

Axis legend: E experts.
"""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.collocation import Sampler
from nas.training.meter import Meter
from nas.training.physics_loss import HeldOutLoss
from nas.training.pool.leaders import leaders
from nas.training.pool.settings import PoolSettings
from nas.training.run_result import Progress

NAME = "warm-up"


@dataclass(frozen=True)
class Learnt:
    """What a candidate has learnt by the end of a round.

    Examples
    --------
    >>> Learnt(index=3, round=0, iterations=34, held_out_loss=1e-3).round
    0
    """

    index: int  # in the pool
    round: int
    iterations: int  # of that round
    held_out_loss: float


class PoolLearning:
    """Teaches a pool, as long as a meter allows; `run` may be called again after a stop.

    Parameters
    ----------
    problem
        What the physics loss is of.
    mixture
        The whole pool, untrained; its experts are trained in place, its gate is not touched.
    sampler
        Where points come from, held-out ones as well.
    settings
        The rounds.
    meter
        How long each may take: the stages ``round 1``, ``round 2``, …

    Examples
    --------
    >>> from nas.problems.terms import PointCounts
    >>> from nas.training import example
    >>> from nas.training.pool import PoolSettings, Round
    >>> rounds = Round(3, PointCounts(16, 1), 0.5), Round(2, PointCounts(32, 1), 1.0)
    >>> method = example.settings().warm_up.method
    >>> meter = Meter(seconds=0.0, counts={"round 1": 4, "round 2": 6})
    >>> settings = PoolSettings(rounds, method)
    >>> pool = PoolLearning(example.PROBLEM, example.mixture(), example.SAMPLER, settings, meter)
    >>> pool.run()
    True
    >>> [(one.index, one.round, one.iterations) for one in pool.learnt]
    [(0, 0, 4), (2, 0, 4), (1, 0, 4), (2, 1, 6), (1, 1, 6)]
    """

    def __init__(
        self,
        problem: Problem,
        mixture: Mixture,
        sampler: Sampler,
        settings: PoolSettings,
        meter: Meter,
    ) -> None:
        self.problem, self.mixture, self.sampler = problem, mixture.double(), sampler
        self.settings, self.meter = settings, meter
        self.learnt: list[Learnt] = []
        self.round = 0
        self.evaluations = 0  # points, times the candidates that learnt from them
        self._measure = HeldOutLoss(problem, sampler, mixture.centre)
        self._part = self.mixture  # the candidates of the present round
        self._begin(self.mixture.alive)

    @property
    def losses(self) -> dict[int, float]:
        """The latest held-out loss of each candidate, by its index; none before a round is over."""
        return {one.index: one.held_out_loss for one in self.learnt}

    @property
    def finished(self) -> bool:
        """Whether all rounds are over."""
        return self.round == len(self.settings.rounds)

    @property
    def step(self) -> int:
        """Iterations done, of all rounds."""
        return sum(self.meter.counts.values())

    def run(
        self,
        should_stop: Callable[[], bool] = lambda: False,
        watch: Callable[[Progress], None] = lambda progress: None,
    ) -> bool:
        """Go on until all rounds are over, or until ``should_stop()``: then false."""
        while not self.finished:
            until = self.settings.rounds[self.round].until
            while self.meter.goes_on(self._stage, until):
                self._advance(watch)
                if should_stop():
                    return False
            self._end()
        return True

    def state(self) -> dict[str, Any]:
        """All that `restore` needs, in another process."""
        return {
            "round": self.round,
            "learnt": [vars(one) for one in self.learnt],
            "evaluations": self.evaluations,
            "meter": self.meter.state(),
            "mixture": self.mixture.state_dict(),
            "alive": self._part.alive,
            "part": self._part.state_dict(),
            "method": None if self.finished else self._learning.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.round, self.evaluations = state["round"], state["evaluations"]
        self.learnt = [Learnt(**one) for one in state["learnt"]]
        self.meter.restore(state["meter"])
        self.mixture.load_state_dict(state["mixture"])
        self._begin(state["alive"])
        self._part.load_state_dict(state["part"])
        if not self.finished:
            self._learning.restore(state["method"])

    @property
    def _stage(self) -> str:
        return f"round {self.round + 1}"

    def _advance(self, watch: Callable[[Progress], None]) -> None:
        before = self._learning.points_seen
        losses = self._learning.advance(self.meter.counts[self._stage] - 1)
        self.evaluations += (self._learning.points_seen - before) * len(losses)
        best = float(losses.nan_to_num(nan=torch.inf, posinf=torch.inf).min())
        watch(Progress(NAME, self.meter.share(), self.step, best, len(losses)))

    def _end(self) -> None:
        """Note what the candidates of the round have learnt, and begin the next with the best."""
        self.mixture.adopt(self._part, {index: index for index in self._part.alive})
        iterations = self.meter.counts.get(self._stage, 0)
        losses = self._measure.individual(self._part)
        for index, loss in zip(self._part.alive, losses, strict=True):
            finite = loss if math.isfinite(loss) else math.inf
            self.learnt.append(Learnt(index, self.round, iterations, finite))
        self.round += 1
        if not self.finished:
            last = {one.index: one.held_out_loss for one in self.learnt[-len(losses) :]}
            keep = self.settings.rounds[self.round].keep
            self._begin(leaders(last, self.mixture.pool, keep))

    def _begin(self, indices: Sequence[int]) -> None:
        """Let the candidates at ``indices`` be those of the round, as far as they have learnt."""
        if len(indices) == len(self.mixture.alive):
            self._part = self.mixture
        else:
            self._part = only(self.mixture, indices)
        if not self.finished:
            settings = self.settings
            sampler = replace(self.sampler, counts=settings.rounds[self.round].counts)
            self._learning = settings.method.begin(self.problem, self._part, sampler, 0)


def only(mixture: Mixture, indices: Sequence[int]) -> Mixture:
    """A copy of ``mixture`` with the experts at ``indices`` in the pool alone.

    A single one brings its own unknown coefficients with it.

    Examples
    --------
    >>> from nas.training import example
    >>> only(example.mixture(), [2]).alive
    [2]
    """
    part = copy.deepcopy(mixture)
    for index in set(part.alive) - set(indices):
        part.drop(index)
    if len(indices) == 1:
        part.start_unknown(indices[0])
    return part
