"""Geodesic acceleration: the second-order correction of a step along the curve of the residuals.

Axis legend: k systems, R rows, P parameters.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from nas.training.gauss_newton.normal_equations import Damped, Steps

Residuals = Callable[[Tensor], Tensor]  # steps (k, P) -> residuals (k, R) there
Correction = Callable[[Steps, Damped, Residuals], Steps]  # of straight steps


@dataclass(frozen=True)
class GeodesicAcceleration:
    """Corrects a step d by half the acceleration a along it (Transtrum & Sethna 2012, 1201.5885).

    Along x + t d the residuals are r + t J d + t²/2 r'' + …; the acceleration solves the same
    damped equations with r'' in the place of r. With h = ``probe``,

        r'' ≈ 2/h · ((r(x + h d) - r) / h - J d),

    which costs one more evaluation of the residuals and no derivative.

    Parameters
    ----------
    probe
        h: small enough for the expansion to hold, large enough for float32 residuals to tell.
    most
        Of |a| over |d|: the bound up to which the published method accepts a step.

    Examples
    --------
    A step of residuals that are linear is not bent, as their r'' is 0:

    >>> from nas.training import example
    >>> import torch
    >>> from nas.training.gauss_newton.normal_equations import NormalEquations, smaller_space
    >>> from nas.training.residuals import MixtureResiduals
    >>> systems, all_ = MixtureResiduals(example.PROBLEM, example.mixture()), torch.tensor([0])
    >>> r, jacobian = systems.linearise(example.points())
    >>> damped = NormalEquations(r, jacobian, smaller_space).damped(all_, torch.tensor([0.1]))
    >>> straight = damped.solve(r)
    >>> linear = GeodesicAcceleration()(straight, damped, lambda d: r + jacobian.matvec(d))
    >>> torch.allclose(linear.steps, straight.steps)
    True
    >>> curved = GeodesicAcceleration()(
    ...     straight, damped, lambda d: systems.residuals(example.points(), all_, d)
    ... )
    >>> torch.allclose(curved.steps, straight.steps)
    False
    """

    probe: float = 0.1
    most: float = 0.75

    def __call__(self, straight: Steps, damped: Damped, residuals: Residuals) -> Steps:
        """The ``straight`` steps, corrected."""
        near = residuals(self.probe * straight.steps).double()
        slope = (near - damped.residuals) / self.probe
        acceleration = damped.solve(2 / self.probe * (slope - straight.image))
        longest = self.most * straight.steps.norm(dim=1) / acceleration.steps.norm(dim=1)
        return straight.plus(acceleration.scaled(longest.nan_to_num(0.0).clamp(max=1) / 2))
