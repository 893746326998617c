"""How to go on with the recommended network: the commands and lines that load it."""

import shlex

from nas.reports.recommended import problem
from nas.reports.report import Report
from nas.reports.solution_map import SolutionMap


def snippet(content: Report) -> tuple[str, str]:
    """A command that exports the network, and a program that evaluates it; empty without one.

    Examples
    --------
    >>> from nas.reports import example
    >>> command, program = snippet(example.report())
    >>> print(command)
    nas export made-up --to model/
    >>> print(program)
    import nas, torch
    <BLANKLINE>
    network = nas.load("model/")
    # A row for each point: x, y
    points = torch.tensor([[0.0, 0.5]], dtype=torch.float64)
    # A column for each field: u
    print(network(points))
    """
    best = content.best
    if best is None:
        return "", ""
    run = "" if best.by_rule else f" --run {shlex.quote(best.name)}"
    folder = shlex.quote(str(content.records.folder))
    facts = problem(content.records)
    names = [str(name) for name in facts["coordinates"]]
    middle = {} if content.map is None else _middle(content.map)
    point = ", ".join(f"{middle.get(name, 0.5):.6g}" for name in names)
    point = ", ".join(one if "." in one or "e" in one else f"{one}.0" for one in point.split(", "))
    program = (
        "import nas, torch\n\n"
        'network = nas.load("model/")\n'
        f"# A row for each point: {', '.join(names)}\n"
        f"points = torch.tensor([[{point}]], dtype=torch.float64)\n"
        f"# A column for each field: {', '.join(facts['fields'])}\n"
        "print(network(points))"
    )
    return f"nas export {folder}{run} --to model/", program


def _middle(where: SolutionMap) -> dict[str, float]:
    """The middle of what is shown, by coordinate."""
    one = where.main
    ends = {name: sum(ends) / 2 for name, ends in zip(one.axes, one.ends, strict=True)}
    held = (part.split(" = ") for part in one.held.split(", ") if part)
    return ends | {name: float(value) for name, value in held}
