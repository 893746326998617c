"""What a user may say of weights, for all kinds of terms alike."""

import math
from collections.abc import Sequence

from torch import Tensor

from nas.errors import UserError


def check_weight(where: str, weight: float) -> None:
    """Raise `UserError` unless ``weight`` is a finite number above 0.

    Examples
    --------
    >>> check_weight("rod: condition on x_min", 10.0)
    >>> check_weight("rod: condition on x_min", float("inf"))
    Traceback (most recent call last):
    nas.errors.UserError: rod: condition on x_min: expected a finite weight above 0, got inf
    """
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    if not number or not 0 < weight < math.inf:
        raise UserError(f"{where}: expected a finite weight above 0, got {weight!r}")


def factors(weight: float, probed: Sequence[Tensor]) -> tuple[float, ...]:
    """The same weight for each of the residuals ``probed``.

    Examples
    --------
    >>> import torch
    >>> factors(2.0, [torch.zeros(3), torch.zeros(3)])
    (2.0, 2.0)
    """
    return (float(weight),) * len(probed)
