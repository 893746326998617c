"""The length of a step: the best of a few.

Axis legend: k systems, R rows, P parameters.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.training.gauss_newton.acceleration import Residuals
from nas.training.gauss_newton.normal_equations import Steps

# Steps and residuals -> the steps at their lengths, and the loss (k,) that each reaches.
StepLength = Callable[[Steps, Residuals], tuple[Steps, Tensor]]


@dataclass(frozen=True)
class LineSearch:
    """Tries each of ``lengths``, as factors of a step, and takes the one of lowest loss.

    The full step comes first: of equal losses the first is taken. Double and quarter steps make up
    for a damping that is behind the times; an evaluation of the residuals costs a small part of
    their linearisation.

    Examples
    --------
    Residuals 1 + d of a step d = -2 vanish at half its length:

    >>> steps = Steps(torch.tensor([[-2.0]]), torch.tensor([[-2.0]]))
    >>> taken, loss = LineSearch()(steps, lambda d: 1 + d)
    >>> taken.steps.item(), loss.item()
    (-1.0, 0.0)
    """

    lengths: tuple[float, ...] = (1.0, 0.5, 2.0, 0.25)

    def __call__(self, steps: Steps, residuals: Residuals) -> tuple[Steps, Tensor]:
        """The steps at their lengths, and the loss (k,) that each reaches; infinite for NaN."""
        tried = [residuals(length * steps.steps).double() for length in self.lengths]
        losses = torch.stack(tried).square().sum(2).nan_to_num(torch.inf, torch.inf)
        best, index = losses.min(0)
        return steps.scaled(best.new_tensor(self.lengths)[index]), best
