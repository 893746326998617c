"""What is assessed: a trained mixture, as a function that gives jets in float64 on the CPU.

Axis legend: S derivatives, B points, D coordinates, C fields, U unknown coefficients.
"""

import copy

import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.training.least_squares.features import Answer


def of_mixture(mixture: Mixture) -> Answer:
    """The jets of a copy of ``mixture``.

    Examples
    --------
    >>> from nas.training import example
    >>> answer = of_mixture(example.mixture())
    >>> answer(torch.zeros(5, 1), DerivativeSet([(1,)], 1)).shape
    torch.Size([2, 5, 1])
    """
    made = copy.deepcopy(mixture).to("cpu", torch.float64)

    def answer(points: Tensor, derivatives: DerivativeSet) -> Tensor:
        with torch.no_grad():
            jet: Tensor = made(points, derivatives)
        return jet

    return answer


def of_experts(mixture: Mixture) -> list[Answer]:
    """The jets of each expert by itself, of a copy of ``mixture``.

    Examples
    --------
    >>> from nas.training import example
    >>> answers = of_experts(example.mixture())
    >>> len(answers), answers[0](torch.zeros(5, 1), DerivativeSet([(1,)], 1)).shape
    (3, torch.Size([2, 5, 1]))
    """
    made = copy.deepcopy(mixture).to("cpu", torch.float64)

    def of(row: int) -> Answer:
        @torch.no_grad()
        def answer(points: Tensor, derivatives: DerivativeSet) -> Tensor:
            return made.experts(made.coordinates(points, derivatives), derivatives)[row]

        return answer

    return [of(row) for row in range(len(made.alive))]


def values(problem: Problem, answer: Answer, points: Tensor) -> Tensor:
    """The fields (B, C) at ``points`` (B, D).

    Examples
    --------
    >>> from nas.training import example
    >>> values(example.PROBLEM, of_mixture(example.mixture()), torch.zeros(5, 1)).shape
    torch.Size([5, 1])
    """
    only_values = DerivativeSet([], points.shape[-1])
    jet = answer(points, only_values)
    return problem.physical(jet, only_values, points)[0, :, : len(problem.fields)]
