"""What is compared of what commands leave."""

from pathlib import Path

import pandas as pd

from experiments.robustness.commands import left


def leave(work: Path, *, seconds: float, loss: float) -> dict[str, str]:
    tables = work / "out" / "tables"
    tables.mkdir(parents=True, exist_ok=True)
    for name in ("runs", "attempts"):
        rows = pd.DataFrame({"loss": [loss], "seconds": [seconds]})
        rows.to_parquet(tables / f"{name}.parquet")
    (work / "out" / "study.sqlite").write_text(str(seconds))
    return left(work)


def test_wall_times_do_not_count_and_all_else_does(tmp_path: Path) -> None:
    before = leave(tmp_path, seconds=1.0, loss=0.25)
    assert list(before) == ["out/tables/runs.parquet"]
    assert leave(tmp_path, seconds=2.0, loss=0.25) == before
    assert leave(tmp_path, seconds=1.0, loss=0.26) != before
