"""Gate and experts under Adam: they learn the mixture's residual, and compete for the gate.

Axis legend: E experts alive.
"""

from typing import Any

import torch
from torch import Tensor
from torch.optim import Adam

from nas.mixture.mixture import Mixture
from nas.mixture.sparsity import sparsity
from nas.problems.problem import Problem
from nas.training.loss import learn_importance, learn_mixture
from nas.training.optimisers import adam, follow, set_learning_rates
from nas.training.points import Points

# Of the learning rate: the gate has all to learn, and the experts have learnt already.
GATE_RATE, EXPERTS_RATE = 5.0, 0.15
SMOOTHING = 0.98  # of the importance, an exponential moving average


class Selection:
    """A mixture that learns and chooses; `advance` does a step, `drop` lets an expert go.

    Parameters
    ----------
    problem
        What its physics loss is of.
    mixture
        Trained and pruned in place, unless `restore` makes a new one.
    p
        Exponent of the sparsity term.
    """

    def __init__(self, problem: Problem, mixture: Mixture, p: float) -> None:
        self.problem, self.mixture, self.p = problem, mixture, p
        self.optimiser = _adam(mixture)
        self.importance: Tensor | None = None  # (E,), smoothed
        self.sparsity: Tensor | None = None

    @property
    def importances(self) -> dict[int, float]:
        """The smoothed importance of each expert alive; none before the first step."""
        if self.importance is None:
            return {}
        return dict(zip(self.mixture.alive, self.importance.tolist(), strict=True))

    def advance(
        self, points: Points, rate: float, penalty_weight: float, experts_learn: bool
    ) -> Tensor:
        """Do a step of Adam; return the physics loss () before it.

        ``rate`` is the learning rate, ``penalty_weight`` the weight of the sparsity term in
        physics losses.
        """
        set_learning_rates(self.optimiser, [GATE_RATE * rate, EXPERTS_RATE * rate])
        self.optimiser.zero_grad()
        seen = learn_mixture(self.problem, self.mixture, points, experts_learn)
        self._smooth(seen.importance)
        importance = seen.importance.clone().requires_grad_()
        term = sparsity(importance, self.p)
        self.sparsity = term.detach()
        if penalty_weight > 0:
            (slope,) = torch.autograd.grad(term, importance)
            learn_importance(self.mixture, points, penalty_weight * seen.loss * slope)
        self.optimiser.step()
        return seen.loss

    def drop(self, index: int) -> None:
        """Let an expert go; the others share its importance."""
        kept = [row for row, other in enumerate(self.mixture.alive) if other != index]
        follow(self.optimiser, self.mixture.drop(index))
        if self.importance is not None:
            self.importance = self.importance[kept] / self.importance[kept].sum()

    def state(self) -> dict[str, Any]:
        """All that `restore` needs."""
        return {
            "alive": self.mixture.alive,
            "mixture": self.mixture.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "importance": self.importance,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Be as when ``state`` was taken, with those alive that were alive then."""
        if self.mixture.alive != state["alive"]:
            self.mixture = self.mixture.with_alive(state["alive"])
            self.optimiser = _adam(self.mixture)
        self.mixture.load_state_dict(state["mixture"])
        self.optimiser.load_state_dict(state["optimiser"])
        if state["importance"] is not None:
            self.importance = state["importance"].to(self.mixture.centre.device)

    def _smooth(self, importance: Tensor) -> None:
        if self.importance is None:
            self.importance = importance.clone()
        self.importance = SMOOTHING * self.importance + (1 - SMOOTHING) * importance


def _adam(mixture: Mixture) -> Adam:
    """With a group for the gate and one for the experts; `Selection.advance` sets their rates."""
    return adam(1.0, mixture.gate.parameters(), mixture.stacks.parameters())
