"""Where a run has been: the fields at some points whenever the held-out loss was measured.

How far an answer has moved since its loss was larger tells of how far it still is.

Axis legend: B points, D coordinates, C fields.
"""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.problems.sampling import interior_points
from nas.training.sought import sought

POINTS = 512


@dataclass
class Trail:
    """Pairs of a held-out loss and the fields (B, C) that had it, in the order of training.

    Examples
    --------
    >>> from nas.training import example
    >>> trail = Trail(example.PROBLEM)
    >>> trail.add(example.mixture(), held_out_loss=0.25)
    >>> [(loss, fields.shape) for loss, fields in trail.marks]
    [(0.25, torch.Size([512, 1]))]
    """

    problem: Problem
    marks: list[tuple[float, Tensor]] = field(default_factory=list)

    def add(self, mixture: Mixture, held_out_loss: float) -> None:
        """Note what ``mixture`` is now."""
        self.marks.append((held_out_loss, self.fields(mixture)))

    @torch.no_grad()
    def fields(self, mixture: Mixture) -> Tensor:
        """The fields (B, C) of ``mixture``, at the points of the trail, in float64 on the CPU.

        Zero where a field is not sought, so that what it does there is no movement.
        """
        points = interior_points(self.problem.domain, POINTS, seed=0, draw=0)
        x = torch.as_tensor(points, device=mixture.centre.device)
        only_values = DerivativeSet([], x.shape[-1])
        jet = self.problem.physical(mixture(x, only_values), only_values, x)
        fields = jet[0, :, : len(self.problem.fields)].double().cpu()
        return fields.where(torch.from_numpy(sought(self.problem, points)), 0.0)

    def state(self) -> list[dict[str, Any]]:
        """For a checkpoint."""
        return [{"loss": loss, "fields": fields} for loss, fields in self.marks]

    def restore(self, state: list[dict[str, Any]]) -> None:
        """Go on from ``state``."""
        self.marks = [(one["loss"], one["fields"]) for one in state]
