"""Experts that learn their output layer alone, each by least squares.

Axis legend: E experts, S derivatives, B points, C fields, U unknown coefficients, K features.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.mixture.experts import ExpertStack
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.search_spaces.candidates import OUTPUT
from nas.training.collocation import Sampler
from nas.training.least_squares.features import Answer
from nas.training.least_squares.hidden_layer import HiddenLayer, output_layer
from nas.training.least_squares.newton import Newton


class OutputLearning:
    """Those experts of a mixture that learn their output layer alone, learning in place.

    All of them, or those in some ``stacks``.

    Each takes steps of its own until it gains little more; what it has found is written into the
    mixture after each of them. Hidden layers are not touched.

    Examples
    --------
    >>> from nas.mixture.gates.perceptron import GateSettings
    >>> from nas.search_spaces import Candidate
    >>> from nas.training import example
    >>> pool = [Candidate("sine", 1, 20, scale=0.25, learns="output"), Candidate("tanh", 1, 4)]
    >>> mixture = Mixture(pool, GateSettings(1, 4), [(0.0, 1.0)], outputs=1, seed=0)
    >>> learning = OutputLearning(example.PROBLEM, mixture, example.SAMPLER)
    >>> before, after = learning.advance(), learning.advance()
    >>> before.shape, bool(after < 1e-12), learning.finished  # one of the two
    (torch.Size([1]), True, True)
    """

    def __init__(
        self,
        problem: Problem,
        mixture: Mixture,
        sampler: Sampler,
        stacks: Sequence[ExpertStack] | None = None,
    ) -> None:
        self._problem = problem
        if stacks is None:
            stacks = [stack for stack in mixture.expert_stacks if stack.learns == OUTPUT]
        self._places = [(stack, row) for stack in stacks for row in range(len(stack.members))]
        self._learners = [
            Newton(sampler, zero(problem), _hidden_layer(stack, row, mixture))
            for stack, row in self._places
        ]

    @property
    def points_seen(self) -> int:
        """How many points all of them together have been solved at."""
        return sum(learner.points_seen for learner in self._learners)

    @property
    def finished(self) -> bool:
        """Whether none has anything more to gain."""
        return all(learner.finished for learner in self._learners)

    @property
    def losses(self) -> Tensor:
        """What each has reached (E,), on the points that it was judged by last."""
        return torch.tensor([one.loss for one in self._learners], dtype=torch.float64)

    def advance(self) -> Tensor:
        """Let each take a step, if it has not finished; return their losses (E,) before it."""
        losses = []
        for learner, (stack, row) in zip(self._learners, self._places, strict=True):
            if learner.finished:
                losses.append(learner.loss)
            else:
                losses.append(learner.advance())
                self._write(learner.coefficients, stack, row)
        return torch.tensor(losses, dtype=torch.float64)

    def state(self) -> list[dict[str, Any]]:
        """What a continuation needs beside the mixture."""
        return [learner.state() for learner in self._learners]

    def restore(self, state: list[dict[str, Any]]) -> None:
        """Go on from ``state``."""
        for learner, saved in zip(self._learners, state, strict=True):
            learner.restore(saved)

    @torch.no_grad()
    def _write(self, coefficients: Tensor, stack: ExpertStack, row: int) -> None:
        of_layer = len(coefficients) - len(self._problem.unknown)
        weights, biases = output_layer(coefficients[:of_layer], len(self._problem.fields))
        stack.weights[-1][row].copy_(weights)
        stack.biases[-1][row].copy_(biases)
        if stack.unknown is not None:
            stack.unknown[row].copy_(_first(self._problem) + coefficients[of_layer:])


def zero(problem: Problem) -> Answer:
    """The answer of a network whose output layer is zero, with the first unknown coefficients.

    Examples
    --------
    >>> from nas.training import example
    >>> zero(example.PROBLEM)(torch.ones(2, 1), DerivativeSet([], 1)).flatten().tolist()
    [0.0, 0.0]
    """
    fields, first = len(problem.fields), _first(problem)

    def answer(points: Tensor, derivatives: DerivativeSet) -> Tensor:
        jet = torch.zeros(len(derivatives), len(points), fields + len(first), dtype=torch.float64)
        jet[0, :, fields:] = first
        return jet

    return answer


def _first(problem: Problem) -> Tensor:
    """The raw values (U,) that unknown coefficients begin with."""
    return torch.tensor([one.first for one in problem.unknown.values()], dtype=torch.float64)


def _hidden_layer(stack: ExpertStack, row: int, mixture: Mixture) -> HiddenLayer:
    at = torch.tensor([row], device=stack.weights[0].device)
    return HiddenLayer(stack.networks.of(at), mixture.bounds)
