"""Candidates that learn their output layer alone, from narrow to wide, while that pays.

A least-squares problem of n columns takes n³, and what twice as many are worth is told by the last
doubling: where a solution is smooth on the scale of the waves the loss falls by orders of magnitude
each time, and elsewhere hardly.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch

from nas.mixture.experts import ExpertStack
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.search_spaces.candidates import OUTPUT
from nas.training.collocation import Sampler
from nas.training.least_squares.outputs import OutputLearning
from nas.training.meter import Meter

WORTH = 1 / 3  # of the loss: what wider ones have to reach for still wider ones to be tried
COST = 1e-8  # seconds for each cube of the number of columns, all steps of an expert together


class Outputs:
    """Solves them in stages ``outputs WIDTH``; `run` may be called again after a stop.

    Parameters
    ----------
    until
        The share of the budget at which they have to be done.

    Examples
    --------
    >>> from nas.mixture.gates.perceptron import GateSettings
    >>> from nas.search_spaces import Candidate
    >>> from nas.training import example
    >>> waves = [Candidate("sine", 1, n, scale=0.25, learns="output") for n in (4, 20)]
    >>> mixture = Mixture(waves, GateSettings(1, 4), [(0.0, 1.0)], outputs=1, seed=0)
    >>> outputs = Outputs(example.PROBLEM, mixture, example.SAMPLER, Meter(10.0), until=1.0)
    >>> outputs.run(lambda: False), sorted(outputs.solved)
    (True, [0, 1])
    """

    def __init__(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, meter: Meter, until: float
    ) -> None:
        self._problem, self._mixture, self._sampler = problem, mixture, sampler
        self._meter, self._until = meter, until
        self.solved: list[int] = []  # indices in the pool
        self.evaluations = 0
        self._best = torch.inf

    def run(self, should_stop: Callable[[], bool]) -> bool:
        """Go on until they are solved as far as it pays; false if ``should_stop()`` before."""
        for stack in self._waiting():
            before = self._best
            learning = OutputLearning(self._problem, self._mixture, self._sampler, [stack])
            while not learning.finished and self._goes_on(stack):
                losses = learning.advance()
                self._best = min(self._best, float(losses.nan_to_num(torch.inf).min()))
                if should_stop():
                    self._meter.forget(self._stage(stack))
                    return False
            self.evaluations += learning.points_seen
            if not learning.points_seen:
                return True
            self._best = min(self._best, float(learning.losses.nan_to_num(torch.inf).min()))
            self.solved += [index for index, _ in stack.members]
            if self._best > WORTH * before:
                return True
        return True

    def state(self) -> dict[str, Any]:
        """All that `restore` needs beside the mixture: what is under way begins anew."""
        return {"solved": self.solved, "evaluations": self.evaluations, "best": self._best}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.solved, self.evaluations = state["solved"], state["evaluations"]
        self._best = state["best"]

    def _waiting(self) -> Iterator[ExpertStack]:
        stacks = [one for one in self._mixture.expert_stacks if one.learns == OUTPUT]
        for stack in sorted(stacks, key=lambda one: one.members[0][1].width):
            if stack.members[0][0] not in self.solved:
                yield stack

    def _stage(self, stack: ExpertStack) -> str:
        return f"outputs {stack.members[0][1].width}"

    def _goes_on(self, stack: ExpertStack) -> bool:
        """Whether there is time for another step of all in ``stack``."""
        columns = stack.members[0][1].width * len(self._problem.fields)
        cost = COST * len(stack.members) * columns**3
        return self._meter.goes_on(self._stage(stack), self._until, cost)
