"""Which pictures of the solution are not there, and why: nothing is left out in silence."""

from nas.reports.recommended import problem
from nas.reports.report import Report


def missing(report: Report) -> list[str]:
    """A sentence for each kind of picture that could not be made.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from nas.reports import example
    >>> missing(example.report())
    []
    >>> print(missing(replace(example.report(), map=None))[0])  # doctest: +ELLIPSIS
    There is no picture of the solution: run 0001-0 left no map. ...
    """
    if report.best is None:
        return ["No run was completed, so there is no solution to show."]
    where = report.map
    if where is None:
        return [
            f"There is no picture of the solution: run {report.best.name} left no map. Either its "
            "file is not there (versions before 0.2 wrote one for two coordinates alone), or no "
            "slice that was tried meets the domain."
        ]
    said = []
    if not where.has_reference:
        known = problem(report.records)["has_reference"]
        why = "the reference could not be evaluated" if known else "no reference is known"
        said.append(f"There is no picture of the error, since {why}.")
    if not where.has_residual:
        said.append(
            "There is no picture of the residual: the map of this run was written by an earlier "
            "version."
        )
    if where.missed:
        said.append(f"Not shown, since they miss the domain: {'; '.join(where.missed)}.")
    return said
