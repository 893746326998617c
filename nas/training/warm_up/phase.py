"""The warm-up as a phase, whatever its method.

Axis legend: E experts.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

import torch
from torch import Tensor

from nas.checks import check
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.problems.terms import PointCounts
from nas.search_spaces.candidates import ALL, OUTPUT
from nas.training import method_by_name
from nas.training.collocation import Sampler
from nas.training.least_squares.outputs import OutputLearning
from nas.training.phase import Reading

NAME = "warm-up"


class Learning(Protocol):
    """Experts of a mixture that learn in place, each by itself: those that learn all their layers.

    Those that learn their output layer alone are solved beside them, whatever the method.
    """

    @property
    def points_seen(self) -> int:
        """How many points each has been trained on so far."""
        ...

    def advance(self, iteration: int) -> Tensor:
        """Do iteration number ``iteration``; return these experts' losses (E,) before it."""
        ...

    def state(self) -> dict[str, Any]:
        """What a continuation needs beside the mixture."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        ...


class Method(Protocol):
    """How experts learn by themselves: the settings of a method, which can begin it."""

    title: ClassVar[str]  # what people call it

    def begin(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, iterations: int
    ) -> Learning:
        """Let the experts of ``mixture`` learn on the points of ``sampler``."""
        ...


def names() -> tuple[str, ...]:
    """The methods that there are: the other files of this folder.

    Examples
    --------
    >>> "adam" in names()
    True
    """
    return method_by_name.names(__package__ or "")


def title(name: str) -> str:
    """What people call the method of the file ``name`` of this folder.

    Examples
    --------
    >>> title("adam")
    'Adam'
    """
    return method_by_name.title(__package__ or "", name)


def method(name: str, **known: Any) -> Method:
    """The method of the file ``name`` of this folder, with settings among those ``known``.

    Examples
    --------
    >>> method("adam", learning_rate=1e-3)
    Settings(learning_rate=0.001, redraw=10, floor=0.02, unknown_rate=30.0)
    """
    found: Method = method_by_name.settings(__package__ or "", name, **known)
    return found


@dataclass(frozen=True)
class WarmUpSettings:
    """How the experts learn before any is chosen.

    Parameters
    ----------
    iterations
        Of the method.
    counts
        Points of an iteration: few, since a Gauss–Newton step solves for all of them at once.
    method
        How an iteration is done.
    check_every
        Iterations from one check of the losses to the next. They are few and long, so each check
        makes a row of the history.

    Examples
    --------
    >>> settings = WarmUpSettings(50, PointCounts(64, 8), method("adam", learning_rate=1e-3))
    >>> settings.method.title, settings.check_every
    ('Adam', 10)
    """

    iterations: int
    counts: PointCounts
    method: Method
    check_every: int = 10

    def __post_init__(self) -> None:
        check(
            self,
            check_every=(self.check_every >= 1, "at least 1"),
        )


class WarmUp:
    """The `Phase` in which the experts learn.

    Parameters
    ----------
    problem
        What its physics loss is of.
    mixture
        The whole pool, untrained; its experts are trained in place, its gate is not touched.
    sampler
        The run's; other numbers of points are drawn from its stream.
    settings
        How long and how.

    Examples
    --------
    >>> from nas.training import example
    >>> settings = example.settings().warm_up
    >>> warm_up = WarmUp(example.PROBLEM, example.mixture(), example.SAMPLER, settings)
    >>> losses = []
    >>> while not warm_up.finished:
    ...     losses.append(float(warm_up.advance()))  # of the best expert
    >>> len(losses), losses[-1] < 0.01 * losses[0]
    (6, True)
    """

    name = NAME

    def __init__(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, settings: WarmUpSettings
    ) -> None:
        self.mixture, self.settings = mixture, settings
        sampler = replace(sampler, counts=settings.counts)
        self._outputs = OutputLearning(problem, mixture, sampler)
        self._trained = [stack for stack in mixture.expert_stacks if stack.learns == ALL]
        self._learning: Learning | None = None
        if self._trained:
            method, iterations = settings.method, settings.iterations
            self._learning = method.begin(problem, mixture, sampler, iterations)
        self.step = 0
        self.evaluations = 0
        self._best = torch.tensor(0)

    @property
    def best(self) -> int:
        """The index in the pool of the expert whose loss was the least at the latest step."""
        return self.mixture.alive[int(self._best)]

    @property
    def finished(self) -> bool:
        """See `Phase`."""
        return self.step >= self.settings.iterations

    @property
    def due(self) -> bool:
        """See `Phase`."""
        return self.step % self.settings.check_every == 0

    def advance(self) -> Tensor:
        """See `Phase`; the loss is that of the best expert."""
        before = self._points_seen()
        losses = self._advanced()
        self.evaluations += self._points_seen() - before
        self.step += 1
        # One expert that diverges is no reason to end the others: it leaves after the warm-up.
        loss, self._best = losses.nan_to_num(nan=torch.inf, posinf=torch.inf).min(0)
        return loss

    def _points_seen(self) -> int:
        """By all experts together."""
        seen = self._outputs.points_seen
        if self._learning is not None:
            seen += self._learning.points_seen * sum(len(one.members) for one in self._trained)
        return seen

    def _advanced(self) -> Tensor:
        """The losses (E,) before an iteration, of experts that learn all and of the others."""
        solved = self._outputs.advance().to(self.mixture.centre)
        if self._learning is None:
            return solved
        trained = self._learning.advance(self.step)
        parts = {ALL: iter(trained), OUTPUT: iter(solved)}
        stacks = self.mixture.expert_stacks
        return torch.stack([next(parts[one.learns]) for one in stacks for _ in one.members])

    def report(self, loss: float) -> Reading:
        """See `Phase`."""
        return Reading(loss)

    def recover(self, loss: float) -> str:
        """See `Phase`: there is no expert left that could go on."""
        return f"loss {loss} at step {self.step} ({self.name})"

    def adopt(self, other: "WarmUp") -> None:
        """Be over, as the ``other`` warm-up of the same experts is, and with what it has taught."""
        self.mixture.stacks.load_state_dict(other.mixture.stacks.state_dict())
        self.step, self.evaluations = other.step, other.evaluations
        self._best = other._best

    def state(self) -> dict[str, Any]:
        """See `Phase`; after the end the counts alone, since the next phase has the mixture."""
        state: dict[str, Any] = {"step": self.step, "evaluations": self.evaluations}
        state["best"] = self._best
        if self.finished:
            return state
        state["mixture"], state["outputs"] = self.mixture.state_dict(), self._outputs.state()
        state["method"] = None if self._learning is None else self._learning.state()
        return state

    def restore(self, state: dict[str, Any]) -> None:
        """See `Phase`."""
        self.step, self.evaluations = state["step"], state["evaluations"]
        self._best = state["best"]
        if not self.finished:
            self.mixture.load_state_dict(state["mixture"])
            self._outputs.restore(state["outputs"])
            if self._learning is not None:
                self._learning.restore(state["method"])
