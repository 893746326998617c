"""Single networks by the toolkit's own trainer, as long as there is time: who has no search.

A network learns in the warm-up and goes on in the fine-tuning. Where that ends, since nothing
lowers the loss any more, its user begins anew with other initial weights, and keeps the best.
"""

import copy
import math
import re
from collections.abc import Sequence
from dataclasses import replace

from experiments.arena.entrants import RIVAL
from experiments.arena.looks import Looks
from nas import problems
from nas.campaign import config
from nas.campaign.run_settings import points_seed, run_settings, seed_of
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.search_spaces import Candidate
from nas.training.fine_tuning import FineTuning
from nas.training.physics_loss import HeldOutLoss
from nas.training.training_settings import TrainingSettings
from nas.training.warm_up import WarmUp

FOR_EVER = 10**9  # iterations: time is what ends it


def settings(
    problem: Problem, pool: Sequence[Candidate], seed: int, start: int = 0
) -> TrainingSettings:
    """The toolkit's own, for networks that do not compete; ``start`` numbers the initial weights.

    All starts of a seed are judged on the same points.

    >>> from nas.problems import load
    >>> wave = load("wave")
    >>> first, second = (settings(wave, [Candidate("tanh", 2, 8)], 0, start) for start in (0, 1))
    >>> first.sampler == second.sampler, first.seed == second.seed
    (True, False)
    """
    campaign = config.build(problem=problem.name, seed=seed, training={"device": "cpu"})
    points = points_seed(campaign, 0)
    weights = seed_of(seed, start, 1)
    found = run_settings(problem, campaign, pool, 1.0, 0.0, weights, points)
    return replace(found, fine_tuning=replace(found.fine_tuning, iterations=FOR_EVER))


def settings_in_words() -> str:
    """All that `settings` takes from the defaults of campaigns; the same in every process.

    >>> "GaussNewton" in settings_in_words()
    True
    """
    found = settings(problems.load("helmholtz"), [RIVAL], 0)
    sampler = found.sampler
    parts = (found.warm_up, found.fine_tuning, found.dtype)
    told = repr((*parts, sampler.counts, sampler.method, sampler.held_out_share))
    return re.sub(r" at 0x[0-9a-f]+", "", told)  # where a function lies says nothing of it


class Tuning:
    """The fine-tuning of one expert of a warmed-up ``mixture``, which is left as it is."""

    def __init__(
        self, problem: Problem, mixture: Mixture, settings: TrainingSettings, index: int
    ) -> None:
        single = copy.deepcopy(mixture)
        for other in set(single.alive) - {index}:
            single.drop(other)
        single.start_unknown(index)
        self.index = index
        self._measure = HeldOutLoss(problem, settings.sampler, single.centre)
        self._tuning = FineTuning(problem, single, settings.sampler, settings.fine_tuning)
        self._last = math.inf

    @property
    def ended(self) -> str:
        """Why it has ended; empty as long as it goes on."""
        return self._tuning.ended

    @property
    def loss(self) -> float:
        """The least held-out loss so far."""
        return min(self._tuning.best_loss, self._last)

    def advance(self, looks: Looks) -> None:
        """Do an iteration; look where the fine-tuning has measured a new best."""
        before = self._tuning.best_loss
        self._tuning.advance()
        if self._tuning.best_loss < before:
            looks.look_at(self._tuning.best_loss, self._tuning.mixture)

    def look(self, looks: Looks) -> None:
        """Measure it as it is now: the fine-tuning does so every few iterations alone."""
        self._last = self._measure(self._tuning.mixture)
        looks.look_at(self._last, self._tuning.mixture)

    def until(self, seconds: float, looks: Looks) -> None:
        """Go on until the clock shows ``seconds``, or the end; one iteration at least."""
        while not self.ended:
            self.advance(looks)
            if looks.seconds >= seconds:
                break
        self.look(looks)


def warmed(warm_up: WarmUp, seconds: float, looks: Looks) -> Mixture:
    """The experts after their warm-up, or after what the clock allows of it."""
    while not warm_up.finished and looks.seconds < seconds:
        warm_up.advance()
    return warm_up.mixture


def train(
    problem: Problem,
    candidate: Candidate,
    seconds: float,
    seed: int,
    looks: Looks,
    first: int = 0,
) -> None:
    """Train ``candidate`` until the time is over, from start number ``first`` on."""
    starts, endings = first, []
    while not looks.found or looks.seconds < seconds:
        found = settings(problem, [candidate], seed, starts)
        warm_up = WarmUp(problem, found.mixture(problem), found.sampler, found.warm_up)
        tuning = Tuning(problem, warmed(warm_up, seconds, looks), found, 0)
        tuning.look(looks)
        if looks.seconds < seconds:
            tuning.until(seconds, looks)
        starts += 1
        endings.append(tuning.ended or "the time was over")
    looks.tell(starts=starts - first, endings=endings)


def ranked(losses: Sequence[float]) -> list[int]:
    """Indices by rising loss; what is not finite is last.

    >>> ranked([0.2, math.nan, 0.1])
    [2, 0, 1]
    """
    known = [loss if math.isfinite(loss) else math.inf for loss in losses]
    return sorted(range(len(losses)), key=lambda index: (known[index], index))
