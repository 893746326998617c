"""The command of an experiment: ``python -m experiments.NAME [--list] [--to DIR] [CASE...]``."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from joblib import Parallel, delayed

from experiments.harness import machine, page, results
from experiments.harness.cases import Case, Experiment
from experiments.harness.figures import Findings
from nas.errors import UserError
from nas.files import write_text

USER_ERROR = 2  # the exit code


def run(main: Callable[..., None]) -> None:
    """Run ``main`` on the command line's arguments; what its user can mend is a line."""
    try:
        typer.run(main)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(USER_ERROR)


def measuring(experiment: Experiment) -> Callable[..., None]:
    """The main function of ``experiment``: it measures the named cases, or all of them."""

    def main(
        names: Annotated[
            list[str] | None, typer.Argument(metavar="[CASE]...", help="The cases; all of them.")
        ] = None,
        show: Annotated[bool, typer.Option("--list", help="List the cases.")] = False,
        to: Annotated[
            Path, typer.Option("--to", help="Where campaigns are kept, and go on from.")
        ] = Path("runs") / experiment.folder.name,
        jobs: Annotated[
            int, typer.Option("--jobs", min=1, help="Cases that are measured at a time.")
        ] = 1,
    ) -> None:
        """Measure, and write results.csv, results.json and results.md."""
        cases = experiment.chosen(names or [])
        if show:
            print("\n".join(f"{case.name:12} {case.question}" for case in cases))
            return
        for case, findings in _measured(cases, to, jobs):
            print(f"{case.name:12} {case.question}", flush=True)
            record(experiment, findings)  # after each case, so that nothing is lost

    return main


def _measured(cases: Sequence[Case], to: Path, jobs: int) -> Iterator[tuple[Case, Findings]]:
    """Each case with what was found, as soon as it is; with several ``jobs`` in processes."""
    if jobs == 1:
        yield from (_with_findings(case, to) for case in cases)
        return
    # joblib hands over functions of a `__main__` module, too, which plain pickle cannot.
    yield from Parallel(n_jobs=jobs, return_as="generator_unordered")(
        delayed(_with_findings)(case, to) for case in cases
    )


def _with_findings(case: Case, to: Path) -> tuple[Case, Findings]:
    findings = Findings(case.name)
    case.measure(findings, to)
    return case, findings


def record(experiment: Experiment, findings: Findings) -> None:
    """Write all files of ``experiment`` with these findings in them, and print these."""
    findings.date, findings.machine = date.today().isoformat(), machine.description()
    order = [case.name for case in experiment.cases]
    results.write(experiment.folder, results.replaced(experiment.folder, findings, order))
    write_page(experiment)
    print("\n".join(f"  {line}" for line in page.lines(findings)), flush=True)


def write_page(experiment: Experiment) -> None:
    """Write ``results.md`` from the data."""
    found = results.read(experiment.folder)
    text = page.text(experiment.title, experiment.command, experiment.how, found)
    write_text(experiment.folder / "results.md", text)
