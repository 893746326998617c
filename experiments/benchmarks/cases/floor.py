"""How near is a step to what the machine's matrix products would take at least?

The floor is 6·P·S·B operations (P parameters, S = 4 derivatives u, u_x, u_t, u_xx, B points: 2 for
each multiply and add, forward and twice backward) at the rate of a large matrix product.
"""

from statistics import median

from experiments.benchmarks import machine, settings, timing
from experiments.benchmarks.figures import Findings
from experiments.benchmarks.ours import Ours


def measure(findings: Findings) -> None:
    """The share of the floor in our step."""
    machine.use_all_cores()
    ours = Ours(settings.BURGERS, settings.standard_pool())
    times = timing.in_turn({"ours": ours, "product": machine.matrix_product()})
    operations = floor_operations(ours)
    shares = [
        operations / (machine.OPERATIONS / product) / step
        for product, step in zip(times.seconds["product"], times.seconds["ours"], strict=True)
    ]
    rate = machine.OPERATIONS / times.median("product")
    findings.add("matrix product", rate / 1e9, "GFLOP/s", "higher")
    findings.add("matrix-multiply floor", 1e3 * operations / rate, "ms")
    findings.add("ours", 1e3 * times.median("ours"), "ms")
    findings.add("share of the floor", median(shares), "", "higher", 0.5)
    findings.note(
        f"The floor is {operations / 1e9:.2f} GFLOP ({ours.mixture.parameters_alive:,} parameters, "
        f"{len(ours.problem.derivatives)} derivatives, {len(ours.points.interior):,} points, factor 6) at "
        f"the rate of a float32 product of {machine.SIZE}² matrices, measured in turn with the "
        "step."
    )


def floor_operations(ours: Ours) -> float:
    """6·P·S·B."""
    derivatives, points = len(ours.problem.derivatives), len(ours.points.interior)
    return 6.0 * ours.mixture.parameters_alive * derivatives * points
