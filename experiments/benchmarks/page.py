"""``results.csv`` and ``results.md``: all figures of an experiment, and how each was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.benchmarks import table
from experiments.benchmarks.figures import Figure, Findings, targets
from nas.files import write_text


@dataclass(frozen=True)
class Page:
    """What a page says beside figures and notes.

    Parameters
    ----------
    title, command
        Its heading, and what writes it.
    order
        Of the cases. One without a section was not measured, and stays out.
    above, below
        Paragraphs before the table and after it.
    how
        Of the measurement of all cases, in a paragraph.
    """

    title: str
    command: str
    order: Sequence[str]
    above: Sequence[str] = ()
    below: Sequence[str] = ()
    how: str = ""

    def text(self, figures: Sequence[Figure], parts: Mapping[str, str]) -> str:
        """The page in Markdown; ``parts`` are the sections of the cases."""
        met, count = targets(figures)
        score = f"{met} of {count} targets are met. " if count else ""
        cases = [case for case in self.order if case in parts]
        paragraphs = [
            f"# {self.title}",
            f"{score}`{self.command}` wrote this page.",
            *self.above,
            "\n".join(table.markdown(figures, cases)),
            *self.below,
            "## How it was measured",
            *([self.how] if self.how else []),
        ]
        for case in cases:
            paragraphs += [f"### {case}", parts[case]]
        return "\n\n".join(paragraphs) + "\n"


def record(results: Path, page: Page, findings: Findings, measured: str) -> list[Figure]:
    """Write both files (``results`` without a suffix) with these findings in them.

    ``measured`` says when and on which machine. Returns all figures that there are then.
    """
    figures_file, page_file = results.with_suffix(".csv"), results.with_suffix(".md")
    figures = table.replaced(table.read(figures_file), findings, page.order)
    known = page_file.read_text(encoding="utf-8") if page_file.exists() else ""
    parts = table.sections(known) | {findings.case: table.section(findings, measured)}
    table.write(figures_file, figures)
    write_text(page_file, page.text(figures, parts))
    return figures
