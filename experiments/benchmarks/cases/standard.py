"""How long does a step of 36 experts take, beside what one would write otherwise?

Burgers' residual at 2,048 points in float32 on all cores; a step is loss, gradient and Adam. All
contestants begin with the same parameters and run in turn.
"""

from collections.abc import Callable

from experiments.benchmarks import machine, profiling, rivals, settings, timing
from experiments.benchmarks.figures import Findings
from experiments.benchmarks.ours import Ours
from experiments.benchmarks.rivals import nested

OURS, NESTED = "ours", "nested autograd"
JAX_STACKED, JAX_SINGLE = "JAX, stacked by shape", "JAX, network by network"
DEEPXDE = "36 single DeepXDE steps"
TARGETS = {NESTED: 3.0, DEEPXDE: 4.0}
JAX_TARGET = 3.0


def measure(findings: Findings) -> None:
    """Times of all contestants, ratios to ours, and a profile of ours."""
    machine.use_all_cores()
    ours = Ours(settings.BURGERS, settings.standard_pool())
    contestants = contenders(ours, findings)
    times = timing.in_turn(contestants)
    for name in contestants:
        findings.add(name, 1e3 * times.median(name), "ms")
    for name, target in TARGETS.items():
        if name in contestants:
            findings.add(f"{name} over ours", times.ratio(name, OURS), "", "higher", target)
    if JAX_STACKED in contestants:
        ratio = min(times.ratio(name, OURS) for name in (JAX_STACKED, JAX_SINGLE))
        findings.add("JAX over ours", ratio, "", "higher", JAX_TARGET)
    rounds = len(times.seconds[OURS])
    findings.note(
        f"Medians of {rounds} rounds, all contestants in turn; a ratio is the median of the "
        "rounds' ratios, for JAX that of its faster form. No contestant has boundary conditions. "
        "DeepXDE has no mixture: there each candidate does one step alone, without a gate.",
        "Where the time of our step goes (torch.profiler, self time on the calling thread):",
        profiling.table(ours),
    )


def contenders(ours: Ours, findings: Findings) -> dict[str, Callable[[], object]]:
    """Ours and all rivals that are installed; the others are noted as skipped."""
    mixture, points = ours.mixture, ours.points.interior
    contestants: dict[str, Callable[[], object]] = {
        OURS: ours,
        NESTED: nested.Nested(mixture, nested.burgers, points),
    }
    if in_jax := rivals.load("in_jax"):
        contestants[JAX_STACKED] = in_jax.InJax(mixture, points, stacked=True)
        contestants[JAX_SINGLE] = in_jax.InJax(mixture, points, stacked=False)
    else:
        findings.skipped.append("JAX: it is not installed")
    if in_deepxde := rivals.load("in_deepxde"):
        contestants[DEEPXDE] = in_deepxde.InDeepxde(mixture, points)
    else:
        findings.skipped.append("DeepXDE: it is not installed")
    return contestants
