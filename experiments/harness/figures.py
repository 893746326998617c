"""What a case yields: figures, and what has to be said beside them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Figure:
    """One measured number, named by ``case`` and ``figure``; the unit of a ratio is empty.

    ``target`` is what it shall be at most (``better="lower"``) or at least; None asks nothing.

    >>> Figure("drop", "pause", 25.0, "ms", target=50.0).met
    True
    """

    case: str
    figure: str
    value: float
    unit: str = ""
    better: Better = "lower"
    target: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "higher" else self.value <= self.target


@dataclass
class Findings:
    """What is known of a case.

    >>> findings = Findings("drop")
    >>> findings.add("pause", 25.0, "ms", target=50.0)
    >>> findings.figures[0].case
    'drop'
    """

    case: str
    figures: list[Figure] = field(default_factory=list)  # in the order in which they are shown
    skipped: list[str] = field(default_factory=list)  # what could not be measured, and why
    notes: list[str] = field(default_factory=list)  # paragraphs of Markdown
    effort: str = ""  # what it took, for example "5 seeds"
    date: str = ""  # when it was measured (ISO 8601)
    machine: str = ""

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


def targets(figures: Iterable[Figure]) -> tuple[int, int]:
    """How many targets are met, and how many there are.

    >>> targets([Figure("a", "time", 3.0, "s", target=2.0), Figure("a", "memory", 1.0, "GiB")])
    (0, 1)
    """
    verdicts = [figure.met for figure in figures if figure.met is not None]
    return sum(verdicts), len(verdicts)
