"""Unknown coefficients: numbers of the equations that are found together with the solution.

Networks carry each as a constant of any size, the *raw* value; what the residual sees is a function
of it that keeps to the bounds.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.errors import UserError
from nas.problems.domains.finite import number


@dataclass(frozen=True)
class Unknown:
    """A coefficient that is to be found, handed to residuals by its name.

    Parameters
    ----------
    start
        The first guess.
    low, high
        Bounds that the estimate never reaches; None for no bound.
    truth
        Where it is known, for reports; it never enters a decision.

    Raises
    ------
    UserError
        If a number is not finite, or start or truth do not lie between the bounds.

    Examples
    --------
    >>> diffusivity = Unknown(start=2.0, low=0)
    >>> diffusivity.value(torch.tensor([diffusivity.first, -50.0])) > 0
    tensor([True, True])
    >>> Unknown(start=-1.0, low=0)
    Traceback (most recent call last):
    nas.errors.UserError: Unknown: expected a start above low=0, got start=-1.0
    """

    start: float
    low: float | None = None
    high: float | None = None
    truth: float | None = None

    def __post_init__(self) -> None:
        for name in ("start", "low", "high", "truth"):
            value = getattr(self, name)
            if value is None and name != "start":
                continue
            if not math.isfinite(number(value)):
                raise UserError(f"Unknown: {name}={value!r}: expected a finite number")
            object.__setattr__(self, name, value if isinstance(value, int) else float(value))
        if self.low is not None and not self.start > self.low:
            raise UserError(
                f"Unknown: expected a start above low={self.low!r}, got start={self.start!r}"
            )
        if self.high is not None and not self.start < self.high:
            raise UserError(
                f"Unknown: expected a start below high={self.high!r}, got start={self.start!r}"
            )

        if self.truth is not None and not self._between(self.truth):
            raise UserError(
                f"Unknown: expected a truth between the bounds, which the estimate never leaves, "
                f"got low={self.low!r}, high={self.high!r} and truth={self.truth!r}"
            )

    def _between(self, value: float) -> bool:
        low = -math.inf if self.low is None else self.low
        return low < value < (math.inf if self.high is None else self.high)

    @property
    def first(self) -> float:
        """The raw value whose `value` is the start."""
        if self.low is not None and self.high is not None:
            share = (self.start - self.low) / (self.high - self.low)
            return math.log(share / (1 - share))
        if self.low is not None or self.high is not None:
            return 0.0
        return 1.0 if self.start else 0.0

    def value(self, raw: Tensor) -> Tensor:
        """The coefficient (…) from its raw value (…).

        Without bounds start · raw, so that raw values are of order one whatever the units. Beside
        one bound its distance d from it is that of the start times s(raw), with
        s(z) = (z + √(z² + 4)) / 2: positive, s(0) = 1, and linear where z is large, so that a step
        too long does no more harm than without a bound. Between two bounds a logistic share.
        """
        if self.low is not None and self.high is not None:
            return self.low + (self.high - self.low) * torch.sigmoid(raw)
        if self.low is not None:
            return self.low + (self.start - self.low) * _positive(raw)
        if self.high is not None:
            return self.high - (self.high - self.start) * _positive(raw)
        return (self.start or 1.0) * raw


def _positive(raw: Tensor) -> Tensor:
    # For z << 0 the sum cancels: 2 / (√(z² + 4) - z) is the same number without the cancellation.
    root = torch.sqrt(raw.square() + 4)
    return torch.where(raw < 0, 2 / (root - raw), (raw + root) / 2)
