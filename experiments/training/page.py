"""``results.md``: the table of figures, the picture, and how each case was measured."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.benchmarks import table
from experiments.benchmarks.figures import Figure, targets
from nas.files import write_text

HOW = (
    "Errors are relative L2 errors against the exact or reference solution at 20,000 points of "
    "the domain, the same for all. Time is wall time, without that of measuring the error; "
    "imports and the compiling of the kernel do not count, building networks and points does. "
    "While the experts of a pool learn alone, its curve is that of the median expert. DeepXDE "
    "has the equations as its users would write them, Adam for half of the time and L-BFGS for "
    "the rest; see [rivals.py](rivals.py)."
)


def write(
    path: Path,
    figures: Sequence[Figure],
    parts: Mapping[str, str],
    order: Sequence[str],
    picture: str,
) -> None:
    """Write the page from all figures and each case's section."""
    met, count = targets(figures)
    lines = [
        "# Training",
        "",
        f"{met} of {count} targets are met. `python -m experiments.training` wrote this page.",
        "",
        f"![Error against wall time]({picture})",
        "",
        "*Thick: the median over the seeds; thin: each seed.*",
        "",
        *table.markdown(figures, [case for case in order if case in parts]),
        "",
        "## How it was measured",
        "",
        HOW,
    ]
    for case in order:
        if case in parts:
            lines += ["", f"### {case}", "", parts[case]]
    write_text(path, "\n".join(lines) + "\n")
