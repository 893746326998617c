"""What a case hands back: figures, and what has to be said beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Parameters
    ----------
    case, figure
        What was measured; together they name the figure.
    value, unit
        How much; the unit of a ratio is empty.
    better
        Which way is better.
    target
        What it shall be at most (``better="lower"``) or at least; None where nothing is asked.
    """

    case: str
    figure: str
    value: float
    unit: str
    better: Better = "lower"
    target: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        return None if self.times_better is None else self.times_better >= 1

    @property
    def times_better(self) -> float | None:
        """How many times better than its target; None where there is none."""
        if self.target is None:
            return None
        if self.better == "higher":
            return self.value / self.target
        return self.target / self.value if self.value > 0 else float("inf")


@dataclass
class Findings:
    """What a case found.

    Parameters
    ----------
    case
        Its name.
    figures
        In the order in which they are to be shown.
    skipped
        What could not be measured, one line each, with the reason.
    notes
        Paragraphs of Markdown: what is to be known about the figures.
    """

    case: str
    figures: list[Figure] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self,
        figure: str,
        value: float,
        unit: str = "",
        better: Better = "lower",
        target: float | None = None,
    ) -> None:
        """Add a figure of this case."""
        self.figures.append(Figure(self.case, figure, value, unit, better, target))

    def note(self, *paragraphs: str) -> None:
        """Add paragraphs."""
        self.notes.extend(paragraphs)


def targets(figures: Sequence[Figure]) -> tuple[int, int]:
    """How many targets are met, and how many there are."""
    verdicts = [figure.met for figure in figures if figure.met is not None]
    return sum(verdicts), len(verdicts)
