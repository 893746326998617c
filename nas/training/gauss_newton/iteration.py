"""Gauss–Newton steps for many least-squares systems side by side.

Axis legend: K systems, k of them, R rows, P parameters of a system.

Every system has a damping, a length and an outcome of its own: one that cannot be solved, or whose
loss no try lowers, stays where it is and disturbs no other.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from nas.checks import check
from nas.training.collocation import Points
from nas.training.gauss_newton.acceleration import Correction, GeodesicAcceleration
from nas.training.gauss_newton.damping import DampingControl, GainRatio
from nas.training.gauss_newton.line_search import LineSearch, StepLength
from nas.training.gauss_newton.normal_equations import (
    Damped,
    Direction,
    NormalEquations,
    Steps,
    smaller_space,
)
from nas.training.residuals import LeastSquares


@dataclass(frozen=True)
class GaussNewtonSettings:
    """The parts of the method and its numbers.

    Parameters
    ----------
    momentum
        μ, in [0, 1): how much of the step before is kept.
    tries
        With rising damping, before a system stays where it is.
    direction
        In which space the normal equations are solved.
    damping
        How λ follows the gain ratio.
    acceleration
        The correction of the direction; None takes straight steps.
    length
        How far to go.

    Examples
    --------
    >>> GaussNewtonSettings(momentum=0.8, acceleration=None).length
    LineSearch(lengths=(1.0, 0.5, 2.0, 0.25))
    """

    momentum: float = 0.5
    tries: int = 4
    direction: Direction = smaller_space
    damping: DampingControl = GainRatio()
    acceleration: Correction | None = GeodesicAcceleration()
    length: StepLength = LineSearch()

    def __post_init__(self) -> None:
        check(
            self,
            momentum=(0 <= self.momentum < 1, "in [0, 1)"),
            tries=(self.tries >= 1, "at least 1"),
        )


class GaussNewton:
    """Steps for K systems; `advance` does one.

    Parameters
    ----------
    systems
        Whose parameters move.
    settings
        How.
    minimum
        Damping, in mean squared norms of a row of J; by default that of the settings. It may be
        changed between steps: a step can fit fewer rows than parameters however they lie, so that
        what lowers their loss need not lower that of others.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.residuals import ExpertResiduals
    >>> mixture, points = example.mixture(), example.points()
    >>> systems = ExpertResiduals(example.PROBLEM, mixture, mixture.expert_stacks)
    >>> steps = GaussNewton(systems, GaussNewtonSettings())
    >>> before, after = steps.advance(points), steps.advance(points)
    >>> bool((after < 0.5 * before).all()), steps.moved
    (True, True)
    """

    def __init__(
        self,
        systems: LeastSquares,
        settings: GaussNewtonSettings,
        minimum: float | None = None,
    ) -> None:
        self._systems, self._settings = systems, settings
        self.minimum = settings.damping.minimum if minimum is None else minimum
        self.damping: Tensor | None = None  # (K,)
        self.step: Tensor | None = None  # (K, P), the one before

    def advance(self, points: Points) -> Tensor:
        """Do one step on ``points``; return the losses (K,) before it.

        A system whose loss no try lowers stays where it is, and is damped more from then on.
        """
        settings = self._settings
        residuals, jacobian = self._systems.linearise(points)
        damping, step = self._begun(residuals, jacobian.systems, jacobian.parameters)
        equations = NormalEquations(residuals, jacobian, settings.direction)
        losses = equations.residuals.square().sum(1)
        before = equations.image(settings.momentum * step)
        taken = torch.zeros_like(step)
        waiting = losses.isfinite().nonzero().squeeze(1)
        for _ in range(settings.tries):
            if not len(waiting):
                break
            damped = equations.damped(waiting, damping[waiting])
            steps, reached = self._proposed(damped, points, before.of(waiting))
            loss, predicted = losses[waiting], (damped.residuals + steps.image).square().sum(1)
            accepted = (reached < loss) & damped.solved
            gain = (loss - reached) / (loss - predicted).abs()
            damping[waiting] = settings.damping.update(
                damping[waiting], gain, accepted, self.minimum
            )
            taken[waiting[accepted]] = steps.steps[accepted]
            waiting = waiting[~accepted]
            # A bad step may be the momentum's: the next try begins from rest.
            before = before.scaled(torch.zeros_like(losses))
        self._systems.move(taken)
        self.damping, self.step = damping, taken
        return losses

    @property
    def moved(self) -> bool:
        """Whether the last step changed any parameter."""
        return self.step is not None and bool(self.step.any())

    def state(self) -> dict[str, Any]:
        """All that a continuation needs beside the parameters."""
        return {"damping": self.damping, "step": self.step, "least": self.minimum}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.damping, self.step, self.minimum = state["damping"], state["step"], state["least"]

    def _begun(self, like: Tensor, systems: int, parameters: int) -> tuple[Tensor, Tensor]:
        """Damping (K,) and the step before (K, P), on the device of ``like`` and free to change."""
        if self.damping is None or self.step is None:
            first = like.new_full((systems,), self._settings.damping.initial, dtype=torch.float64)
            self.damping, self.step = first, first.new_zeros(systems, parameters)
        # A checkpoint comes back on the CPU.
        damping = self.damping.to(like.device).clamp(min=self.minimum)
        return damping, self.step.to(like.device)

    def _proposed(self, damped: Damped, points: Points, before: Steps) -> tuple[Steps, Tensor]:
        """What to try from the steps ``before``: steps, and the loss (k,) that each reaches.

        Of ‖r + J d‖² + λ ‖d - b‖² with b = ``before``, the remainder d - b minimises
        ‖(r + J b) + J (d - b)‖² + λ ‖d - b‖²: the same equations, with the residuals after b.
        """
        settings, residuals = (
            self._settings,
            partial(self._systems.residuals, points, damped.systems),
        )
        steps = before.plus(damped.solve(damped.residuals + before.image))
        if settings.acceleration is not None:
            steps = settings.acceleration(steps, damped, residuals)
        return settings.length(steps, residuals)
