"""A term whose residuals are an expression at single points.

Axis legend: B points, D coordinates, K columns of data, S derivatives, C fields; … any leading
axes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from torch import Tensor

from nas.calculus.expression import Expression
from nas.calculus.jets import Derivative, DerivativeSet
from nas.problems.terms.term import Source
from nas.problems.terms.weight import multiplied


@dataclass(frozen=True)
class ExpressionTerm:
    """A user's function of fields and coordinates as a `Term`.

    Parameters
    ----------
    expression
        The function, tried once.
    source, regions, weights
        As of `Term`.

    Examples
    --------
    >>> import torch
    >>> from nas.calculus.expression import Names
    >>> from nas.problems.terms.interior import INTERIOR, Interior
    >>> probe = torch.zeros(2, 1)  # (B, D)
    >>> decay = Expression(lambda u: u.t + u, Names(("u",), ("t",)), "decay", probe)
    >>> term = ExpressionTerm(decay, Interior(), (INTERIOR,), (1.0,))
    >>> sorted(term.derivatives)
    [(0,), (1,)]
    >>> derivatives = DerivativeSet(term.derivatives, dimension=1)
    >>> jet = torch.tensor([[[2.0]], [[-3.0]]])  # (S, B, C): u = 2 and u_t = -3 at one point
    >>> term.residuals(jet, derivatives, torch.zeros(1, 1), torch.empty(1, 0))
    [tensor([-1.])]
    >>> term.weights, term.weighted([4.0]).weights
    ((1.0,), (4.0,))
    """

    expression: Expression
    source: Source
    regions: tuple[str, ...]
    weights: tuple[float, ...]

    def weighted(self, factors: Sequence[float]) -> Self:
        """See `Term`."""
        return replace(self, weights=multiplied(self.weights, factors))

    @property
    def derivatives(self) -> frozenset[Derivative]:
        """See `Term`."""
        return self.expression.derivatives

    @property
    def components(self) -> frozenset[int]:
        """See `Term`."""
        return self.expression.components

    @property
    def warnings(self) -> tuple[str, ...]:
        """See `Term`."""
        return self.expression.warnings

    @property
    def probed(self) -> list[Tensor]:
        """See `Term`."""
        return self.expression.probed

    def residuals(
        self, jet: Tensor, derivatives: DerivativeSet, points: Tensor, data: Tensor
    ) -> list[Tensor]:
        """See `Term`."""
        return self.expression(jet, derivatives, points, data)
