"""Gate and experts under Adam: they learn the mixture's residual, and compete for the gate.

Axis legend: E experts alive.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.optim import Adam

from nas.checks import check
from nas.mixture.mixture import Mixture
from nas.mixture.sparsity import sparsity
from nas.problems.problem import Problem
from nas.training.adam import adam, follow, set_learning_rates
from nas.training.collocation import Points
from nas.training.physics_loss import learn_importance, learn_mixture


@dataclass(frozen=True)
class CompetitionSettings:
    """The numbers of the competition.

    Parameters
    ----------
    gate_rate, experts_rate
        Factors of the learning rate: the gate has all to learn, and the experts have learnt
        already.
    smoothing
        Of the importance, an exponential moving average over the steps: one step's points do not
        decide who leaves.

    Examples
    --------
    >>> settings = CompetitionSettings()
    >>> settings.gate_rate > settings.experts_rate
    True
    """

    gate_rate: float = 5.0
    experts_rate: float = 0.15
    smoothing: float = 0.98

    def __post_init__(self) -> None:
        check(
            self,
            gate_rate=(self.gate_rate > 0, "above 0"),
            experts_rate=(self.experts_rate >= 0, "at least 0"),
            smoothing=(0 <= self.smoothing < 1, "in [0, 1)"),
        )


class Competition:
    """A mixture that learns and chooses; `advance` does a step, `drop` lets an expert go.

    Parameters
    ----------
    problem
        What its physics loss is of.
    mixture
        Trained and pruned in place, unless `restore` makes a new one.
    p
        Exponent of the sparsity term.
    settings
        Rates and smoothing.

    Examples
    --------
    >>> from nas.training import example
    >>> competition = Competition(example.PROBLEM, example.mixture(), p=0.5)
    >>> loss = competition.advance(example.points(), 1e-2, penalty_weight=0.1, experts_learn=True)
    >>> {index: round(one, 3) for index, one in competition.importances.items()}
    {0: 0.333, 2: 0.333, 1: 0.333}
    >>> competition.drop(2)
    >>> {index: round(one, 3) for index, one in competition.importances.items()}
    {0: 0.5, 1: 0.5}
    """

    def __init__(
        self,
        problem: Problem,
        mixture: Mixture,
        p: float,
        settings: CompetitionSettings = CompetitionSettings(),
    ) -> None:
        self.problem, self.mixture, self.p, self.settings = problem, mixture, p, settings
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
        """Do a step of Adam on loss + penalty weight · loss · S_p; return the physics loss ().

        The loss before S_p is held fixed: the term's gradient is penalty_weight · loss · ∇S_p, so
        that the balance of the two stays what it is however small the residuals become.

        Parameters
        ----------
        rate
            The learning rate, before the factors of gate and experts.
        penalty_weight
            Of the sparsity term, in physics losses.
        experts_learn
            If false, only the gate is trained.
        """
        settings = self.settings
        rates = [settings.gate_rate * rate, settings.experts_rate * rate]
        set_learning_rates(self.optimiser, rates)
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
        importance = state["importance"]
        self.importance = None if importance is None else importance.to(self.mixture.centre.device)

    def _smooth(self, importance: Tensor) -> None:
        """m ← β m + (1 - β) λ̄, from the first λ̄ on, so that there is no bias to correct."""
        if self.importance is None:
            self.importance = importance.clone()
        old, new = self.settings.smoothing, 1 - self.settings.smoothing
        self.importance = old * self.importance + new * importance


def _adam(mixture: Mixture) -> Adam:
    """With a group for the gate and one for the experts; `Competition.advance` sets their rates.

    The mixture's unknown coefficients learn as fast as the experts do.
    """
    unknown = [] if mixture.unknown is None else [mixture.unknown]
    return adam(1.0, mixture.gate.parameters(), [*mixture.stacks.parameters(), *unknown])
