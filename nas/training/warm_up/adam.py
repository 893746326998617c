"""Adam on the sum of the experts' losses, the learning rate on a cosine.

Axis legend: E experts.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from nas.checks import check
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.search_spaces.candidates import ALL
from nas.training.adam import adam, cosine, set_learning_rates
from nas.training.collocation import Sampler
from nas.training.physics_loss import learn_individually


@dataclass(frozen=True)
class Settings:
    """A `Method`.

    Parameters
    ----------
    learning_rate
        At the start.
    redraw
        Steps for which the same points serve: to draw them takes as long as a small step.
    floor
        Of the learning rate at the end, as a share of what it is at the start.
    unknown_rate
        Factor of the learning rate for unknown coefficients: a single number has further to go than
        any weight, and until it is there the networks learn the solution of another equation.

    Examples
    --------
    >>> Settings(learning_rate=1e-3, redraw=0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: ...
    """

    title: ClassVar[str] = "Adam"

    learning_rate: float
    redraw: int = 10
    floor: float = 0.02
    unknown_rate: float = 30.0

    def __post_init__(self) -> None:
        check(
            self,
            redraw=(self.redraw >= 1, "at least 1"),
            floor=(0 <= self.floor <= 1, "in [0, 1]"),
            unknown_rate=(self.unknown_rate > 0, "above 0"),
        )

    def begin(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, iterations: int
    ) -> "ByAdam":
        """See `Method`."""
        return ByAdam(problem, mixture, sampler, iterations, self)


class ByAdam:
    """See `Learning`.

    Examples
    --------
    >>> from nas.training import example
    >>> method = Settings(learning_rate=1e-2)
    >>> learning = method.begin(example.PROBLEM, example.mixture(), example.SAMPLER, iterations=20)
    >>> first, *_, last = [learning.advance(iteration) for iteration in range(20)]
    >>> bool((last < first).all()), learning.points_seen
    (True, 340)
    """

    def __init__(
        self,
        problem: Problem,
        mixture: Mixture,
        sampler: Sampler,
        iterations: int,
        settings: Settings,
    ) -> None:
        self._problem, self._mixture, self._sampler = problem, mixture, sampler
        self._iterations, self._settings = iterations, settings
        self._stacks = [stack for stack in mixture.expert_stacks if stack.learns == ALL]
        unknown = [one.unknown for one in self._stacks if one.unknown is not None]
        others = [one for stack in self._stacks for one in (*stack.weights, *stack.biases)]
        groups = [others, unknown] if unknown else [others]
        self._factors = [1.0, settings.unknown_rate][: len(groups)]  # of the learning rate
        self._optimiser = adam(settings.learning_rate, *groups)
        self.points_seen = 0

    def advance(self, iteration: int) -> Tensor:
        """See `Learning`."""
        like, settings = self._mixture.centre, self._settings
        points = self._sampler.draw(iteration // settings.redraw, like.device)
        rate = settings.learning_rate * cosine(iteration / self._iterations, settings.floor)
        set_learning_rates(self._optimiser, [factor * rate for factor in self._factors])
        self._optimiser.zero_grad()
        losses = learn_individually(self._problem, self._mixture, points, self._stacks)
        self._optimiser.step()
        self.points_seen += points.evaluations
        return losses

    def state(self) -> dict[str, Any]:
        """See `Learning`."""
        return {"optimiser": self._optimiser.state_dict()}

    def restore(self, state: dict[str, Any]) -> None:
        """See `Learning`."""
        self._optimiser.load_state_dict(state["optimiser"])
