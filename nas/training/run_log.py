"""What is logged of a mixture on its way: rows of the history, and the trail of its answers."""

from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training import unknowns
from nas.training.phase import Reading
from nas.training.trail import Trail


@dataclass
class RunLog:
    """Rows of the tables ``history`` and ``unknowns``, and a `Trail`.

    Examples
    --------
    >>> from nas.training import example
    >>> log = RunLog(example.PROBLEM)
    >>> log.add("fine-tuning", 40, Reading(loss=0.1, held_out_loss=0.2), example.mixture())
    >>> log.history[-1]["held_out_loss"], len(log.trail.marks)
    (0.2, 1)
    """

    problem: Problem
    history: list[dict[str, Any]] = field(default_factory=list)
    unknowns: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trail = Trail(self.problem)

    def add(
        self, phase: str, step: int, reading: Reading, mixture: Mixture, *, marked: bool = True
    ) -> None:
        """Note what a phase told of ``mixture`` after a step.

        ``marked`` says whether the answer goes into the trail, where its held-out loss is known.
        """
        self.history.append(
            {
                "phase": phase,
                "step": step,
                "loss": reading.loss,
                "held_out_loss": reading.held_out_loss,
                "sparsity": reading.sparsity,
                "experts": len(mixture.alive),
                "parameters": mixture.parameters_alive,
                "learning_rate": reading.learning_rate,
            }
        )
        if marked and reading.held_out_loss is not None:
            self.trail.add(mixture, reading.held_out_loss)

    def add_unknown(self, phase: str, step: int, raw: Tensor) -> None:
        """Rows of the coefficients; a step's are replaced, so that the last ones count."""
        others = [row for row in self.unknowns if row["step"] != step]
        self.unknowns = others + unknowns.rows(self.problem, raw, phase, step)

    def state(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"history": self.history, "unknowns": self.unknowns, "trail": self.trail.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.history, self.unknowns = state["history"], state["unknowns"]
        self.trail.restore(state["trail"])
