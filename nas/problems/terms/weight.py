"""What a user may say of weights, for all kinds of terms alike."""

import math
from collections.abc import Sequence

from nas.errors import UserError
from nas.problems.domains.finite import number


def check_weight(where: str, weight: float) -> None:
    """Raise `UserError` unless ``weight`` is a finite number above 0.

    Examples
    --------
    >>> check_weight("rod: condition on x_min", 10.0)
    >>> check_weight("rod: condition on x_min", float("inf"))
    Traceback (most recent call last):
    nas.errors.UserError: rod: condition on x_min: expected a finite weight above 0, got inf
    """
    if not 0 < number(weight) < math.inf:
        raise UserError(f"{where}: expected a finite weight above 0, got {weight!r}")


def multiplied(weights: Sequence[float], factors: Sequence[float]) -> tuple[float, ...]:
    """The weight of each residual times its factor.

    Examples
    --------
    >>> multiplied((2.0, 3.0), [0.5, 2.0])
    (1.0, 6.0)
    """
    return tuple(one * other for one, other in zip(weights, factors, strict=True))
