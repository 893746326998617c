"""The selection as a phase: first the gate learns, then the mixture chooses.

Axis legend: E experts alive.

What happens before the sparsity term acts decides between a choice and noise: at uniform weights
the term is stationary, and whatever breaks the tie wins. So the gate starts from what the experts
have learnt by themselves, and learns alone (*gate*) before all learn the mixture's residual
together (*selection*), while the sparsity term grows for as long as nobody can be dropped. Experts
leave one at a time, and one that is missed comes back.
"""

import math
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from nas.mixture.memory import Memory
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.adam import cosine
from nas.training.collocation import Points, Sampler
from nas.training.phase import Reading
from nas.training.physics_loss import HeldOutLoss
from nas.training.selection.pruning import ExpertOutcome, Pruning
from nas.training.selection.settings import SelectionSettings

GATE, NAME = "gate", "selection"


class Selection:
    """The `Phase` from the pool to the survivors.

    Parameters
    ----------
    problem
        What its physics loss is of.
    mixture
        The pool after its warm-up; trained and pruned, in its own dtype and on its own device.
    sampler
        Where training and held-out points come from.
    settings
        How long and how hard.
    begins
        The number of the first step: steps are counted over all phases.

    Examples
    --------
    >>> from nas.training import example
    >>> settings = example.settings().selection
    >>> selection = Selection(example.PROBLEM, example.mixture(), example.SAMPLER, settings, 6)
    >>> selection.introduce()
    >>> selection.name, selection.ends
    ('gate', 26)
    >>> while not selection.finished:
    ...     _ = selection.advance()
    >>> selection.name, len(selection.mixture.alive)
    ('selection', 2)
    """

    def __init__(
        self,
        problem: Problem,
        mixture: Mixture,
        sampler: Sampler,
        settings: SelectionSettings,
        begins: int,
    ) -> None:
        self.settings, self.sampler = settings, sampler
        mixture.memory = None if settings.experts_learn else Memory()
        self.competition = settings.begin(problem, mixture)
        self._measure = HeldOutLoss(problem, sampler, mixture.centre)
        self.pruning = Pruning(self.competition, settings.rule, self._measure, settings.penalty)
        self.begins = self.step = begins
        self.evaluations = 0
        self.learning_rate, self._latest = 0.0, GATE  # of the latest step: its rate and its name
        self._points: tuple[int, Points] | None = None
        self._closed = False

    @property
    def mixture(self) -> Mixture:
        """See `Phase`."""
        return self.competition.mixture

    @property
    def outcomes(self) -> dict[int, ExpertOutcome]:
        """What became of each expert, by its index in the pool."""
        return self.pruning.outcomes

    @property
    def name(self) -> str:
        """See `Phase`."""
        return NAME if self._choosing else GATE

    @property
    def ends(self) -> int:
        """The number of the step at which all are done."""
        return self.begins + self.settings.steps

    @property
    def finished(self) -> bool:
        """Whether all steps are done, or there is nothing to choose from."""
        decided = len(self.mixture.alive) == 1 and self.pruning.on_trial is None
        return decided or self.step >= self.ends

    @property
    def due(self) -> bool:
        """See `Phase`."""
        return self.step % self.settings.check_every == 0 or self.finished

    def introduce(self) -> None:
        """Drop the experts that diverged in the warm-up, and start from what the others learnt."""
        losses = self._measure.individual(self.mixture)
        for index, value in zip(self.mixture.alive, losses, strict=True):
            self.outcomes[index].individual_loss = value
            if not math.isfinite(value) and len(self.mixture.alive) > 1:
                reason = f"individual loss {value} after the warm-up"
                self.pruning.drop(index, self.step, 0.0, reason)
        self._start()

    def keep(self, indices: Sequence[int]) -> None:
        """After `introduce`: let all experts go but those with these ``indices`` in the pool.

        Raises
        ------
        ValueError
            If none of these is alive.
        """
        if not set(indices) & set(self.mixture.alive):
            raise ValueError(
                f"expected one of the experts {list(indices)} to be alive after the warm-up, "
                f"got {self.mixture.alive}"
            )
        for index in set(self.mixture.alive) - set(indices):
            self.competition.drop(index)
        self.pruning.outcomes = {index: self.outcomes[index] for index in indices}
        self._start()

    def advance(self) -> Tensor:
        """See `Phase`."""
        choosing, points = self._choosing, self._current_points()
        self.learning_rate, self._latest = self._rate(), self.name
        # Where nobody can leave any more, a penalty would only favour one of those that remain.
        weight = self.pruning.penalty_weight if choosing and self.pruning.open else 0.0
        together = choosing and self.settings.experts_learn
        loss = self.competition.advance(points, self.learning_rate, weight, together)
        self.evaluations += points.evaluations * len(self.mixture.alive)
        self.step += 1
        if choosing:
            self.pruning.evaluate(self.step, self.ends)
        elif self._choosing:
            self._leave_one_out()
        return loss

    def report(self, loss: float) -> Reading | None:
        """See `Phase`."""
        if self.step % self.settings.log_every and not self.finished:
            return None
        term = self.competition.sparsity
        sparsity = None if term is None else float(term)
        return Reading(loss, self.held_out_loss(), sparsity, self.learning_rate)

    def recover(self, loss: float) -> str | None:
        """See `Phase`: the drop that is on trial is undone."""
        reason = f"dropped and taken back: the loss became {loss}"
        if self.pruning.take_back(self.step, reason):
            return None
        return f"loss {loss} at step {self.step} ({self._latest})"

    def held_out_loss(self) -> float:
        """The mixture's physics loss on held-out points."""
        return self._measure(self.mixture)

    def close(self) -> None:
        """Write down the importance of those still alive."""
        self.pruning.close()
        self.mixture.memory = None
        self._closed = True

    def state(self) -> dict[str, Any]:
        """See `Phase`; rates and points are functions of the step.

        Once closed, who is alive and why: the next phase has the mixture.
        """
        return {
            "step": self.step,
            "evaluations": self.evaluations,
            "closed": self._closed,
            "competition": {"alive": self.mixture.alive}
            if self._closed
            else self.competition.state(),
            "pruning": self.pruning.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """See `Phase`."""
        self.step, self.evaluations = state["step"], state["evaluations"]
        self._closed = state["closed"]
        if self._closed:
            self.mixture.memory = None
            alive = state["competition"]["alive"]
            self.competition.mixture = self.mixture.with_alive(alive)
        else:
            self.competition.restore(state["competition"])
        self.pruning.restore(state["pruning"])

    @property
    def _choosing(self) -> bool:
        """Whether the coming step is one of the selection proper."""
        return self.step >= self.begins + self.settings.gate_steps

    def _rate(self) -> float:
        """The learning rate of the coming step: a cosine in the selection."""
        start = self.begins + self.settings.gate_steps
        progress = (self.step - start) / max(self.ends - start, 1)
        return self.settings.learning_rate * cosine(progress, self.settings.floor)

    def _start(self) -> None:
        """Start the gate from all experts, and unknown coefficients from the best of them.

        A mean would be off by what those have found that have learnt the least.
        """
        losses = []
        for index in self.mixture.alive:
            loss = self.outcomes[index].individual_loss
            assert loss is not None, "`introduce` comes first"
            losses.append(loss)
        self.mixture.gate.prefer(self.settings.start(losses, self.mixture))
        self.mixture.start_unknown(self.mixture.alive[losses.index(min(losses))])

    def _current_points(self) -> Points:
        number = self.step // self.settings.redraw if self.settings.experts_learn else 0
        if self._points is None or self._points[0] != number:
            like = self.mixture.centre
            self._points = number, self.sampler.draw(number, like.device)
        return self._points[1]

    def _leave_one_out(self) -> None:
        """Write down what the mixture of all, before any was dropped, would be without each."""
        if len(self.mixture.alive) == 1:
            return
        whole = self.held_out_loss()
        for index in self.mixture.alive:
            without = self._measure(self.mixture, index)
            self.outcomes[index].leave_one_out = without / whole if whole else None
