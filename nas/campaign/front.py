"""Which networks no other beats in both loss and size: medians, the Pareto front, its knee.

Pure functions.
"""

import math
from collections.abc import Sequence
from statistics import median
from typing import Any

Objectives = tuple[float, float]  # held-out loss, surviving parameters


def objectives(runs: Sequence[dict[str, Any]]) -> Objectives | None:
    """Medians of the held-out loss and the surviving parameters over a trial's runs.

    A run that did not complete counts as an infinite loss; None if that makes the median
    infinite.

    Examples
    --------
    >>> done = {"status": "completed", "held_out_loss": 0.1, "parameters_after": 40}
    >>> objectives([done, done | {"held_out_loss": 0.3, "parameters_after": 60}])
    (0.2, 50.0)
    >>> objectives([done | {"status": "diverged"}]) is None
    True
    """
    done = [run for run in runs if run["status"] == "completed"]
    losses = [run["held_out_loss"] for run in done] + [math.inf] * (len(runs) - len(done))
    loss = median(losses)
    if not math.isfinite(loss):
        return None
    return loss, float(median(run["parameters_after"] for run in done))


def pareto_front(scores: Sequence[Objectives]) -> list[int]:
    """Indices of the scores that no other one dominates, by rising loss.

    Of equal scores the first is taken.

    Examples
    --------
    >>> pareto_front([(0.2, 10.0), (0.1, 30.0), (0.3, 20.0)])
    [1, 0]
    """
    front: list[int] = []
    for index in sorted(range(len(scores)), key=lambda index: (scores[index], index)):
        if not front or scores[index][1] < scores[front[-1]][1]:
            front.append(index)
    return front


def knee(front: Sequence[Objectives]) -> int:
    """The index on a front (by rising loss) where giving up size begins to cost accuracy.

    It is the point farthest below the chord between the front's ends, both axes logarithmic
    and scaled to [0, 1] (Das 1999), so that neither the units of loss and size nor the lengths of
    their ranges matter, and the two count alike. Where no point lies below, the least loss.

    Examples
    --------
    >>> knee([(1e-4, 10_000.0), (2e-4, 1_000.0), (1e-2, 900.0)])
    1
    """
    if len(front) < 3:
        return 0
    x = _unit([math.log(max(loss, 1e-300)) for loss, _ in front])
    y = _unit([math.log(parameters) for _, parameters in front])
    below = [
        1 - a - b for a, b in zip(x, y, strict=True)
    ]  # the chord is a + b = 1; 1 - a - b is √2 times the distance to it
    best = max(range(len(front)), key=lambda index: (below[index], -index))
    return best if below[best] > 1e-9 else 0


def _unit(values: list[float]) -> list[float]:
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 0.0 for value in values]
