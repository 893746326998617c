"""Performance profiles: the share of problems that are solved within a factor of the best.

Of each problem the factor of a column is its error over the least of all columns; its profile at
τ is the share of problems with a factor of at most τ. So it begins with the share of problems on
which it is best, and where it ends is what it solves at all.

Source: Dolan & Moré 2002, Mathematical Programming 91, 201-213.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from experiments.arena.ratios import ratio


def factors(
    errors: Mapping[str, Mapping[str, float]], problems: Sequence[str]
) -> dict[str, list[float]]:
    """The factors of each column, in rising order; infinite where it has no answer.

    Problems on which nobody has an answer do not count.

    Parameters
    ----------
    errors
        Of each column, on each problem.

    Examples
    --------
    >>> errors = {"a": {"wave": 0.1, "heat": 0.4}, "b": {"wave": 0.3, "heat": 0.1}}
    >>> {name: [round(one, 9) for one in of] for name, of in
    ...  factors(errors, ["wave", "heat"]).items()}
    {'a': [1.0, 4.0], 'b': [1.0, 3.0]}
    """
    best = {
        problem: min((by.get(problem, math.inf) for by in errors.values()), default=math.inf)
        for problem in problems
    }
    counted = [problem for problem, least in best.items() if math.isfinite(least)]
    return {
        column: sorted(ratio(by.get(problem, math.inf), best[problem]) for problem in counted)
        for column, by in errors.items()
    }


def share(factors: Sequence[float], within: float) -> float:
    """The share of problems with a factor of at most ``within``.

    >>> share([1.0, 1.0, 4.0, math.inf], 2.0)
    0.5
    """
    return bisect_right(factors, within) / len(factors) if factors else 0.0
