"""The trained mixture on points: its fields, weights and experts, and its residual.

Axis legend: B points, D coordinates, E experts alive, C fields.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.problems.domains import Array
from nas.problems.terms.interior import inside
from nas.training.collocation import Sample
from nas.training.resampling import residual_sizes

CHUNK = 4096  # points that are evaluated at once: jets of many experts are large


@torch.no_grad()
def evaluate(problem: Problem, mixture: Mixture, points: Array) -> tuple[Array, Array, Array]:
    """The fields (B, C) at points (B, D), the weights (B, E), and each expert's fields (E, B, C).

    Examples
    --------
    >>> from nas.training import example
    >>> found = evaluate(example.PROBLEM, example.mixture(), np.zeros((5, 1)))
    >>> [one.shape for one in found]  # of three experts
    [(5, 1), (5, 3), (3, 5, 1)]
    """
    derivatives = DerivativeSet([], mixture.inputs)
    parts = []
    for x in _chunks(mixture, points):
        coordinates = mixture.coordinates(x, derivatives)
        experts = mixture.fields(coordinates, derivatives)
        logits = mixture.logits(coordinates, derivatives)
        correction = mixture.corrections.jet(coordinates, derivatives)
        jet = mixture.mix(derivatives, logits, experts, correction=correction)
        mixed = problem.physical(jet, derivatives, x)
        each = problem.physical(experts, derivatives, x)
        # Behind the fields stand the unknown coefficients.
        found = (
            mixed[0, :, : mixture.outputs],
            mixture.weights(logits),
            each[:, 0, :, : mixture.outputs],
        )
        parts.append(tuple(map(_array, found)))
    mixture_parts, weights_parts, experts_parts = zip(*parts, strict=True)
    return (
        np.concatenate(mixture_parts),
        np.concatenate(weights_parts),
        np.concatenate(experts_parts, axis=1),
    )


@torch.no_grad()
def residual(problem: Problem, mixture: Mixture, points: Array, *, weighted: bool = False) -> Array:
    """Root of the sum of the squared residuals of the equations (B,), at points (B, D).

    Each is as it is written, in its own units, or ``weighted`` as in the physics loss.

    Examples
    --------
    >>> from nas.training import example
    >>> residual(example.PROBLEM, example.mixture(), np.zeros((5, 1))).shape
    (5,)
    """
    group = problem.groups[0]
    sizes = np.full(len(points), np.nan)
    for region in group.regions:
        (here,) = np.nonzero(inside(problem.domain, region).contains(points))
        parts = []
        for x in _chunks(mixture, points[here]):
            rows = {other: slice(0, len(x) if other == region else 0) for other in group.regions}
            jet = mixture(x, group.derivatives)
            sample = Sample(x, x[:, :0], None, rows)
            parts.append(_array(residual_sizes(problem, jet, sample, weighted=weighted)))
        sizes[here] = np.concatenate(parts) if parts else 0.0
    return sizes


def _chunks(mixture: Mixture, points: Array) -> Iterator[Tensor]:
    """The points (B, D), some at a time, as the mixture takes them."""
    like = mixture.centre
    x = torch.as_tensor(points, device=like.device)
    return iter(torch.split(x, CHUNK))


def _array(tensor: Tensor) -> Array:
    return tensor.double().cpu().numpy()
