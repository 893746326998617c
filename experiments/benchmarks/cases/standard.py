"""How long does a step of 36 experts take, beside what one would write otherwise?

Burgers' residual at 2,048 points in float32 on all cores, without boundary conditions; a step is
loss, gradient and Adam. All begin with the same parameters and run in turn. Medians of 20 rounds; a
ratio is the median of the rounds' ratios, for JAX that of its faster form. DeepXDE has no mixture:
there each candidate does one step alone, without a gate.
"""

from importlib.util import find_spec

from experiments.benchmarks import settings
from experiments.benchmarks.baselines.nested import Nested, burgers
from experiments.benchmarks.ours import Ours
from experiments.harness import machine, timing
from experiments.harness.figures import Findings
from experiments.harness.timing import Step

OURS, NESTED = "ours", "nested autograd"
JAX = ("JAX, stacked by shape", "JAX, network by network")
DEEPXDE = "36 single DeepXDE steps"
TARGETS = {NESTED: 3.0, DEEPXDE: 4.0}
JAX_TARGET = 3.0


def measure(findings: Findings) -> None:
    """All times, and their ratios to ours."""
    machine.use_all_cores()
    steps = contenders(Ours(settings.BURGERS, settings.standard_pool()), findings)
    times = timing.in_turn(steps)
    for name in steps:
        findings.add(name, 1e3 * times.median(name), "ms")
    for name, target in TARGETS.items():
        if name in steps:
            findings.add(f"{name} over ours", times.ratio(name, OURS), "", "higher", target)
    if steps.keys() >= {*JAX}:
        ratio = min(times.ratio(name, OURS) for name in JAX)
        findings.add("JAX over ours", ratio, "", "higher", JAX_TARGET)


def contenders(ours: Ours, findings: Findings) -> dict[str, Step]:
    """Ours and all baselines that are installed; the others are noted as skipped."""
    mixture, points = ours.mixture, ours.points.interior
    steps: dict[str, Step] = {OURS: ours, NESTED: Nested(mixture, burgers, points)}
    if find_spec("jax"):
        from experiments.benchmarks.baselines.in_jax import InJax

        steps |= {name: InJax(mixture, points, stacked=name == JAX[0]) for name in JAX}
    else:
        findings.skipped.append("JAX: it is not installed")
    if find_spec("deepxde"):
        from experiments.benchmarks.baselines.in_deepxde import InDeepxde

        steps[DEEPXDE] = InDeepxde(mixture, points)
    else:
        findings.skipped.append("DeepXDE: it is not installed")
    return steps
