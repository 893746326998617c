"""``results.md``: the table of figures, and how each was measured."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.benchmarks import table
from experiments.benchmarks.figures import Figure, targets
from nas.files import write_text

HOW = (
    "A search with a pool of 24 candidates (4 activations × depths 2, 3 × widths 16, 32, 64), "
    "repeated with several seeds, and `nas validate` on it: the selected team again from scratch, "
    "20 random teams of its size, the team of the best single networks, the whole pool never "
    "pruned, and each candidate alone, all with the same points, warm-up and fine-tuning, on one "
    "thread each. Errors are relative L2 errors against the truth. A ratio of errors is under 1 "
    "where the first is better; figures are medians over the seeds, τ (Kendall's) means. DeepXDE "
    "trains one network (4×50 tanh; Adam, then L-BFGS) for the wall time of the search; what it "
    "needs for all candidates in turn is extrapolated from 50 steps of each to the 15,000 of Adam "
    "of its demos, without their L-BFGS. Claims on what survives are those of the "
    "report, made from ten further searches and tested with ten others."
)


def write(
    path: Path, figures: Sequence[Figure], parts: Mapping[str, str], order: Sequence[str]
) -> None:
    """Write the page from all figures and each problem's section."""
    met, count = targets(figures)
    lines = [
        "# Selection",
        "",
        f"{met} of {count} targets are met. `python -m experiments.selection` wrote this page.",
        "",
        *table.markdown(figures, order),
        "",
        "## How it was measured",
        "",
        HOW,
    ]
    for problem in order:
        if problem in parts:
            lines += ["", f"### {problem}", "", parts[problem]]
    write_text(path, "\n".join(lines) + "\n")
