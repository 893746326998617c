"""The gate alone under Gauss–Newton, among experts that keep what they have learnt.

Axis legend: E experts alive, R rows, P parameters of the gate, B points.

The sparsity term becomes rows of the least-squares problem. λ̄ᵖ is concave in λ̄², so its tangent at
the present weights λ̄₀ lies above it: λ̄ᵖ ≤ (p/2) λ̄₀ᵖ⁻² λ̄² + (1 - p/2) λ̄₀ᵖ. A step on the squares
lowers the term as well (iteratively reweighted least squares: Chartrand and Yin 2008; majorisation
and minimisation: Hunter and Lange 2004).
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nas import networks
from nas.calculus import jacobians
from nas.calculus.jacobians import DenseJacobian, JointJacobian, StackJacobian
from nas.calculus.jets import DerivativeSet
from nas.mixture.mixture import Mixture
from nas.mixture.sparsity import LEAST, sparsity
from nas.networks import Trace
from nas.problems.problem import Problem
from nas.training.collocation import Points
from nas.training.gauss_newton import GaussNewton, GaussNewtonSettings, LineSearch
from nas.training.residuals import linearised, residuals_of, write

# What is left for a gate to gain is gained in some dozens of steps, on the same points.
SINGLE = GaussNewtonSettings(momentum=0.0, acceleration=None, length=LineSearch(lengths=(1.0,)))


@dataclass
class GateResiduals:
    """A `LeastSquares`: what the mixture leaves, and the sparsity term, by the gate's parameters.

    Parameters
    ----------
    problem, mixture
        Whose experts are as they are.
    p
        Exponent of the sparsity term.
    weight
        Of the term, in units of the loss: 0 where nobody may leave.

    Examples
    --------
    >>> from nas.training import example
    >>> mixture, points = example.mixture(), example.points()
    >>> systems = GateResiduals(example.PROBLEM, mixture, p=0.5, weight=0.1)
    >>> rows, jacobian = systems.linearise(points)
    >>> rows.shape, jacobian.parameters  # 17 residuals and 3 weights; a gate of 1×4
    (torch.Size([1, 20]), 23)
    """

    problem: Problem
    mixture: Mixture
    p: float
    weight: float = 0.0

    def __post_init__(self) -> None:
        # As at the latest linearisation: factors of the rows of the term (E,), mean weights (E,),
        # and the physics loss ().
        self._factors = self.importance = self.loss = self.mixture.centre.new_zeros(0)

    def linearise(self, points: Points) -> tuple[Tensor, DenseJacobian]:
        """See `LeastSquares`; the rows of the term come last."""
        gate = self.mixture.gate.networks

        def traced(x: Tensor, derivatives: DerivativeSet) -> tuple[Tensor, list[Trace]]:
            coordinates = self.mixture.coordinates(x, derivatives)
            trace = networks.trace(derivatives, coordinates, gate)
            experts = self.mixture.fields(coordinates, derivatives)
            return self.mixture.mix(derivatives, trace.jet.squeeze(0), experts), [trace]

        residuals, rows = linearised(self.problem, points, traced)
        matrix = JointJacobian([StackJacobian(of_gate) for of_gate in rows]).dense()
        self.importance, slopes = self._importance(points)
        self.loss = residuals.square().sum()
        scale = 0.5 * self.p * self.weight * self.loss
        self._factors = (scale * self.importance.clamp_min(LEAST) ** (self.p - 2)).sqrt()
        rows_of_term = self._factors * self.importance
        matrix = torch.cat([matrix[0], self._factors[:, None] * slopes])
        return torch.cat([residuals, rows_of_term])[None], DenseJacobian(matrix[None])

    @torch.no_grad()
    def residuals(self, points: Points, systems: Tensor, steps: Tensor) -> Tensor:
        """See `LeastSquares`; the term is weighed as at the latest linearisation."""
        (gate,) = jacobians.moved([self.mixture.gate.networks], [steps])

        def logits(x: Tensor, derivatives: DerivativeSet) -> tuple[Tensor, Tensor]:
            coordinates = self.mixture.coordinates(x, derivatives)
            return coordinates, networks.evaluate(derivatives, coordinates, [gate]).squeeze(0)

        def evaluate(x: Tensor, derivatives: DerivativeSet) -> Tensor:
            coordinates, of_gate = logits(x, derivatives)
            experts = self.mixture.fields(coordinates, derivatives)
            return self.mixture.mix(derivatives, of_gate, experts)

        values = DerivativeSet([], self.mixture.inputs)
        weights = self.mixture.weights(logits(points.interior, values)[1])
        found = [*residuals_of(self.problem, points, evaluate), self._factors * weights.mean(0)]
        return torch.cat(found)[None]

    def move(self, steps: Tensor) -> None:
        """See `LeastSquares`."""
        gate = self.mixture.gate.networks
        write(gate, jacobians.moved([gate], [steps])[0])

    def _importance(self, points: Points) -> tuple[Tensor, Tensor]:
        """The mean weights λ̄ (E,) over the interior points, and their derivative (E, P)."""
        values = DerivativeSet([], self.mixture.inputs)
        with torch.enable_grad():
            coordinates = self.mixture.coordinates(points.interior, values)
            trace = networks.trace(values, coordinates, self.mixture.gate.networks)
            weights = self.mixture.weights(trace.jet.squeeze(0))
            ones = weights.new_full((1, len(weights)), 1 / len(weights))
            slopes = []
            for column in weights.unbind(1):
                (rows,) = jacobians.rows(column, [trace], True)
                slopes.append(StackJacobian([rows]).rmatvec(ones))
        return weights.detach().mean(0), torch.cat(slopes)


class FrozenCompetition:
    """The gate of a mixture, which learns and chooses; `advance` does a step of Gauss–Newton.

    See `nas.training.selection.competition.Competition`, whose place it takes. The mixture is
    turned into float64: single precision would throw away part of what the experts have learnt.

    Examples
    --------
    >>> from nas.training import example
    >>> competition = FrozenCompetition(example.PROBLEM, example.mixture(), p=0.5)
    >>> first = competition.advance(example.points(), 0.0, penalty_weight=0.1, experts_learn=False)
    >>> second = competition.advance(example.points(), 0.0, penalty_weight=0.1, experts_learn=False)
    >>> bool(second < first), sorted(competition.importances)
    (True, [0, 1, 2])
    """

    def __init__(
        self,
        problem: Problem,
        mixture: Mixture,
        p: float,
        settings: GaussNewtonSettings = SINGLE,
    ) -> None:
        self.problem, self.p, self.settings = problem, p, settings
        self.importance: Tensor | None = None  # (E,)
        self.sparsity: Tensor | None = None
        self._begin(mixture.double())

    @property
    def importances(self) -> dict[int, float]:
        """The importance of each expert alive; none before the first step."""
        if self.importance is None:
            return {}
        return dict(zip(self.mixture.alive, self.importance.tolist(), strict=True))

    def advance(
        self, points: Points, rate: float, penalty_weight: float, experts_learn: bool
    ) -> Tensor:
        """Do a step on loss + penalty weight · loss · S_p; return the physics loss () before it.

        The loss before S_p is that before the step. There is no ``rate``, and no expert learns.
        """
        self._residuals.weight = penalty_weight
        self._steps.advance(points)
        self.importance = self._residuals.importance
        self.sparsity = sparsity(self.importance, self.p)
        return self._residuals.loss

    def drop(self, index: int) -> None:
        """Let an expert go; the others share its importance."""
        kept = [row for row, other in enumerate(self.mixture.alive) if other != index]
        self.mixture.drop(index)
        self._begin(self.mixture)
        if self.importance is not None:
            self.importance = self.importance[kept] / self.importance[kept].sum()

    def state(self) -> dict[str, Any]:
        """All that `restore` needs."""
        return {
            "alive": self.mixture.alive,
            "mixture": self.mixture.state_dict(),
            "steps": self._steps.state(),
            "importance": self.importance,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Be as when ``state`` was taken, with those alive that were alive then."""
        if self.mixture.alive != state["alive"]:
            self._begin(self.mixture.with_alive(state["alive"]))
        self.mixture.load_state_dict(state["mixture"])
        self._steps.restore(state["steps"])
        importance = state["importance"]
        self.importance = None if importance is None else importance.to(self.mixture.centre.device)

    def _begin(self, mixture: Mixture) -> None:
        self.mixture = mixture
        self._residuals = GateResiduals(self.problem, mixture, self.p)
        self._steps = GaussNewton(self._residuals, self.settings)
