"""The direction of a step: damped normal equations, in one of two spaces.

Axis legend: K systems, k of them, R rows, P parameters of a system, n = P or R.

The minimum of ‖r + J d‖² + λ ‖d‖² is

    d = -(Jᵀ J + λ I)⁻¹ Jᵀ r        P × P, the parameters' space, or
      = -Jᵀ (J Jᵀ + λ I)⁻¹ r        R × R, the residuals' space,

for Jᵀ (J Jᵀ + λ I) = (Jᵀ J + λ I) Jᵀ. Both give the same step; the smaller matrix is cheaper.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from nas.calculus.jacobians import (
    BlockDiagonalJacobian,
    DenseJacobian,
    JointJacobian,
    add_gram,
)

Jacobian = BlockDiagonalJacobian | DenseJacobian | JointJacobian


@dataclass(frozen=True)
class Steps:
    """Steps d (k, P) and their images J d (k, R): the change of the residuals, were they linear.

    Examples
    --------
    >>> steps = Steps(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0]]))
    >>> steps.scaled(torch.tensor([2.0])).image.item(), steps.plus(steps).steps.tolist()
    (6.0, [[2.0, 4.0]])
    """

    steps: Tensor
    image: Tensor

    def of(self, systems: Tensor) -> "Steps":
        """Those of some ``systems`` (k,)."""
        return Steps(self.steps[systems], self.image[systems])

    def scaled(self, factors: Tensor) -> "Steps":
        """Each times its factor (k,); of a factor 0 nothing is left, not even NaN."""
        each, nothing = factors[:, None], factors.new_zeros(())
        return Steps(
            torch.where(each == 0, nothing, each * self.steps),
            torch.where(each == 0, nothing, each * self.image),
        )

    def plus(self, others: "Steps") -> "Steps":
        """One after the other."""
        return Steps(self.steps + others.steps, self.image + others.image)


class Space(Protocol):
    """Where the normal equations are solved."""

    def matrix(self, jacobian: Jacobian) -> Tensor:
        """The undamped normal matrix (K, n, n), at least its lower triangle."""
        ...

    def solve(self, jacobian: Jacobian, factor: Tensor, added: Tensor, residuals: Tensor) -> Steps:
        """The steps that minimise ‖r + J d‖² + λ ‖d‖² for ``residuals`` r (k, R).

        ``factor`` is the lower Cholesky factor of the damped matrix (k, n, n), ``added`` λ (k,).
        """
        ...


class ParameterSpace:
    """d = -(Jᵀ J + λ I)⁻¹ Jᵀ r.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.residuals import MixtureResiduals
    >>> systems = MixtureResiduals(example.PROBLEM, example.mixture())
    >>> _, jacobian = systems.linearise(example.points())
    >>> ParameterSpace().matrix(jacobian).shape  # of 56 parameters
    torch.Size([1, 56, 56])
    """

    def matrix(self, jacobian: Jacobian) -> Tensor:
        """Jᵀ J (K, P, P), its lower triangle."""
        columns = jacobian.dense().mT
        total = columns.new_zeros(len(columns), columns.shape[1], columns.shape[1])
        add_gram(total, columns)
        return total

    def solve(self, jacobian: Jacobian, factor: Tensor, added: Tensor, residuals: Tensor) -> Steps:
        """See `Space`."""
        steps = -_inverse(factor, rmatvec(jacobian, residuals))
        return Steps(steps, matvec(jacobian, steps))


class ResidualSpace:
    """d = -Jᵀ y with (J Jᵀ + λ I) y = r.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.residuals import MixtureResiduals
    >>> systems = MixtureResiduals(example.PROBLEM, example.mixture())
    >>> _, jacobian = systems.linearise(example.points())
    >>> ResidualSpace().matrix(jacobian).shape  # of 17 residuals
    torch.Size([1, 17, 17])
    """

    def matrix(self, jacobian: Jacobian) -> Tensor:
        """J Jᵀ (K, R, R), its lower triangle."""
        return jacobian.gram()

    def solve(self, jacobian: Jacobian, factor: Tensor, added: Tensor, residuals: Tensor) -> Steps:
        """See `Space`."""
        solution = _inverse(factor, residuals)
        # J d = -J Jᵀ y = λ y - r, since (J Jᵀ + λ I) y = r: no product with J is needed.
        return Steps(-rmatvec(jacobian, solution), added[:, None] * solution - residuals)


def smaller_space(jacobian: Jacobian) -> Space:
    """The space in which the normal matrix is smaller; that of the parameters if they are equal.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.residuals import MixtureResiduals
    >>> systems = MixtureResiduals(example.PROBLEM, example.mixture())
    >>> residuals, jacobian = systems.linearise(example.points())
    >>> jacobian.rows, jacobian.parameters, type(smaller_space(jacobian)).__name__
    (17, 56, 'ResidualSpace')
    """
    return ParameterSpace() if jacobian.parameters <= jacobian.rows else ResidualSpace()


Direction = Callable[[Jacobian], Space]


class NormalEquations:
    """The normal matrices of K systems at one linearisation, to be damped as often as needed.

    Parameters
    ----------
    residuals : Tensor (K, R)
    jacobian
        Their derivative (K, R, P).
    direction
        Chooses the space.

    Examples
    --------
    Both spaces give the same steps:

    >>> from nas.training import example
    >>> from nas.training.residuals import MixtureResiduals
    >>> systems = MixtureResiduals(example.PROBLEM, example.mixture())
    >>> residuals, jacobian = systems.linearise(example.points())
    >>> all_, damping = torch.tensor([0]), torch.tensor([0.1], dtype=torch.float64)
    >>> steps = []
    >>> for space in (ParameterSpace(), ResidualSpace()):
    ...     equations = NormalEquations(residuals, jacobian, lambda jacobian: space)
    ...     steps.append(equations.damped(all_, damping).solve(residuals).steps)
    >>> torch.allclose(*steps)
    True
    """

    def __init__(self, residuals: Tensor, jacobian: Jacobian, direction: Direction) -> None:
        self.residuals = residuals.double()
        self._jacobian = jacobian
        self._space = direction(jacobian)
        self._matrix = self._space.matrix(jacobian)
        # The mean squared norm of a row of J, the unit of damping: tr(J Jᵀ) = tr(Jᵀ J).
        self._unit = self._matrix.diagonal(dim1=1, dim2=2).double().sum(1) / jacobian.rows

    def image(self, steps: Tensor) -> Steps:
        """``steps`` (K, P) with their images."""
        return Steps(steps, matvec(self._jacobian, steps))

    def damped(self, systems: Tensor, damping: Tensor) -> "Damped":
        """The equations of ``systems`` (k,), damped by ``damping`` (k,) of their units."""
        matrix = self._matrix[systems].double()
        added = damping * self._unit[systems]
        matrix.diagonal(dim1=1, dim2=2).add_(added[:, None])
        factor, failed = torch.linalg.cholesky_ex(matrix)
        jacobian, residuals = self._jacobian.of(systems), self.residuals[systems]
        return Damped(systems, residuals, jacobian, self._space, added, factor, failed == 0)


@dataclass(frozen=True)
class Damped:
    """The damped normal equations of k systems; where they are not ``solved``, solutions are void.

    Products with J are in its own dtype; all that is solved is in float64.

    Examples
    --------
    The more a step is damped, the shorter it is:

    >>> from nas.training import example
    >>> from nas.training.residuals import MixtureResiduals
    >>> systems = MixtureResiduals(example.PROBLEM, example.mixture())
    >>> residuals, jacobian = systems.linearise(example.points())
    >>> equations, first = NormalEquations(residuals, jacobian, smaller_space), torch.tensor([0])
    >>> little, much = (equations.damped(first, torch.tensor([one])) for one in (0.1, 10.0))
    >>> bool(much.solve(residuals).steps.norm() < little.solve(residuals).steps.norm())
    True
    """

    systems: Tensor
    residuals: Tensor
    jacobian: Jacobian
    space: Space
    added: Tensor  # (k,), to the diagonal
    factor: Tensor
    solved: Tensor

    def solve(self, residuals: Tensor) -> Steps:
        """The steps that lead away from ``residuals`` (k, R)."""
        return self.space.solve(self.jacobian, self.factor, self.added, residuals)


def matvec(jacobian: Jacobian, steps: Tensor) -> Tensor:
    """J d (k, R) in float64 for steps (k, P).

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.residuals import MixtureResiduals
    >>> systems = MixtureResiduals(example.PROBLEM, example.mixture())
    >>> _, jacobian = systems.linearise(example.points())
    >>> d = torch.ones(1, 56, dtype=torch.float64)
    >>> torch.allclose(matvec(jacobian, d), d @ jacobian.dense()[0].T)
    True
    """
    return jacobian.matvec(steps.to(jacobian.dtype)).double()


def rmatvec(jacobian: Jacobian, rows: Tensor) -> Tensor:
    """Jᵀ y (k, P) in float64 for rows (k, R).

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.residuals import MixtureResiduals
    >>> systems = MixtureResiduals(example.PROBLEM, example.mixture())
    >>> _, jacobian = systems.linearise(example.points())
    >>> y = torch.ones(1, 17, dtype=torch.float64)
    >>> torch.allclose(rmatvec(jacobian, y), y @ jacobian.dense()[0])
    True
    """
    return jacobian.rmatvec(rows.to(jacobian.dtype)).double()


def _inverse(factor: Tensor, right: Tensor) -> Tensor:
    """The inverse of L Lᵀ, for a factor L (k, n, n), times ``right`` (k, n)."""
    solution: Tensor = torch.cholesky_solve(right[..., None], factor)
    return solution.squeeze(-1)
