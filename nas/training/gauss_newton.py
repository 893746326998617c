"""Damped Gauss–Newton steps for many least-squares systems side by side.

Axis legend: K systems, k of them, R rows, P parameters of a system.

A step d minimises ‖r + J d‖² + λ ‖d - μ d'‖² with the step d' before it (Levenberg 1944; the
momentum: Goldshlager, Abrahamsen & Lin 2024, arXiv 2401.10190). The normal matrix is P × P or
R × R, whichever is smaller: both give the same step. It is bent along the curve that the
residuals take (geodesic acceleration; Transtrum & Sethna 2012, arXiv 1201.5885), its length is
searched for, and λ follows from how well the linear model foretold the loss. Every system has a
damping, a length and a outcome of its own.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nas.calculus.jacobians import BlockDiagonalJacobian, JointJacobian, add_gram
from nas.training.least_squares import LeastSquares
from nas.training.points import Points

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
    least
        Damping, in mean squared norms of a row of J: fewer rows than parameters can be met by a
        step however they lie, so that what lowers their loss need not lower that of others.
    """

    def __init__(self, systems: LeastSquares, momentum: float, least: float = DAMPINGS[0]) -> None:
        self._systems, self._momentum, self.least = systems, momentum, least
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
        # A checkpoint comes back on the CPU; and what it holds is changed below.
        self.damping = self.damping.to(residuals.device).clamp(min=self.least)
        self.step = self.step.to(residuals.device)
        normal = _Normal(residuals, jacobian)
        losses = normal.residuals.square().sum(1)
        before = normal.moves(self._momentum * self.step)
        taken = torch.zeros_like(self.step)
        untaken = losses.isfinite().nonzero().squeeze(1)
        for _ in range(TRIES):
            if not len(untaken):
                break
            damping = self.damping[untaken]
            damped = normal.damped(untaken, damping)
            moves, reached = self._lengthened(
                damped, points, self._bent(damped, points, before.of(untaken))
            )
            there, foretold = losses[untaken], (damped.residuals + moves.image).square().sum(1)
            lower = (reached < there) & damped.solved
            gain = (there - reached) / (there - foretold).abs()
            factor = torch.where(lower & (gain > 0.75), 1 / CHANGE, 1.0)
            factor = torch.where(lower & (gain >= 0.25), factor, CHANGE)
            self.damping[untaken] = (damping * factor).clamp(self.least, DAMPINGS[1])
            taken[untaken[lower]] = moves.steps[lower]
            untaken = untaken[~lower]
            before = before.times(torch.zeros_like(losses))  # a bad step may be the momentum's
        self._systems.move(taken)
        self.step = taken
        return losses

    @property
    def moved(self) -> bool:
        """Whether the last step changed any parameter."""
        return self.step is not None and bool(self.step.any())

    def state(self) -> dict[str, Any]:
        """All that a continuation needs beside the parameters."""
        return {"damping": self.damping, "step": self.step, "least": self.least}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``."""
        self.damping, self.step, self.least = state["damping"], state["step"], state["least"]

    def _bent(self, damped: "_Damped", points: Points, before: "_Moves") -> "_Moves":
        """Moves from those ``before``, bent along the curve of the residuals."""
        straight = before.plus(damped.solve(damped.residuals + before.image))
        near = self._systems.residuals(points, damped.systems, PROBE * straight.steps).double()
        slope = (near - damped.residuals) / PROBE
        bend = damped.solve(2 / PROBE * (slope - straight.image))
        most = MOST_BENT * straight.steps.norm(dim=1) / bend.steps.norm(dim=1)
        return straight.plus(bend.times(most.nan_to_num(0.0).clamp(max=1) / 2))

    def _lengthened(
        self, damped: "_Damped", points: Points, moves: "_Moves"
    ) -> tuple["_Moves", Tensor]:
        """Each move at its best length, and the loss (k,) that it reaches."""
        reached = torch.stack(
            [
                self._systems.residuals(points, damped.systems, length * moves.steps).double()
                for length in LENGTHS
            ]
        )
        best, index = reached.square().sum(2).nan_to_num(torch.inf, torch.inf).min(0)
        return moves.times(best.new_tensor(LENGTHS)[index]), best


@dataclass(frozen=True)
class _Moves:
    """Steps d (k, P) and their images J d (k, R)."""

    steps: Tensor
    image: Tensor

    def of(self, systems: Tensor) -> "_Moves":
        """Those of some ``systems`` (k,)."""
        return _Moves(self.steps[systems], self.image[systems])

    def times(self, lengths: Tensor) -> "_Moves":
        """Each ``lengths`` (k,) times as long; of length 0 nothing is left, not even NaN."""
        factors, nothing = lengths[:, None], lengths.new_zeros(())
        return _Moves(
            torch.where(factors == 0, nothing, factors * self.steps),
            torch.where(factors == 0, nothing, factors * self.image),
        )

    def plus(self, others: "_Moves") -> "_Moves":
        """One after the other."""
        return _Moves(self.steps + others.steps, self.image + others.image)


class _Normal:
    """The normal matrices of K systems, in the smaller of the two spaces."""

    def __init__(self, residuals: Tensor, jacobian: BlockDiagonalJacobian | JointJacobian) -> None:
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

    def moves(self, steps: Tensor) -> _Moves:
        """What ``steps`` (K, P) do."""
        return _Moves(steps, self._jacobian.matvec(steps.to(self._jacobian.dtype)).double())

    def damped(self, systems: Tensor, damping: Tensor) -> "_Damped":
        """Those of ``systems`` (k,) with ``damping`` (k,), in mean squared norms of a row of J."""
        matrix = self._matrix[systems].double()
        added = damping * self._scale[systems]
        matrix.diagonal(dim1=1, dim2=2).add_(added[:, None])
        factor, failed = torch.linalg.cholesky_ex(matrix)
        return _Damped(
            systems,
            self.residuals[systems],
            self._jacobian.of(systems),
            self._by_parameters,
            added,
            factor,
            failed == 0,
        )


@dataclass(frozen=True)
class _Damped:
    """The damped normal equations of k systems; where they are not ``solved``, solutions are void.

    Products with J are in its own dtype; all that is solved is in float64.
    """

    systems: Tensor
    residuals: Tensor
    jacobian: BlockDiagonalJacobian | JointJacobian
    by_parameters: bool
    added: Tensor  # (k,), to the diagonal
    factor: Tensor
    solved: Tensor

    def solve(self, residuals: Tensor) -> _Moves:
        """The moves that lead away from ``residuals`` r (k, R)."""
        if self.by_parameters:
            steps = -self._inverse(self._back(residuals))
            return _Moves(steps, self.jacobian.matvec(steps.to(self.jacobian.dtype)).double())
        solution = self._inverse(residuals)
        # J d = -J Jᵀ y, and (J Jᵀ + λI) y = r.
        return _Moves(-self._back(solution), self.added[:, None] * solution - residuals)

    def _inverse(self, right: Tensor) -> Tensor:
        """The damped matrix's inverse times ``right`` (k, P) or (k, R)."""
        solution: Tensor = torch.cholesky_solve(right[..., None], self.factor)
        return solution.squeeze(-1)

    def _back(self, rows: Tensor) -> Tensor:
        return self.jacobian.rmatvec(rows.to(self.jacobian.dtype)).double()
