"""Damped Gauss–Newton steps for many least-squares systems side by side.

Axis legend: K systems, k of them, R rows, P parameters of a system.

A step d minimises ‖r + J d‖² + λ ‖d - μ d'‖² with the step d' before it (Levenberg 1944; the
momentum: Goldshlager, Abrahamsen & Lin 2024, arXiv 2401.10190). The normal matrix is P × P or
R × R, whichever is smaller: both give the same step. It is bent along the curve that the
residuals take (geodesic acceleration; Transtrum & Sethna 2012, arXiv 1201.5885), its length is
searched for, and λ follows from how well the linear model foretold the loss. Every system has a
damping, a length and a fate of its own.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nas.calculus.jacobians import Apart, Joint, add_gram
from nas.training.points import Points
from nas.training.systems import Systems

FIRST_DAMPING = 0.05  # in mean squared norms of a row of J
DAMPINGS = (1e-10, 1e3)  # beyond these a step is Newton's own, or hardly any
CHANGE = 3.0  # of the damping
TRIES = 4
LENGTHS = (1.0, 0.5, 2.0, 0.25)
PROBE = 0.1  # share of the step over which its curvature is measured
MOST_BENT = 0.75  # of a step's own length


class GaussNewton:
    """Steps for K systems; `advance` does one.

    Parameters
    ----------
    systems
        Whose parameters move.
    momentum
        μ, in [0, 1).
    """

    def __init__(self, systems: Systems, momentum: float) -> None:
        self._systems, self._momentum = systems, momentum
        self.damping: Tensor | None = None  # (K,)
        self.step: Tensor | None = None  # (K, P), the one before

    def advance(self, points: Points) -> Tensor:
        """Do one step on ``points``; return the losses (K,) before it.

        A system whose loss no try lowers stays where it is, and is damped more from then on.
        """
        residuals, jacobian = self._systems.linearise(points)
        if self.damping is None or self.step is None:
            self.damping = torch.full_like(residuals[:, 0], FIRST_DAMPING, dtype=torch.float64)
            self.step = self.damping.new_zeros(jacobian.systems, jacobian.parameters)
        # A checkpoint comes back on the CPU.
        self.damping, self.step = self.damping.to(residuals.device), self.step.to(residuals.device)
        normal = _Normal(residuals, jacobian)
        losses = normal.residuals.square().sum(1)
        before, taken = self._momentum * self.step, torch.zeros_like(self.step)
        untaken = losses.isfinite().nonzero().squeeze(1)
        for _ in range(TRIES):
            if not len(untaken):
                break
            damping = self.damping[untaken]
            damped = normal.damped(untaken, damping)
            steps, foretold, reached = self._lengthened(
                damped, points, self._bent(damped, points, before[untaken])
            )
            there = losses[untaken]
            lower = (reached < there) & damped.solved
            gain = (there - reached) / (there - foretold).abs()
            factor = torch.where(lower & (gain > 0.75), 1 / CHANGE, 1.0)
            factor = torch.where(lower & (gain >= 0.25), factor, CHANGE)
            self.damping[untaken] = (damping * factor).clamp(*DAMPINGS)
            taken[untaken[lower]] = steps[lower]
            untaken = untaken[~lower]
            before = torch.zeros_like(before)  # a bad step may be the momentum's
        self._systems.move(taken)
        self.step = taken
        return losses

    @property
    def moved(self) -> bool:
        """Whether the last step changed any parameter."""
        return self.step is not None and bool(self.step.any())

    def state(self) -> dict[str, Any]:
        """All that a continuation needs beside the parameters."""
        return {"damping": self.damping, "step": self.step}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``."""
        self.damping, self.step = state["damping"], state["step"]

    def _bent(self, damped: "_Damped", points: Points, before: Tensor) -> Tensor:
        """Steps (k, P) near those ``before``, bent along the curve of the residuals."""
        steps = before + damped.solve(damped.residuals + damped.times(before))
        near = self._systems.residuals(points, damped.systems, PROBE * steps).double()
        slope = (near - damped.residuals) / PROBE
        bend = damped.solve(2 / PROBE * (slope - damped.times(steps))) / 2
        most = MOST_BENT * steps.norm(dim=1) / (2 * bend.norm(dim=1))
        steps += bend.nan_to_num(0.0, 0.0, 0.0) * most.nan_to_num(0.0).clamp(max=1)[:, None]
        return steps

    def _lengthened(
        self, damped: "_Damped", points: Points, steps: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Each step (k, P) at its best length, the loss (k,) foretold for it, and that reached."""
        reached = torch.stack(
            [
                self._systems.residuals(points, damped.systems, length * steps).double()
                for length in LENGTHS
            ]
        )
        best, place = reached.square().sum(2).nan_to_num(torch.inf, torch.inf).min(0)
        steps = steps * steps.new_tensor(LENGTHS)[place][:, None]
        return steps, (damped.residuals + damped.times(steps)).square().sum(1), best


class _Normal:
    """The normal matrices of K systems, in the smaller of the two spaces."""

    def __init__(self, residuals: Tensor, jacobian: Apart | Joint) -> None:
        self.residuals = residuals.double()
        self._jacobian = jacobian
        self._by_parameters = jacobian.parameters <= jacobian.rows
        if self._by_parameters:
            columns = jacobian.dense().mT
            self._matrix = columns.new_zeros(len(columns), columns.shape[1], columns.shape[1])
            add_gram(self._matrix, columns)
        else:
            self._matrix = jacobian.gram()
        self._scale = self._matrix.diagonal(dim1=1, dim2=2).double().sum(1) / jacobian.rows

    def damped(self, systems: Tensor, damping: Tensor) -> "_Damped":
        """Those of ``systems`` (k,) with ``damping`` (k,), in mean squared norms of a row of J."""
        matrix = self._matrix[systems].double()
        matrix.diagonal(dim1=1, dim2=2).add_((damping * self._scale[systems])[:, None])
        factor, failed = torch.linalg.cholesky_ex(matrix)
        return _Damped(
            systems,
            self.residuals[systems],
            self._jacobian.of(systems),
            factor,
            failed == 0,
            self._by_parameters,
        )


@dataclass(frozen=True)
class _Damped:
    """The damped normal equations of k systems; where they are not ``solved``, solutions are void.

    Products with J are in its own dtype; all that is solved is in float64.
    """

    systems: Tensor
    residuals: Tensor
    jacobian: Apart | Joint
    factor: Tensor
    solved: Tensor
    by_parameters: bool

    def solve(self, residuals: Tensor) -> Tensor:
        """The step (k, P) that leads away from ``residuals`` (k, R)."""
        if self.by_parameters:
            return -self._inverse(self._back(residuals))
        return -self._back(self._inverse(residuals))

    def times(self, steps: Tensor) -> Tensor:
        """J d (k, R) for steps d (k, P)."""
        return self.jacobian.times(steps.to(self.jacobian.dtype)).double()

    def _inverse(self, right: Tensor) -> Tensor:
        """The damped matrix's inverse times ``right`` (k, P) or (k, R)."""
        solution: Tensor = torch.cholesky_solve(right[..., None], self.factor)
        return solution.squeeze(-1)

    def _back(self, rows: Tensor) -> Tensor:
        return self.jacobian.transposed_times(rows.to(self.jacobian.dtype)).double()
