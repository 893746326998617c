"""A draw of points with what is known there of a base and of features, evaluated once.

Axis legend: N tries, S derivatives, B points, C fields, U unknown coefficients, K features,
P = C·K + U, R rows.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from nas.problems import Problem
from nas.training.collocation import Points
from nas.training.least_squares.features import Answer, Features
from nas.training.least_squares.linearised import Rows, linearised_at, places


class Draw:
    """Points of a problem, and answers there: a ``base``, and it with features added.

    Examples
    --------
    Of u' + u and u(0) - 1 for the constants 0 and 2:

    >>> from nas.training import example
    >>> from nas.training.least_squares.features import Affine
    >>> def zero(points, derivatives):
    ...     return torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    >>> draw = Draw(example.PROBLEM, example.points(), zero, Affine([(0.0, 1.0)]))
    >>> tries = torch.tensor([[0.0, 0.0], [2.0, 0.0]]).double()
    >>> draw.losses(tries).tolist()
    [1.0, 5.0]
    >>> rows = draw.linearised(draw.with_added(tries[1]))
    >>> rows.matrix.shape, rows.residuals.square().sum().item()  # constant, slope, and the base's
    (torch.Size([17, 3]), 5.0)
    """

    def __init__(self, problem: Problem, points: Points, base: Answer, features: Features) -> None:
        self._problem, self._points = problem, points
        self._base = self.jets(base)
        self._features = [features.jet(*one) for one in places(problem, points)]

    @torch.no_grad()
    def jets(self, answer: Answer) -> list[Tensor]:
        """The jets (S, B, C + U) of an answer, one for each group of terms."""
        return [answer(*one).double() for one in places(self._problem, self._points)]

    def with_added(self, coefficients: Tensor) -> list[Tensor]:
        """The jets of the base with features added, in the amounts (P,)."""
        return [jet[0] for jet in self._added(coefficients[None])]

    def linearised(self, jets: Sequence[Tensor]) -> Rows:
        """Of an answer with these jets: residuals (R,), and their derivatives (R, P + 1).

        By the coefficients of features and the unknown ones; and, last, in the direction in which
        the fields of the answer are apart from those of the base.
        """
        fields = len(self._problem.fields)
        apart = [
            (jet - base)[..., :fields, None] for jet, base in zip(jets, self._base, strict=True)
        ]
        return linearised_at(self._problem, self._points, jets, self._features, apart)

    @torch.no_grad()
    def losses(self, tries: Tensor) -> Tensor:
        """The physics loss (N,) of the base with features added in each of the amounts (N, P)."""
        found = tries.new_zeros(len(tries))
        for number, jet in enumerate(self._added(tries)):
            group, sample = self._problem.groups[number], self._points.samples[number]
            for term in group.terms:
                seen = sample.seen_by(term)
                for residual in seen.weighted(self._problem, seen.part(jet), group.derivatives):
                    found += residual.square().sum(-1)
        return found

    def _added(self, tries: Tensor) -> list[Tensor]:
        """The jets (N, S, B, C + U) with each of the amounts (N, P) added."""
        fields, count = len(self._problem.fields), self._features[0].shape[-1]
        by_field = tries[:, : fields * count].reshape(-1, count)
        made = []
        for base, features in zip(self._base, self._features, strict=True):
            jet = base.repeat(len(tries), 1, 1, 1)
            added = torch.unflatten(features @ by_field.T, -1, (-1, fields))
            jet[..., :fields] += added.movedim(-2, 0)
            jet[:, 0, :, fields:] += tries[:, None, fields * count :]
            made.append(jet)
        return made
