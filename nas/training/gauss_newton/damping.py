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
    def first(self) -> float:
        """The damping of the first step, in mean squared norms of a row of the Jacobian."""
        ...

    @property
    def least(self) -> float:
        """No damping is less than this, unless a method asks for more."""
        ...

    def update(self, damping: Tensor, gain: Tensor, accepted: Tensor, least: float) -> Tensor:
        """The new damping (k,).

        Parameters
        ----------
        damping : Tensor (k,)
            Of the step.
        gain : Tensor (k,)
            Actual over predicted reduction of the loss.
        accepted : Tensor (k,)
            Whether the step was taken.
        least
            What it must not fall under.
        """
        ...


@dataclass(frozen=True)
class GainRatio:
    """Marquardt's rule by the gain ratio (Marquardt 1963; Nocedal & Wright 2006, algorithm 4.1).

    Parameters
    ----------
    first
        A twentieth of the mean squared norm of a row: the first step then goes some way without
        relying on the linear model of an untrained network.
    least, most
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
    >>> [f"{value:.2f}" for value in rule.update(one, gains, one.bool(), rule.least).tolist()]
    ['3.00', '1.00', '0.33']
    """

    first: float = 0.05
    least: float = 1e-10
    most: float = 1e3
    factor: float = 3.0
    poor: float = 0.25
    good: float = 0.75

    def __post_init__(self) -> None:
        check(
            self,
            first=(self.least <= self.first <= self.most, "from least to most"),
            least=(self.least > 0, "above 0"),
            factor=(self.factor >= 1, "at least 1"),
            poor=(self.poor <= self.good, "at most good"),
        )

    def update(self, damping: Tensor, gain: Tensor, accepted: Tensor, least: float) -> Tensor:
        """See `DampingControl`."""
        factor = torch.where(accepted & (gain > self.good), 1 / self.factor, 1.0)
        factor = torch.where(accepted & (gain >= self.poor), factor, self.factor)
        return (damping * factor).clamp(least, self.most)
