"""The command: ``python -m experiments.estimate [--to FILE] [--seed SEED] [PROBLEM...]``.

Question: is the true error within a factor of 3 of what is estimated without a truth? Target: in
80 % of all lengths of training of all problems with a known solution. Rows of a problem that is
measured anew replace those that the file has.
"""

import argparse
import csv
from dataclasses import asdict, fields
from pathlib import Path

from experiments.estimate.measure import Compared, compare
from nas import problems
from nas.files import whole

FILE = Path(__file__).with_name("results.csv")


def main() -> None:
    """Measure the problems named, or all with a known solution; print a line for each length."""
    parser = argparse.ArgumentParser(prog="python -m experiments.estimate", description=__doc__)
    parser.add_argument("problems", nargs="*")
    parser.add_argument("--to", type=Path, default=FILE)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    known = [name for name in problems.names() if problems.load(name).solution is not None]
    rows = _read(arguments.to)
    for name in arguments.problems or known:
        rows = [row for row in rows if (row.case, row.seed) != (name, arguments.seed)]
        for row in compare(name, arguments.seed):
            rows.append(row)
            print(_line(row), flush=True)
        _write(arguments.to, sorted(rows, key=lambda row: (row.case, row.seed, row.step)))
    print(f"{sum(row.right for row in rows)} of {len(rows)} within a factor of 3")


def _line(row: Compared) -> str:
    estimate = "-" if row.estimate is None else f"{row.estimate:.1e}"
    mark = "" if row.right else "  <-"
    return (
        f"{row.case:20} step {row.step:4}  loss {row.held_out_loss:.1e}  error {row.error:.1e}  "
        f"estimate {estimate:>7}  {row.seconds:.1f} s{mark}  {row.warnings[:60]}"
    )


def _read(path: Path) -> list[Compared]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [_parsed(row) for row in csv.DictReader(file)]


def _parsed(row: dict[str, str]) -> Compared:
    return Compared(
        row["case"],
        int(row["seed"]),
        int(row["step"]),
        float(row["held_out_loss"]),
        float(row["error"]),
        float(row["estimate"]) if row["estimate"] else None,
        float(row["seconds"]),
        row["warnings"],
    )


def _write(path: Path, rows: list[Compared]) -> None:
    with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [one.name for one in fields(Compared)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


if __name__ == "__main__":
    main()
