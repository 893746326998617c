"""The results as data: what is written is read again, and only what is measured is replaced."""

import json
from pathlib import Path

from experiments.harness import results
from experiments.harness.figures import Figure, Findings

STEP = Figure("standard", "ours", 70.25, "ms")
RATIO = Figure("standard", "JAX, stacked, over ours", 3.45678, "", "higher", 3.0)
PAUSE = Figure("drop", "pause at a drop", 61.0, "ms", "lower", 50.0)
STANDARD = Findings(
    "standard", [STEP, RATIO], [], ["Λ ≤ 1.", "| a | b |\n|---|---|"], "5 seeds", "2026-01-01", "a"
)
DROP = Findings("drop", [PAUSE], date="2026-01-02", machine="b")
CUDA = Findings("cuda", skipped=["no CUDA GPU here"], date="2026-01-03", machine="c")


def test_the_tables_have_their_columns(tmp_path: Path) -> None:
    results.write(tmp_path, [STANDARD, DROP])
    assert (tmp_path / "results.csv").read_text(encoding="utf-8").splitlines() == [
        "case,figure,value,target,better",
        "standard,ours [ms],70.25,,lower",
        'standard,"JAX, stacked, over ours",3.45678,3,higher',
        "drop,pause at a drop [ms],61,50,lower",
    ]
    said = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert list(said) == ["standard", "drop"]
    assert said["drop"] == {
        "skipped": [],
        "notes": [],
        "effort": "",
        "date": "2026-01-02",
        "machine": "b",
    }


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    results.write(tmp_path, [STANDARD, CUDA, DROP])
    assert results.read(tmp_path) == [STANDARD, CUDA, DROP]


def test_nothing_is_known_before_the_first_time(tmp_path: Path) -> None:
    assert results.read(tmp_path) == []


def test_only_the_measured_case_is_replaced_and_what_is_no_case_goes(tmp_path: Path) -> None:
    gone = Findings("gone", [Figure("gone", "time", 1.0)])
    results.write(tmp_path, [gone, STANDARD, DROP])
    faster = Findings("standard", [Figure("standard", "ours", 50.0, "ms")])
    found = results.replaced(tmp_path, faster, ["cuda", "drop", "standard"])
    assert found == [DROP, faster]
