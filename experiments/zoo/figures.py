"""What a campaign on one problem yields: errors beside their targets, time, survivors."""

from experiments.harness.figures import Findings
from nas.campaign.records import Records
from nas.problems import Problem

TARGET = 1e-2  # relative, of each field or unknown coefficient
HARD = 5e-2  # where published networks do not get further either
TARGETS = {"cavity": HARD, "kuramoto_sivashinsky": HARD}


def measure(findings: Findings, found: Records, problem: Problem) -> None:
    """Add the figures of the only run of ``found``."""
    (run,) = found.runs.to_dict("records")
    target = TARGETS.get(problem.name, TARGET)
    known = found.fields.dropna(subset=["relative_l2"])
    fields = dict(zip(known.field, known.relative_l2.astype(float), strict=True))
    unknown = _unknown_errors(found)
    for name, error in unknown.items():
        findings.add(f"relative error of {name}", error, target=target)
    if fields:
        worst = max(fields, key=fields.__getitem__)
        of = f" of {worst}, the worst field" if len(fields) > 1 else ""
        findings.add(f"relative L2 error{of}", fields[worst], target=None if unknown else target)
    findings.add("time", float(found.attempts.seconds.sum()), "s")
    findings.add("experts left", float(run["experts_after"]))
    findings.effort = "1 seed"
    left = found.experts[found.experts.outcome == "survived"]
    named = (
        f"{row.activation} {row.depth}×{row.width} ×{row.scale:g}" for row in left.itertuples()
    )
    findings.note(f"Left: {', '.join(named) or 'none'}.")
    findings.note(*(f"Warned: {line}" for line in str(run["warnings"]).splitlines() if line))
    if run["status"] != "completed":
        findings.skipped.append(f"{run['status']}: {run['reason']}")


def _unknown_errors(found: Records) -> dict[str, float]:
    """The relative error of each unknown coefficient with a known truth, at the end of the run."""
    last = found.unknowns.groupby("name").last()
    return {
        str(name): abs(float(row.value) / float(row.truth) - 1)
        for name, row in last.iterrows()
        if row.truth == row.truth
    }
