"""Damped Gauss–Newton steps for many least-squares systems side by side.

Axis legend: K systems, R rows, P parameters of a system.

A step d minimises ‖r + J d‖² + λ ‖d - μ d'‖² with the step d' before it (Levenberg 1944; the
momentum: Goldshlager, Abrahamsen & Lin 2024, arXiv 2401.10190). The normal matrix is P × P or
R × R, whichever is smaller: both give the same step. It is bent along the curve that the
residuals take (geodesic acceleration; Transtrum & Sethna 2012, arXiv 1201.5885), its length is
searched for, and λ follows from how well the linear model foretold the loss. Every system has a
damping, a length and a fate of its own.
"""

from typing import Any

import torch
from torch import Tensor

from nas.calculus.jacobians import Jacobian, Joint, add_gram
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
        before = self._momentum * self.step
        taken, done = torch.zeros_like(self.step), ~losses.isfinite()
        for _ in range(TRIES):
            steps, solved = self._propose(normal, points, before)
            steps, reached, foretold = self._lengthened(normal, points, steps)
            lower = (reached < losses) & solved & ~done
            taken = torch.where(lower[:, None], steps, taken)
            gain = (losses - reached) / (losses - foretold).abs()
            more = ~done & (~lower | (gain < 0.25))
            less = lower & (gain > 0.75)
            factor = torch.where(more, CHANGE, torch.where(less, 1 / CHANGE, 1.0))
            self.damping = (self.damping * factor).clamp(*DAMPINGS)
            done = done | lower
            if bool(done.all()):
                break
            before = torch.where(done[:, None], before, 0.0)  # a bad step may be the momentum's
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

    def _propose(self, normal: "_Normal", points: Points, before: Tensor) -> tuple[Tensor, Tensor]:
        """Steps (K, P), bent; and whether they could be solved for (K,)."""
        assert self.damping is not None
        solved = normal.factorise(self.damping)
        steps = before + normal.solve(normal.residuals + normal.times(before))
        near = self._systems.residuals(points, PROBE * steps).double()
        slope = (near - normal.residuals) / PROBE
        bend = normal.solve(2 / PROBE * (slope - normal.times(steps))) / 2
        most = MOST_BENT * steps.norm(dim=1) / (2 * bend.norm(dim=1))
        bend = bend.nan_to_num(0.0, 0.0, 0.0) * most.nan_to_num(0.0).clamp(max=1)[:, None]
        return steps + bend, solved

    def _lengthened(
        self, normal: "_Normal", points: Points, steps: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Each step at its best length, the loss (K,) there, and the one foretold."""
        reached = torch.stack(
            [
                self._systems.residuals(points, length * steps).double().square().sum(1)
                for length in LENGTHS
            ]
        ).nan_to_num(torch.inf, torch.inf)
        best, place = reached.min(0)
        steps = steps * steps.new_tensor(LENGTHS)[place][:, None]
        return steps, best, (normal.residuals + normal.times(steps)).square().sum(1)


class _Normal:
    """The normal equations of K systems, in the smaller of the two spaces.

    Products with J are in its own dtype; all that is solved is in float64.
    """

    def __init__(self, residuals: Tensor, jacobian: Jacobian | Joint) -> None:
        self.residuals = residuals.double()
        self._jacobian = jacobian
        self._dtype = residuals.dtype
        self._by_parameters = jacobian.parameters <= jacobian.rows
        if self._by_parameters:
            columns = jacobian.dense().mT
            matrix = columns.new_zeros(len(columns), columns.shape[1], columns.shape[1])
            add_gram(matrix, columns)
        else:
            matrix = jacobian.gram()
        self._matrix = matrix.double()
        self._scale = self._matrix.diagonal(dim1=1, dim2=2).sum(1) / jacobian.rows

    def factorise(self, damping: Tensor) -> Tensor:
        """Factorise with ``damping`` (K,), in mean squared row norms; where it worked (K,)."""
        damped = self._matrix.clone()
        damped.diagonal(dim1=1, dim2=2).add_((damping * self._scale)[:, None])
        self._factor, failed = torch.linalg.cholesky_ex(damped)
        solved: Tensor = failed == 0
        return solved

    def solve(self, residuals: Tensor) -> Tensor:
        """The damped step (K, P) that leads away from ``residuals`` (K, R)."""
        if self._by_parameters:
            gradient = self._back(residuals)
            return -self._inverse(gradient)
        return -self._back(self._inverse(residuals))

    def times(self, steps: Tensor) -> Tensor:
        """J d (K, R) for steps d (K, P)."""
        return self._jacobian.times(steps.to(self._dtype)).double()

    def _inverse(self, right: Tensor) -> Tensor:
        """The damped matrix's inverse times ``right`` (K, P) or (K, R)."""
        solution: Tensor = torch.cholesky_solve(right[..., None], self._factor)
        return solution.squeeze(-1)

    def _back(self, rows: Tensor) -> Tensor:
        return self._jacobian.transposed_times(rows.to(self._dtype)).double()
