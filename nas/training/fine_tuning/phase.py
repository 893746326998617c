"""The fine-tuning as a phase, whatever its optimiser.

After some iterations each the loss on held-out points says whether to go on. Where it stalls, the
optimiser may refine what it does; where that helps no more, the phase ends. The best state is kept,
since points drawn anew make the last one no better than another.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from torch import Tensor

from nas.checks import check
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training import method_by_name
from nas.training.collocation import Sampler
from nas.training.phase import Reading
from nas.training.physics_loss import HeldOutLoss

NAME = "fine-tuning"


class Optimiser(Protocol):
    """What trains a mixture in place."""

    @property
    def converged(self) -> bool:
        """Whether no step has lowered the loss for some time."""
        ...

    @property
    def points_seen(self) -> int:
        """How many points it has trained on so far."""
        ...

    def advance(self, iteration: int) -> Tensor:
        """Do iteration number ``iteration``; return the physics loss () before it."""
        ...

    def update(self, ratio: float) -> None:
        """Take note of the held-out loss, over the best before it."""
        ...

    def refine(self) -> str:
        """Where the held-out loss stalls: train more finely from now on, and return "".

        Or return in words what has been of no use, where no finer training is left.
        """
        ...

    def state(self) -> dict[str, Any]:
        """What a continuation needs beside the mixture."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        ...


class Method(Protocol):
    """The settings of an optimiser, which can begin it."""

    title: ClassVar[str]  # what people call it

    def begin(self, problem: Problem, mixture: Mixture, sampler: Sampler) -> Optimiser:
        """Train ``mixture`` on points of ``sampler``."""
        ...


def names() -> tuple[str, ...]:
    """The methods that there are: the other files of this folder.

    Examples
    --------
    >>> "gauss_newton" in names()
    True
    """
    return method_by_name.names(__package__ or "")


def title(name: str) -> str:
    """What people call the method of the file ``name`` of this folder.

    Examples
    --------
    >>> title("gauss_newton")
    'Gauss–Newton'
    """
    return method_by_name.title(__package__ or "", name)


def method(name: str, **known: Any) -> Method:
    """The optimiser of the file ``name`` of this folder, with settings among those ``known``.

    Examples
    --------
    >>> method("gauss_newton", rows_per_parameter=3.0).rows_per_parameter
    3.0
    """
    found: Method = method_by_name.settings(__package__ or "", name, **known)
    return found


@dataclass(frozen=True)
class FineTuningSettings:
    """How long to fine-tune, and when to stop.

    Parameters
    ----------
    iterations
        At most.
    method
        How an iteration is done.
    check_every
        Iterations from one check of the held-out loss to the next: it costs some iterations' time.
    patience
        Checks within which the best loss has to fall under ``progress`` times what it was: new
        points each time make single losses noisy.
    progress
        Less of a fall than a fifth is not worth as many iterations.

    Examples
    --------
    >>> settings = FineTuningSettings(iterations=100, method=method("gauss_newton"))
    >>> settings.check_every * settings.patience  # iterations within which the loss has to fall
    40
    """

    iterations: int
    method: Method
    check_every: int = 10
    patience: int = 4
    progress: float = 0.8

    def __post_init__(self) -> None:
        check(
            self,
            check_every=(self.check_every >= 1, "at least 1"),
            patience=(self.patience >= 0, "at least 0"),
            progress=(0 <= self.progress <= 1, "in [0, 1]"),
        )


class FineTuning:
    """The `Phase` from the survivors to the minimum.

    Parameters
    ----------
    problem
        What its physics loss is of.
    mixture
        The survivors; turned into float64 and trained in place.
    sampler
        Where training and held-out points come from.
    settings
        How long, how, and when to stop.

    Examples
    --------
    >>> from nas.training import example
    >>> settings = example.settings().fine_tuning
    >>> tuning = FineTuning(example.PROBLEM, example.mixture(), example.SAMPLER, settings)
    >>> untrained = tuning.best_loss
    >>> while not tuning.finished:
    ...     _ = tuning.advance()
    >>> tuning.take_best()
    >>> tuning.iterations, tuning.best_loss < 0.01 * untrained
    (5, True)
    """

    name = NAME

    def __init__(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, settings: FineTuningSettings
    ) -> None:
        self.mixture, self.settings = mixture.double(), settings
        self.iterations = 0  # done
        self.ended = ""  # why, once it has
        self._optimiser = settings.method.begin(problem, mixture, sampler)
        self._measure = HeldOutLoss(problem, sampler, mixture.centre)
        self.held_out_loss = self._measure(mixture)
        # Any loss is better than one that is not a number.
        self.best_loss = self.held_out_loss if math.isfinite(self.held_out_loss) else math.inf
        self.best = self._copy()
        self.best_losses: list[float] = []  # at each look since the latest refinement

    @property
    def finished(self) -> bool:
        """See `Phase`."""
        return bool(self.ended) or self.iterations >= self.settings.iterations

    @property
    def evaluations(self) -> int:
        """See `Phase`."""
        return self._optimiser.points_seen * len(self.mixture.alive)

    @property
    def due(self) -> bool:
        """See `Phase`."""
        last = self.iterations >= self.settings.iterations
        return last or self.iterations % self.settings.check_every == 0

    def advance(self) -> Tensor:
        """See `Phase`; where it is `due`, the held-out loss is measured and decides."""
        loss = self._optimiser.advance(self.iterations)
        self.iterations += 1
        if self.due:
            self._evaluate()
            self._decide(loss)
        return loss.detach()

    def report(self, loss: float) -> Reading:
        """See `Phase`."""
        return Reading(loss, self.held_out_loss)

    def recover(self, loss: float) -> None:
        """See `Phase`: it has ended, and the best state is there."""

    def take_best(self) -> None:
        """Put the best state into the mixture."""
        self.mixture.load_state_dict(self.best)

    def state(self) -> dict[str, Any]:
        """See `Phase`."""
        return {
            "iterations": self.iterations,
            "ended": self.ended,
            "mixture": self.mixture.state_dict(),
            "optimiser": self._optimiser.state(),
            "best_losses": self.best_losses,
            "best_loss": self.best_loss,
            "best": self.best,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """See `Phase`; the mixture must have been built with the survivors."""
        self.iterations, self.ended = state["iterations"], state["ended"]
        self.mixture.load_state_dict(state["mixture"])
        self._optimiser.restore(state["optimiser"])
        self.best_losses, self.best_loss = state["best_losses"], state["best_loss"]
        self.best = state["best"]

    def _evaluate(self) -> None:
        """Measure the held-out loss, and keep the state if it is the best."""
        self.held_out_loss = self._measure(self.mixture)
        ratio = self.held_out_loss / self.best_loss if self.best_loss else math.nan
        self._optimiser.update(ratio)
        if self.held_out_loss < self.best_loss:  # false where it is not a number
            self.best_loss, self.best = self.held_out_loss, self._copy()
        self.best_losses.append(self.best_loss)

    def _decide(self, loss: Tensor) -> None:
        """Go on, refine, or end."""
        if not math.isfinite(loss):
            self.ended = f"stopped after {self.iterations} iterations: loss {float(loss)}"
        elif self._optimiser.converged:
            self.ended = f"converged after {self.iterations} iterations: no step lowers the loss"
        elif self._stalled():
            exhausted = self._optimiser.refine()
            if exhausted:
                self.ended = (
                    f"stalled after {self.iterations} iterations: the held-out loss no longer "
                    f"falls, even {exhausted}"
                )
            self.best_losses = []

    def _stalled(self) -> bool:
        """Whether the best loss has hardly fallen within the patience."""
        patience = self.settings.patience
        if len(self.best_losses) <= patience:
            return False
        return self.best_loss > self.settings.progress * self.best_losses[-1 - patience]

    def _copy(self) -> dict[str, Tensor]:
        return {name: value.clone() for name, value in self.mixture.state_dict().items()}
