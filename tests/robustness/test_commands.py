"""What is compared of what commands leave."""

import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd

from experiments.robustness import commands
from experiments.robustness.commands import left
from nas.reports import example
from nas.reports.provenance import facts


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


def test_a_page_may_tell_times_and_interruptions_and_nothing_else(tmp_path: Path) -> None:
    def written(rows: list[tuple[str, str]], answer: str) -> dict[str, str]:
        page = tmp_path / "out" / "report" / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        said = "".join(f"\n\n<dt>{name}</dt>\n<dd>{value}</dd>" for name, value in rows)
        page.write_text(f"<p>{answer}</p><dl>{said}</dl>")
        return left(tmp_path)

    report = example.report()
    rows = facts(report.records, report.best)
    times = {name for name, _ in rows if name.startswith(("Time of", "Started"))}
    assert times
    before = written(rows, "0.1")
    later = [(name, f"{value} more" if name in times else value) for name, value in rows]
    assert written([*later, ("Interruptions", "2, each resumed")], "0.1") == before
    assert written(rows, "0.2") != before
    for name, value in rows:
        if name not in times:
            others = [row for row in rows if row[0] != name]
            assert written([*others, (name, f"{value} more")], "0.1") != before


def test_a_command_hears_signals_that_whoever_starts_it_ignores() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        told = subprocess.run(
            [sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT))"],
            capture_output=True,
            text=True,
            check=True,
            preexec_fn=commands._listen,
        ).stdout
    finally:
        signal.signal(signal.SIGINT, before)
    assert "default_int_handler" in told
