"""What is recommended of several networks, and what is its small alternative. Pure functions.

They see held-out losses, parameters and the errors that are estimated without a known solution, of
trials or of anything else; no true errors.
"""

from collections.abc import Sequence

from nas.campaign.front import Objectives, knee, pareto_front

WITHIN = 2.0  # losses that differ by less are taken for equal: seeds differ by more
EXACT = 1e-20  # that of `nas.training.least_squares.correction`, which brings torch: only rounding


def recommended(scores: Sequence[Objectives], errors: Sequence[float | None]) -> int | None:
    """The index of the least loss, or of the smallest network that is `as_good`.

    Of equal sizes the one with less loss is taken, of equal scores the first; None where there are
    no scores.

    Examples
    --------
    >>> scores = [(1.0e-4, 900.0), (1.5e-4, 300.0), (5e-3, 100.0)]
    >>> recommended(scores, [1e-3, 1.2e-3, 8e-3]), recommended(scores, [1e-3, 6e-3, 8e-3])
    (1, 0)
    """
    near = as_good([loss for loss, _ in scores], errors)
    return min(near, key=lambda index: (scores[index][1], scores[index][0], index), default=None)


def as_good(losses: Sequence[float], errors: Sequence[float | None]) -> list[int]:
    """The indices of the least loss, and of those that are as good by all that is known.

    Their losses are `within` reach of it, and so are their estimated errors: about a corner, or
    where it is noise, a loss alone does not tell networks apart. Where either error could not be
    estimated nothing says that they are as good.

    Examples
    --------
    >>> as_good([1.0e-4, 1.5e-4, 1.6e-4, 5e-3], [1e-3, 1.2e-3, None, 1e-3])
    [0, 1]
    """
    near = within(losses)
    best = min(near, key=lambda index: losses[index], default=0)
    return [index for index in near if index == best or _near(errors[index], errors[best])]


def _near(error: float | None, best: float | None) -> bool:
    return error is not None and best is not None and error <= WITHIN * best


def within(losses: Sequence[float]) -> list[int]:
    """The indices of the losses that are at most `WITHIN` times the least one.

    Losses under `EXACT` are alike.

    Examples
    --------
    >>> within([1.0e-4, 1.5e-4, 5e-3])
    [0, 1]
    """
    least = max(min(losses, default=0.0), EXACT)
    return [index for index, loss in enumerate(losses) if loss <= WITHIN * least]


def candidates(scores: Sequence[Objectives]) -> list[int]:
    """The indices of those that `recommended` may choose, whatever their errors are.

    Examples
    --------
    The second has more loss and more parameters than the first, the third too much loss:

    >>> candidates([(1.0e-4, 300.0), (1.5e-4, 900.0), (5e-3, 100.0), (1.9e-4, 200.0)])
    [0, 3]
    """
    near = within([loss for loss, _ in scores])
    return [near[index] for index in pareto_front([scores[index] for index in near])]


def alternative(scores: Sequence[Objectives], best: int | None) -> int | None:
    """The index of the small alternative: the knee of the front, if smaller than the ``best``.

    Examples
    --------
    >>> alternative([(1e-4, 10_000.0), (3e-4, 1_000.0), (1e-2, 900.0)], best=0)
    1
    >>> alternative([(1e-4, 10_000.0), (2e-4, 1_000.0), (1e-2, 900.0)], best=1) is None
    True
    """
    if best is None:
        return None
    front = pareto_front(scores)
    index = front[knee([scores[index] for index in front])]
    return index if scores[index][1] < scores[best][1] else None
