"""The page of an experiment: verdicts, notes, and what is known of cases measured before."""

from pathlib import Path

from experiments.benchmarks import table
from experiments.benchmarks.figures import Figure, Findings
from experiments.benchmarks.page import Page, record

STEP = Figure("standard", "ours", 70.25, "ms")
RATIO = Figure("standard", "JAX over ours", 3.45678, "", "higher", 3.0)
PAUSE = Figure("drop", "pause at a drop", 61.0, "ms", "lower", 50.0)
PAGE = Page(
    "Speed",
    "python -m speed",
    ["drop", "standard", "cuda", "later"],
    above=["![picture](results.svg)"],
    below=["After the table."],
    how="By the clock.",
)


def test_it_shows_verdicts_and_what_was_not_measured() -> None:
    skipped = Findings("cuda", skipped=["no CUDA GPU here"])
    parts = {
        "standard": "How.",
        "drop": "So.",
        "cuda": table.section(skipped, "Measured on a machine."),
    }
    text = PAGE.text([PAUSE, STEP, RATIO], parts)
    assert "1 of 2 targets are met. `python -m speed` wrote this page." in text
    assert "| drop | pause at a drop | 61.0 ms | ≤ 50 ms | missed |" in text
    assert "| standard | JAX over ours | 3.46 | ≥ 3 | met |" in text
    assert "| cuda |  | not measured |  |  |" in text
    assert "later" not in text
    order = [
        "# Speed",
        "(results.svg)",
        "| drop |",
        "After the table.",
        "By the clock.",
        "### drop",
    ]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert table.sections(text) == parts
    assert parts["cuda"] == "Not measured: no CUDA GPU here.\n\n*Measured on a machine.*"


def test_what_is_known_of_other_cases_stays(tmp_path: Path) -> None:
    results = tmp_path / "results"
    first = Findings("standard", [STEP, RATIO], notes=["With care."])
    assert record(results, PAGE, first, "Measured once.") == [STEP, RATIO]
    again = record(results, PAGE, Findings("drop", [PAUSE]), "Measured later.")
    assert again == table.read(tmp_path / "results.csv") == [PAUSE, STEP, RATIO]
    sections = table.sections((tmp_path / "results.md").read_text(encoding="utf-8"))
    assert sections == {
        "drop": "*Measured later.*",
        "standard": "With care.\n\n*Measured once.*",
    }
