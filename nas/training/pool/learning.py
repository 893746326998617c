"""Every candidate learns by itself, as long as any other; the leaders of a round learn on.

In a round those of one depth and width learn in one go, and those of each have an equal part of the
time for each: what is asked is who gets furthest in a time, and a small network does not wait for
a large one.

Where the pool has candidates that learn their output layer alone, random waves are solved for
before all others, and where these are exact nobody else learns.

Axis legend: E experts.
"""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from nas.mixture.adoption import adopt
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.search_spaces.candidates import ALL, Candidate
from nas.training import warm_up
from nas.training.collocation import Sampler
from nas.training.least_squares.correction import Correction
from nas.training.meter import Meter, exploring
from nas.training.physics_loss import HeldOutLoss
from nas.training.pool.leaders import leaders
from nas.training.pool.settings import PoolSettings
from nas.training.pool.waves import WaveSearch, as_network
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
        How long each may take: the stages ``waves``, ``round 1: 2×32``, ``round 1: 3×16``, …

    Examples
    --------
    >>> from nas.problems.terms import PointCounts
    >>> from nas.training import example
    >>> from nas.training.pool import PoolSettings, Round
    >>> rounds = Round(3, PointCounts(16, 1), 0.5), Round(2, PointCounts(32, 1), 1.0)
    >>> method = example.settings().warm_up.method
    >>> counts = {"round 1: 1×2": 4, "round 1: 1×4": 5, "round 2: 1×4": 6}
    >>> meter = Meter(seconds=0.0, counts=counts)
    >>> settings = PoolSettings(rounds, method=method)
    >>> pool = PoolLearning(example.PROBLEM, example.mixture(), example.SAMPLER, settings, meter)
    >>> pool.run()
    True
    >>> [(one.index, one.round, one.iterations) for one in pool.learnt]
    [(0, 0, 4), (2, 0, 5), (1, 0, 5), (2, 1, 6), (1, 1, 6)]
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
        self._shapes: list[list[int]] = []  # those of the present round, by depth and width
        self._turn = 0  # whose turn it is: the shape's number
        self._part: Mixture | None = None  # those whose turn it is
        self._share = exploring(meter.seconds)
        self._first = 0.0  # the share of the budget at which the first round began
        self._began = 0.0  # and the present one
        self.trained = [i for i in self.mixture.alive if mixture.pool[i].learns == ALL]
        self.solved = [i for i in self.mixture.alive if i not in self.trained]
        self.found: Correction | None = None  # random waves, once the search for them is over
        self._search: WaveSearch | None = None  # while it is under way
        if self.solved:
            until, patience = (
                self._share * share for share in (settings.waves_until, settings.waves_patience)
            )
            self._search = WaveSearch(sampler, settings.most_columns, meter, until, patience)
        self._begin(self.trained)

    @property
    def losses(self) -> dict[int, float]:
        """The latest held-out loss of each candidate, by its index; none before a round is over."""
        return {one.index: one.held_out_loss for one in self.learnt}

    @property
    def waves(self) -> Mixture | None:
        """Random waves as a network in the place of the candidate that speaks of them, if found."""
        if self.found is None:
            return None
        return as_network(self.mixture, self.solved[0], self.found)

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
        if self._search is not None:
            if not self._search.run(should_stop, watch):
                return False
            self._end_search(self._search)
        while not self.finished:
            while self._part is not None:
                while self.meter.goes_on(self._stage, self._until()):
                    self._advance(watch)
                    if should_stop():
                        return False
                self._end_turn()
            self._end()
        return True

    def state(self) -> dict[str, Any]:
        """All that `restore` needs, in another process."""
        return {
            "round": self.round,
            "first": self._first,
            "began": self._began,
            "turn": self._turn,
            "shapes": self._shapes,
            "search": None if self._search is None else self._search.state(),
            "found": None if self.found is None else self.found.packed(),
            "learnt": [vars(one) for one in self.learnt],
            "evaluations": self.evaluations,
            "meter": self.meter.state(),
            "mixture": self.mixture.state_dict(),
            "part": None if self._part is None else self._part.state_dict(),
            "method": None if self._learning is None else self._learning.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.round, self.evaluations = state["round"], state["evaluations"]
        self.learnt = [Learnt(**one) for one in state["learnt"]]
        self.meter.restore(state["meter"])
        found, search = state["found"], state["search"]
        self.found = None if found is None else Correction.unpacked(found)
        if self._search is not None and search is not None:
            self._search.restore(search)
        else:
            self._search = None
        self.mixture.load_state_dict(state["mixture"])
        self._shapes = state["shapes"]
        self._first, self._began = state["first"], state["began"]
        self._take_turn(state["turn"])
        if self._part is not None:
            self._part.load_state_dict(state["part"])
        if self._learning is not None:
            self._learning.restore(state["method"])

    @property
    def _stage(self) -> str:
        return f"round {self.round + 1}: {_shape(self.mixture.pool[self._shapes[self._turn][0]])}"

    def _until(self) -> float:
        """The share of the budget at which the present turn ends: equal parts for all."""
        done = sum(map(len, self._shapes[: self._turn + 1]))
        members = sum(map(len, self._shapes))
        end = self._first + self._share * self.settings.rounds[self.round].until
        return self._began + (end - self._began) * done / members

    def _advance(self, watch: Callable[[Progress], None]) -> None:
        assert self._learning is not None
        before = self._learning.points_seen
        losses = self._learning.advance(self.meter.counts[self._stage] - 1)
        self.evaluations += (self._learning.points_seen - before) * len(losses)
        best = float(losses.nan_to_num(nan=torch.inf, posinf=torch.inf).min())
        watch(Progress(NAME, self.meter.share(), self.step, best, len(losses)))

    def _end_turn(self) -> None:
        """Note what those whose turn it was have learnt; it is the next ones' turn."""
        assert self._part is not None
        adopt(self.mixture, self._part, {index: index for index in self._part.alive})
        iterations = self.meter.counts.get(self._stage, 0)
        for index, loss in self._losses(self._part).items():
            self.learnt.append(Learnt(index, self.round, iterations, loss))
        self._take_turn(self._turn + 1)

    def _end(self) -> None:
        """Begin the next round with the best of this one."""
        of_round = [one for one in self.learnt if one.round == self.round]
        last = {one.index: one.held_out_loss for one in of_round if one.index in self.trained}
        self.round += 1
        if self.finished or not last:
            self._begin(list(last))
        else:
            keep = self.settings.rounds[self.round].keep
            self._begin(leaders(last, self.mixture.pool, keep))

    def _end_search(self, search: WaveSearch) -> None:
        """Note what random waves are worth: all, or as much as the networks have to surpass."""
        found, first = search.found, self.solved[0]
        for index in self.solved:
            loss = math.inf if found is None or index != first else found.loss
            self.learnt.append(Learnt(index, 0, search.solves, loss))
        self.found = found
        self._search, self._first = None, self.meter.share()
        self._began = self._first
        if search.exact:
            self.round = len(self.settings.rounds)

    def _losses(self, part: Mixture) -> dict[int, float]:
        """Held-out losses by index; infinite where one is no number."""
        losses = self._measure.individual(part)
        return {
            index: loss if math.isfinite(loss) else math.inf
            for index, loss in zip(part.alive, losses, strict=True)
        }

    def _begin(self, indices: Sequence[int]) -> None:
        """Let the candidates at ``indices`` be those of the round, as far as they have learnt."""
        by_shape: dict[str, list[int]] = {}
        for index in sorted(indices):
            by_shape.setdefault(_shape(self.mixture.pool[index]), []).append(index)
        self._shapes = list(by_shape.values())
        self._began = self.meter.share()
        self._take_turn(0)

    def _take_turn(self, turn: int) -> None:
        """Let the candidates of a shape learn on as far as they have learnt, if there is one."""
        self._turn = turn
        self._part = None
        self._learning: warm_up.Learning | None = None
        if not self.finished and turn < len(self._shapes):
            self._part = only(self.mixture, self._shapes[turn]).place(self.mixture.devices)
            settings = self.settings
            counts = settings.rounds[self.round].counts_of(self.problem)
            sampler = replace(self.sampler, counts=counts)
            self._learning = settings.method.begin(self.problem, self._part, sampler, 0)


def _shape(candidate: Candidate) -> str:
    return f"{candidate.depth}×{candidate.width}"


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
