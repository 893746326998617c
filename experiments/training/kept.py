"""The runs as files: those that are over are kept, so that a command goes on where it was.

``runs.csv`` is written last: where a run's row stands in it, the run is over.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import astuple
from pathlib import Path

from experiments.training.runs import Point, Run, Task, WarmUp
from nas.files import whole

TASK = ["problem", "method", "seed"]
CURVES = [*TASK, "seconds", "error", "parameters", "experts"]
WARM_UP = [*TASK, "seconds", "experts", "under", "median"]
RUNS = [*TASK, "budget", "seconds", "error", "experts", "parameters", "reason"]

Row = Sequence[object]


class Kept:
    """The runs in a folder's three tables.

    Parameters
    ----------
    folder
        Where the tables are, or will be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs: dict[Task, Run] = {}
        for row in _read(folder / "runs.csv"):
            task = _task(row)
            self.runs[task] = Run(task, float(row["budget"]), (), (), row["reason"])
        curves: dict[Task, list[Point]] = {task: [] for task in self.runs}
        for row in _read(folder / "curves.csv"):
            seconds, error = float(row["seconds"]), float(row["error"])
            point = Point(seconds, error, int(row["parameters"]), int(row["experts"]))
            curves.get(_task(row), []).append(point)
        warm_ups: dict[Task, list[WarmUp]] = {task: [] for task in self.runs}
        for row in _read(folder / "warm_up.csv"):
            seconds, middle = float(row["seconds"]), float(row["median"])
            warm_up = WarmUp(seconds, int(row["experts"]), int(row["under"]), middle)
            warm_ups.get(_task(row), []).append(warm_up)
        for task, run in self.runs.items():
            curve, warm = tuple(curves[task]), tuple(warm_ups[task])
            self.runs[task] = Run(task, run.budget, curve, warm, run.reason)

    def missing(self, tasks: Iterable[Task]) -> list[Task]:
        """Those without a run, or with one that was allowed another time."""
        return [
            task for task in tasks if task not in self.runs or self.runs[task].budget != task.budget
        ]

    def keep(self, run: Run) -> None:
        """Keep a run, in the place of one that was done before."""
        self.forget([run.task])
        self.runs[run.task] = run
        self._write_curves()
        self._write_runs()

    def forget(self, tasks: Collection[Task]) -> None:
        """Forget what was measured of these tasks."""
        if self.runs.keys().isdisjoint(tasks):
            return
        self.runs = {task: run for task, run in self.runs.items() if task not in tasks}
        self._write_runs()
        self._write_curves()

    def _write_curves(self) -> None:
        curves = [(run, point) for run in self._sorted() for point in run.curve]
        warm_ups = [(run, row) for run in self._sorted() for row in run.warm_up]
        _write(self.folder / "curves.csv", CURVES, (_row(*pair) for pair in curves))
        _write(self.folder / "warm_up.csv", WARM_UP, (_row(*pair) for pair in warm_ups))

    def _write_runs(self) -> None:
        rows = (
            [*astuple(run.task), run.budget, *_end(run.last), run.reason] for run in self._sorted()
        )
        _write(self.folder / "runs.csv", RUNS, rows)

    def _sorted(self) -> list[Run]:
        return [self.runs[task] for task in sorted(self.runs, key=astuple)]


def _task(row: dict[str, str]) -> Task:
    return Task(row["problem"], row["method"], int(row["seed"]))


def _row(run: Run, known: Point | WarmUp) -> Row:
    return [*astuple(run.task), *astuple(known)]


def _end(last: Point) -> Row:
    return last.seconds, last.error, last.experts, last.parameters


def _read(path: Path) -> Iterator[dict[str, str]]:
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _write(path: Path, columns: Row, rows: Iterable[Row]) -> None:
    with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(f"{one:.6g}" if isinstance(one, float) else one for one in row)
