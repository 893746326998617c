"""Ours against nested autograd, as several cases have it."""

from collections.abc import Callable

from experiments.benchmarks import timing
from experiments.benchmarks.figures import Findings
from experiments.benchmarks.ours import Ours
from experiments.benchmarks.rivals.nested import Nested, Residual

Step = Callable[[], object]


def against_nested(
    findings: Findings,
    ours: Ours,
    residual: Residual,
    target: float,
    whole: Callable[[Step], Step] = lambda step: step,
) -> None:
    """Add both times and their ratio; ``whole`` makes a step wait for its own end."""
    rival = Nested(ours.mixture, residual, ours.points.interior)
    times = timing.in_turn({"ours": whole(ours), "nested autograd": whole(rival)})
    for name in times.seconds:
        findings.add(name, 1e3 * times.median(name), "ms")
    ratio = times.ratio("nested autograd", "ours")
    findings.add("nested autograd over ours", ratio, "", "higher", target)
