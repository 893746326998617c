"""Newton–Kantorovich: the linearised problem is solved in the features, again and again.

The answer is u = base + Σ c φ, so its derivative by the coefficients c is that by the features. Of
r(u) + Dr(u)[v - u] = 0 the whole of v is sought in the features, or only its difference from u; of
both, with every damping and some step lengths, what counts is the true loss on points that were
left out. A strong damping is a short step (Levenberg–Marquardt), which a nonlinear problem needs
while it is far from its solution.

Axis legend: S derivatives, B points, C fields, U unknown coefficients, K features, P = C·K + U, R
rows, N tries.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.training.collocation import Points, Sampler
from nas.training.least_squares.features import Answer, Features, with_added
from nas.training.least_squares.linearised import Rows, linearise
from nas.training.least_squares.points import draw
from nas.training.least_squares.solution import damped
from nas.training.least_squares.trials import losses

ROWS = 3  # for each feature
LENGTHS = (1.0, 0.5, 0.25, 0.1)  # of a step
ENOUGH = 0.9  # of the loss: where a step leaves more, there is nothing to gain any more
TRUE = 1.1  # of the least loss by the linear model: what is reached within that needs no more steps
MOST = 30  # steps


@dataclass(frozen=True)
class Difference:
    """How far an answer is from the base, as something that moves all fields together.

    Examples
    --------
    >>> def constant(value):
    ...     def answer(points, derivatives):
    ...         jet = torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    ...         jet[0] = value
    ...         return jet
    ...     return answer
    >>> apart = Difference(constant(5.0), constant(2.0), fields=1)
    >>> apart.jet(torch.zeros(1, 1), DerivativeSet([], 1)).item()
    3.0
    """

    answer: Answer
    base: Answer
    fields: int

    def jet(self, points: Tensor, derivatives: DerivativeSet) -> Tensor:
        """Its jet (S, B, C, 1)."""
        apart = self.answer(points, derivatives).double() - self.base(points, derivatives).double()
        return apart[..., : self.fields, None]


class Newton:
    """Steps towards the solution that is a base and features; `advance` takes one.

    Parameters
    ----------
    sampler
        Of the problem; of the points it gives the stream, not the number.
    base
        What the features are added to.
    features
        K of them.
    start
        Where to begin, if not at the base.

    Examples
    --------
    Of u' + u = 0 and u(0) = 1, from zero, by random waves:

    >>> from nas.training import example
    >>> from nas.training.least_squares.features import Waves
    >>> def zero(points, derivatives):
    ...     return torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    >>> newton = Newton(example.SAMPLER, zero, Waves.drawn([(0.0, 1.0)], [6.0], 20, seed=0))
    >>> newton.advance() > 0.9, newton.loss < 1e-16, newton.finished  # a linear problem: one step
    (True, True, True)
    >>> value = newton.answer(torch.ones(1, 1), DerivativeSet([], 1)).item()
    >>> abs(value - 0.36787944) < 1e-7
    True
    """

    def __init__(
        self, sampler: Sampler, base: Answer, features: Features, start: Answer | None = None
    ) -> None:
        self._problem, self._sampler, self._base = sampler.problem, sampler, base
        self._features, self._start = features, start or base
        unknown = len(self._problem.unknown)
        size = len(self._problem.fields) * len(features) + unknown
        self.coefficients = torch.zeros(size, dtype=torch.float64)  # (P,)
        self.loss = torch.inf  # on the points that the latest step was judged by
        self.steps, self.points_seen = 0, 0
        self.moved = self.finished = False

    @property
    def answer(self) -> Answer:
        """The present one."""
        return self._with(self.coefficients) if self.moved else self._start

    def advance(self) -> float:
        """Take a step, or find that there is none; return the held-out loss before it."""
        points = draw(self._sampler, self.answer, ROWS * len(self._features), self.steps)
        self.points_seen += points[0].evaluations
        self.steps += 1
        solved_at, judged_by = (self._linearised(one) for one in points)
        before = float(judged_by.residuals.square().sum())
        self.loss, self.finished = before, True
        if not all(bool(one.matrix.isfinite().all()) for one in (solved_at, judged_by)):
            return before
        tries = self._tries(solved_at)
        found = losses(self._problem, self._base, self._features, points[1], tries)
        found = found.nan_to_num(torch.inf, torch.inf)
        best = int(found.argmin())
        if float(found[best]) < before:
            told = float(self._told(judged_by, tries).min())
            self.coefficients, self.moved = tries[best].clone(), True
            self.loss = float(found[best])
            over = self.loss > ENOUGH * before or self.loss < TRUE * told
            self.finished = over or self.steps >= MOST
        return before

    def state(self) -> dict[str, Any]:
        """What a continuation needs beside the features."""
        names = ("coefficients", "loss", "steps", "points_seen", "moved", "finished")
        return {name: getattr(self, name) for name in names}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        for name, value in state.items():
            setattr(self, name, value)

    def _with(self, coefficients: Tensor) -> Answer:
        return with_added(self._base, self._features, coefficients)

    def _linearised(self, points: Points) -> Rows:
        """The residuals, and their derivative by coefficients and, last, by the `Difference`."""
        apart = Difference(self.answer, self._base, len(self._problem.fields))
        return linearise(self._problem, self.answer, self._features, points, apart)

    def _present(self) -> Tensor:
        """Coefficients (P,) from which steps lead on: zero, but for the unknown ones, at first."""
        if self.moved or not self._problem.unknown:
            return self.coefficients
        point = torch.tensor([[low for low, _ in self._problem.domain.bounds]]).double()
        values = DerivativeSet([], point.shape[-1])
        first, base = (one(point, values)[0, 0].double() for one in (self._start, self._base))
        present = self.coefficients.clone()
        unknown = len(self._problem.unknown)
        present[-unknown:] = (first - base)[-unknown:]
        return present

    def _tries(self, rows: Rows) -> Tensor:
        """Coefficients (N, P) to try."""
        present = self._present()
        if not self.moved and self._start is not self._base:  # the features have no part of it
            return damped(rows.matrix[:, :-1], self._to_undo(rows)[:, None])[0]
        targets = torch.stack([self._to_undo(rows), -rows.residuals], dim=1)
        whole, apart = damped(rows.matrix[:, :-1], targets)
        return torch.cat([present + by * one for one in (whole - present, apart) for by in LENGTHS])

    def _to_undo(self, rows: Rows) -> Tensor:
        """What the columns of the whole (R,) have to make: Dr(u)[u - base] - r(u)."""
        first = len(self.coefficients) - len(self._problem.unknown)
        by_unknown = rows.matrix[:, first:-1] @ self._present()[first:]
        return rows.matrix[:, -1] + by_unknown - rows.residuals

    def _told(self, rows: Rows, tries: Tensor) -> Tensor:
        """Their losses (N,) by the linear model."""
        left = rows.matrix[:, :-1] @ tries.T - self._to_undo(rows)[:, None]
        return left.square().sum(0)
