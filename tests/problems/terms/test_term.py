"""How terms are put into groups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.calculus.expression import Expression, Names
from nas.problems.domains import Array, Domain
from nas.problems.sampling import Method
from nas.problems.terms import Drawn, PointCounts, Source, Term, grouped
from nas.problems.terms.expression_term import ExpressionTerm


class Given:
    """Points that are given, as a tensor or an array (n, D)."""

    points: Any

    def draw(
        self,
        domain: Domain,
        regions: Sequence[str],
        counts: PointCounts,
        *,
        seed: int,
        draw: int,
        method: Method,
    ) -> dict[str, Drawn]:
        return {"given": Drawn.bare(np.asarray(self.points))}

    def rows(self, terms: Sequence[Term], counts: PointCounts) -> int:
        return len(self.points)


@dataclass(frozen=True)
class GivenTensor(Given):
    points: Tensor


@dataclass(frozen=True, eq=False)
class GivenArray(Given):
    points: Array


@pytest.mark.parametrize(
    "source",
    [lambda: GivenTensor(torch.zeros(3, 1)), lambda: GivenArray(np.zeros((3, 1)))],
    ids=["tensor", "array"],
)
def test_sources_that_hold_points_are_told_apart_by_identity(source: Callable[[], Source]) -> None:
    value = Expression(lambda u: u, Names(("u",), ("x",)), "given", torch.zeros(2, 1))
    one, other = source(), source()
    terms = [ExpressionTerm(value, each, ("given",), (1.0,)) for each in (one, other, one)]
    groups = grouped(terms, dimension=1)
    assert [group.terms for group in groups] == [(terms[0], terms[2]), (terms[1],)]
    assert groups[0].source is one
    assert groups[1].source is other
