"""What a phase of a run is: it advances step by step, is saved, restored, and ends.

The phases are warm-up, selection and fine-tuning, each in a package of its own. To drive, log and
save them, a run (`nas.training.training_run`) needs no more than this; where one hands over to the
next it knows which they are.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor

from nas.mixture.mixture import Mixture


@dataclass(frozen=True)
class Reading:
    """What there is to say of a phase after a step.

    ``loss`` is the physics loss on the step's own points. None stands for what was not measured, or
    does not exist in the phase.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.warm_up import WarmUp
    >>> settings = example.settings()
    >>> warm_up = WarmUp(example.PROBLEM, example.mixture(), example.SAMPLER, settings.warm_up)
    >>> reading = warm_up.report(float(warm_up.advance()))
    >>> reading.loss > 0, reading.learning_rate
    (True, None)
    """

    loss: float
    held_out_loss: float | None = None
    sparsity: float | None = None
    learning_rate: float | None = None


class Phase(Protocol):
    """A part of a run."""

    @property
    def name(self) -> str:
        """What the coming step belongs to, for tables and people."""
        ...

    @property
    def mixture(self) -> Mixture:
        """As it is now."""
        ...

    @property
    def finished(self) -> bool:
        """Whether there is nothing more to be done."""
        ...

    @property
    def evaluations(self) -> int:
        """Points, times the experts that learnt from them, so far in this phase."""
        ...

    @property
    def due(self) -> bool:
        """Whether to check the loss after the latest step; each check waits for it."""
        ...

    def advance(self) -> Tensor:
        """Do one step, unless `finished`; return the physics loss () before it."""
        ...

    def report(self, loss: float) -> Reading | None:
        """The row of the history that the latest step deserves, if any; where it is `due`."""
        ...

    def recover(self, loss: float) -> str | None:
        """Go on, or end, in spite of a loss that is not a number; else the reason to give up."""
        ...

    def state(self) -> dict[str, Any]:
        """All that `restore` needs, in another process: tensors and plain values."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        ...
