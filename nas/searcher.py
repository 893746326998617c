"""A search in the manner of scikit-learn: ``Searcher(out=…).fit(problem).predict(points)``."""

import os
from collections.abc import Mapping
from typing import Any, Self

from nas.errors import UserError
from nas.problems import Problem
from nas.result import Result
from nas.search_spaces import SearchSpace
from nas.searching import search


class Searcher:
    """Searches an architecture for a problem, and predicts with the network that it recommends.

    Parameters
    ----------
    space, out, budget, settings
        As of `nas.search`: where nothing but ``out`` is given, the defaults are searched.

    Attributes
    ----------
    result_
        The `nas.Result`, once it is fitted.

    Examples
    --------
    >>> searcher = Searcher(budget="1m", out="runs/burgers").fit("burgers")  # doctest: +SKIP
    >>> searcher.predict(x=[-0.5, 0.5], t=0.3).shape  # doctest: +SKIP
    (2,)
    >>> Searcher(out="runs/burgers").predict(x=0.5, t=0.3)
    Traceback (most recent call last):
    nas.errors.UserError: Searcher: expected fit(problem) before predict
    """

    result_: Result

    def __init__(
        self,
        space: SearchSpace | str | Mapping[str, Any] | None = None,
        *,
        out: str | os.PathLike[str],
        budget: str | float | None = None,
        **settings: Any,
    ) -> None:
        self.space, self.out, self.budget, self.settings = space, out, budget, settings

    def fit(self, problem: Problem | str) -> Self:
        """Run the search, or resume the one that ``out`` holds; raises as `nas.search`."""
        self.result_ = search(
            problem, self.space, out=self.out, budget=self.budget, **self.settings
        )
        return self

    def predict(self, points: Any = None, /, **coordinates: Any) -> Any:
        """The fields at points (N, D), or at coordinates by name (see `nas.load`)."""
        if not hasattr(self, "result_"):
            raise UserError("Searcher: expected fit(problem) before predict")
        return self.result_.network(points, **coordinates)
