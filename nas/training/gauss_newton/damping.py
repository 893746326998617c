"""The control of the damping: more where a step came out worse than predicted, less where as good.

Axis legend: k systems.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from nas.checks import check


class DampingControl(Protocol):
    """What the next step's damping is, given how this one came out."""

    @property
    def initial(self) -> float:
        """The damping of the first step, in mean squared norms of a row of the Jacobian."""
        ...

    @property
    def minimum(self) -> float:
        """No damping is below this, unless a method asks for more."""
        ...

    def update(self, damping: Tensor, gain: Tensor, accepted: Tensor, minimum: float) -> Tensor:
        """The new damping (k,).

        Parameters
        ----------
        damping : Tensor (k,)
            Of the step.
        gain : Tensor (k,)
            Actual over predicted reduction of the loss.
        accepted : Tensor (k,)
            Whether the step was taken.
        minimum
            What it must not fall under.
        """
        ...


@dataclass(frozen=True)
class GainRatio:
    """Marquardt's rule by the gain ratio (Marquardt 1963; Nocedal & Wright 2006, algorithm 4.1).

    Parameters
    ----------
    initial
        A twentieth of the mean squared norm of a row: the first step then goes some way without
        relying on the linear model of an untrained network.
    minimum, maximum
        Beyond these a step is Newton's own, or hardly any.
    factor
        By which the damping changes.
    poor, good
        Gain ratios under which it rises, and over which it falls.

    Examples
    --------
    >>> rule = GainRatio()
    >>> one = torch.ones(3, dtype=torch.float64)
    >>> gains = torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)
    >>> [f"{value:.2f}" for value in rule.update(one, gains, one.bool(), rule.minimum).tolist()]
    ['3.00', '1.00', '0.33']
    """

    initial: float = 0.05
    minimum: float = 1e-10
    maximum: float = 1e3
    factor: float = 3.0
    poor: float = 0.25
    good: float = 0.75

    def __post_init__(self) -> None:
        check(
            self,
            initial=(self.minimum <= self.initial <= self.maximum, "from minimum to maximum"),
            minimum=(self.minimum > 0, "above 0"),
            factor=(self.factor >= 1, "at least 1"),
            poor=(self.poor <= self.good, "at most good"),
        )

    def update(self, damping: Tensor, gain: Tensor, accepted: Tensor, minimum: float) -> Tensor:
        """See `DampingControl`."""
        factor = torch.where(accepted & (gain > self.good), 1 / self.factor, 1.0)
        factor = torch.where(accepted & (gain >= self.poor), factor, self.factor)
        return (damping * factor).clamp(minimum, self.maximum)
