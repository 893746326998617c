"""The results for people: Markdown, written from the data and never read back."""

from collections.abc import Sequence

from experiments.harness.figures import Figure, Findings, targets

HEAD = "| case | figure | measured | target | |\n|---|---|---:|---:|---|"


def text(title: str, command: str, how: str, found: Sequence[Findings]) -> str:
    """The page: the table of all figures, ``how`` they were measured, and the notes on each case.

    >>> findings = Findings("drop", notes=["By the clock."], date="2026-01-01", machine="2 cores")
    >>> findings.add("pause", 25.0, "ms", target=50.0)
    >>> print(text("Speed", "python -m speed", "In turn.", [findings]).replace("\\n\\n", "\\n"))
    # Speed
    1 of 1 targets are met. `python -m speed` wrote this page.
    | case | figure | measured | target | |
    |---|---|---:|---:|---|
    | drop | pause | 25.0 ms | ≤ 50 ms | met |
    ## How it was measured
    In turn.
    ### drop
    By the clock.
    *2026-01-01: 2 cores.*
    <BLANKLINE>
    """
    met, count = targets(figure for findings in found for figure in findings.figures)
    score = f"{met} of {count} targets are met. " if count else ""
    rows = [f"| {' | '.join(row)} |" for findings in found for row in _rows(findings)]
    paragraphs = [
        f"# {title}",
        f"{score}`{command}` wrote this page.",
        "\n".join([HEAD, *rows]),
        f"## How it was measured\n\n{how}",
    ]
    for findings in found:
        measured = ", ".join(filter(None, [findings.date, findings.effort]))
        skipped = [f"Not measured: {line}." for line in findings.skipped]
        paragraphs += [f"### {findings.case}", *skipped, *findings.notes]
        paragraphs.append(f"*{measured}: {findings.machine}.*")
    return "\n\n".join(paragraphs) + "\n"


def lines(findings: Findings) -> list[str]:
    """The figures of a case for the terminal, and what was skipped.

    >>> lines(Findings("cuda", skipped=["no CUDA GPU here"]))
    ['not measured: no CUDA GPU here']
    """
    shown = ["  ".join(filter(None, cells(figure)[1:])) for figure in findings.figures]
    return [*shown, *(f"not measured: {line}" for line in findings.skipped)]


def cells(figure: Figure) -> list[str]:
    """Case, figure, measured, target and verdict, as text.

    >>> cells(Figure("drop", "pause", 51.25, "ms", target=50.0))
    ['drop', 'pause', '51.2 ms', '≤ 50 ms', 'missed']
    """
    target = ""
    if figure.target is not None:
        sign = "≥" if figure.better == "higher" else "≤"
        target = f"{sign} {figure.target:g} {figure.unit}".strip()
    verdict = {None: "", True: "met", False: "missed"}[figure.met]
    return [figure.case, figure.figure, quantity(figure.value, figure.unit), target, verdict]


def quantity(value: float, unit: str) -> str:
    """Three digits, and no decimals from 100 on; then the unit.

    >>> quantity(12345.6, "ms"), quantity(0.012345, ""), quantity(3.0, "")
    ('12,346 ms', '0.0123', '3')
    """
    whole_number = abs(value) >= 100 or (unit == "" and value == int(value))
    digits = f"{value:,.0f}" if whole_number else f"{value:#.3g}".removesuffix(".")
    return f"{digits} {unit}".strip()


def _rows(findings: Findings) -> list[list[str]]:
    unmeasured = [findings.case, "", "not measured", "", ""]
    return [cells(figure) for figure in findings.figures] or [unmeasured]
