"""Random waves come first: where they are exact, no network has to learn.

They are chosen from zero, for as long as twice as many pay, so that they take seconds: what the
solution is made of tells soon whether waves can say it.
"""

from collections.abc import Callable
from typing import Any

import torch

from nas.mixture.mixture import Mixture
from nas.training.collocation import Sampler
from nas.training.least_squares.correction import EXACT, Correction
from nas.training.least_squares.marching import Marching, begins
from nas.training.meter import Meter
from nas.training.run_result import Progress

STAGE = "waves"
PROMISING = 1e-3  # of the loss at zero: where waves are exact in the end, they are there in seconds
HALF = 0.5  # of the time over which a solution is sought
CHEAP = 400  # columns: of so many a solve takes a fifth of a second, and there are some dozens


class WaveSearch:
    """Looks for waves in the stage ``waves``; `run` may be called again after a stop.

    Parameters
    ----------
    sampler
        Of the problem that they solve.
    columns
        Waves times fields, at most.
    meter, until
        How long: until a share of its seconds.
    patience
        The share at which they have to promise something for a solve that is not cheap. Where the
        time grows from a short one, nothing is to be seen of it before the end; but where half of
        it is done by ``until``, there is as long again for the rest.

    Examples
    --------
    >>> from nas.training import example
    >>> waves = WaveSearch(example.SAMPLER, 200, Meter(0.0, counts={STAGE: 20}), 1.0, 1.0)
    >>> waves.run(), waves.exact, waves.found.candidate.width
    (True, True, 100)
    """

    def __init__(
        self, sampler: Sampler, columns: int, meter: Meter, until: float, patience: float
    ) -> None:
        self._meter, self._until, self._patience = meter, until, min(patience, until)
        self._search = Marching(sampler, columns)
        self._marches, self._at_zero = begins(sampler.problem), self._search.loss
        self.found: Correction | None = None  # of zero
        self.solves = 0

    @property
    def exact(self) -> bool:
        """Whether they leave nothing but rounding."""
        return self.found is not None and self.found.loss <= EXACT

    def run(
        self,
        should_stop: Callable[[], bool] = lambda: False,
        watch: Callable[[Progress], None] = lambda progress: None,
    ) -> bool:
        """Go on while it pays and there is time; false if ``should_stop()`` before."""
        search = self._search
        while not search.finished and self._meter.goes_on(STAGE, self._ends(), search.cost):
            self._solve()
            watch(Progress(STAGE, self._meter.share(), self.solves, search.loss, 1))
            if should_stop():
                return False
        return True

    def state(self) -> dict[str, Any]:
        """For a checkpoint; the search is repeated from it."""
        return {"solves": self.solves}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        while self.solves < state["solves"]:
            self._solve()

    def _ends(self) -> float:
        """The share at which the search ends, as far as it has come."""
        search = self._search
        if self._marches:
            return self._until if search.done < HALF else min(2 * self._until, 1.0)
        goes_on = search.coming <= CHEAP or search.loss <= PROMISING * self._at_zero
        return self._until if goes_on else self._patience

    def _solve(self) -> None:
        self._search.advance()
        self.solves += 1
        self.found = self._search.best


@torch.no_grad()
def as_network(mixture: Mixture, index: int, found: Correction) -> Mixture:
    """A mixture of one network: waves that were ``found``, at the ``index`` of a pool.

    Examples
    --------
    >>> from nas.training import example
    >>> waves = WaveSearch(example.SAMPLER, 200, Meter(0.0, counts={STAGE: 20}), 1.0, 1.0)
    >>> waves.run(), print(as_network(example.mixture(), 2, waves.found).pool[2])
    sine 1×100 ×0.25 output
    (True, None)
    """
    pool = list(mixture.pool)
    pool[index] = found.candidate
    made = Mixture(
        pool,
        mixture.gate.settings,
        mixture.bounds,
        mixture.outputs,
        seed=0,
        alive=[index],
        names=mixture.names,
        periodic=mixture.periodic,
        unknown=found.unknown.tolist(),
    ).double()
    (stack,) = made.expert_stacks
    for layer, value in enumerate(found.weights):
        stack.weights[layer].copy_(value[None])
    for layer, value in enumerate(found.biases):
        stack.biases[layer].copy_(value[None])
    return made
