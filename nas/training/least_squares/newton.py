"""Newton–Kantorovich: the linearised problem is solved in the features, again and again.

The answer is u = base + Σ c φ, so its derivative by the coefficients c is that by the features. Of
r(u) + Dr(u)[v - u] = 0 the whole of v is sought in the features, or only its difference from u; of
both, with every damping and some step lengths, what counts is the true loss on points that were
left out. A strong damping is a short step (Levenberg–Marquardt), which a nonlinear problem needs
while it is far from its solution.

Axis legend: S derivatives, B points, C fields, U unknown coefficients, K features, P = C·K + U, R
rows, N tries.
"""

from typing import Any

import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.problems import Problem
from nas.training.collocation import Sampler
from nas.training.least_squares.draw import Draw
from nas.training.least_squares.features import Answer
from nas.training.least_squares.hidden_layer import HiddenLayer
from nas.training.least_squares.linearised import Rows
from nas.training.least_squares.points import points_at_residuals
from nas.training.least_squares.solution import damped

ROWS = 3  # for each feature
LENGTHS = (1.0, 0.5, 0.25, 0.1)  # of a step
ENOUGH = 0.5  # of the loss
TRUE = 1.1  # of the least loss by the linear model: what is reached within that needs no more steps
MOST = 30  # steps


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
    enough
        Of the loss: where a step leaves more, the next ones are not worth their time.

    Examples
    --------
    Of u' + u = 0 and u(0) = 1, from zero, by random waves:

    >>> from nas.training import example
    >>> from nas.networks import Candidate, untrained
    >>> def zero(points, derivatives):
    ...     return torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    >>> candidate = Candidate("sine", 1, 20, scale=0.25, learns="output")
    >>> layer = HiddenLayer(untrained(candidate, ["t"], outputs=1), [(0.0, 1.0)])
    >>> newton = Newton(example.SAMPLER, zero, layer)
    >>> newton.advance() > 0.9, newton.loss < 1e-16, newton.finished  # a linear problem: one step
    (True, True, True)
    >>> value = newton.answer(torch.ones(1, 1), DerivativeSet([], 1)).item()
    >>> abs(value - 0.36787944) < 1e-7
    True
    """

    def __init__(
        self,
        sampler: Sampler,
        base: Answer,
        features: HiddenLayer,
        start: Answer | None = None,
        enough: float = ENOUGH,
    ) -> None:
        self._problem, self._sampler, self._base = sampler.problem, sampler, base
        self._enough = enough
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
        if not self.moved:
            return self._start
        fields = len(self._problem.fields)
        return self._features.added_to(self._base, self.coefficients, fields)

    def advance(self) -> float:
        """Take a step, or find that there is none; return the held-out loss before it."""
        solved_at, judged_by = self._drawn()
        rows, held_out = (one.linearised(self._jets(one)) for one in (solved_at, judged_by))
        before = float(held_out.residuals.square().sum())
        self.loss, self.finished = before, True
        if not all(bool(one.matrix.isfinite().all()) for one in (rows, held_out)):
            return before
        tries = self._tries(rows)
        found = judged_by.losses(tries).nan_to_num(torch.inf, torch.inf)
        best = int(found.argmin())
        if float(found[best]) < before:
            told = float(self._told(held_out, tries).min())
            self.coefficients, self.moved = tries[best].clone(), True
            self.loss = float(found[best])
            # An unknown coefficient may have had no slope yet: at zero all its terms vanish.
            as_told = self.loss < TRUE * told and not self._problem.unknown
            over = self.loss > self._enough * before or as_told
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

    def _drawn(self) -> list[Draw]:
        """What is solved at, and what that is judged by."""
        rows = ROWS * len(self._features)
        points = points_at_residuals(self._sampler, self.answer, rows, self.steps)
        self.points_seen += points[0].evaluations
        self.steps += 1
        return [Draw(self._problem, one, self._base, self._features) for one in points]

    def _jets(self, draw: Draw) -> list[Tensor]:
        """Those of the present answer."""
        return draw.with_added(self.coefficients) if self.moved else draw.jets(self._start)

    def _present(self) -> Tensor:
        """Coefficients (P,) from which steps lead on: zero, but for the unknown ones, at first."""
        if self.moved or not self._problem.unknown:
            return self.coefficients
        present = self.coefficients.clone()
        first = raw_of(self._start, self._problem) - raw_of(self._base, self._problem)
        present[-len(first) :] = first
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


def raw_of(answer: Answer, problem: Problem) -> Tensor:
    """The raw values (U,) of the unknown coefficients of an ``answer``.

    Examples
    --------
    >>> from nas.training import example
    >>> def one(points, derivatives):  # of a problem without any
    ...     return torch.ones(len(derivatives), len(points), 1, dtype=torch.float64)
    >>> raw_of(one, example.PROBLEM)
    tensor([], dtype=torch.float64)
    """
    point = torch.tensor([[low for low, _ in problem.domain.bounds]], dtype=torch.float64)
    return answer(point, DerivativeSet([], point.shape[-1]))[0, 0, len(problem.fields) :].double()
