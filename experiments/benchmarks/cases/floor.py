"""How near is a step to what the machine's matrix products would take at least?

The floor is 6·P·S·B operations (P = 139,464 parameters, S = 4 derivatives u, u_x, u_t, u_xx,
B = 2,048 points: 2 for each multiply and add, forward and twice backward), 6.85 GFLOP, at the rate
of a float32 product of 2048² matrices, measured in turn with the step.
"""

import torch

from experiments.benchmarks import settings
from experiments.benchmarks.ours import Ours
from experiments.harness import machine, timing
from experiments.harness.figures import Findings

SIZE = 2048  # of the square matrices


def measure(findings: Findings) -> None:
    """The share of the floor in our step."""
    machine.use_all_cores()
    ours = Ours(settings.BURGERS, settings.standard_pool())
    left, right, out = (torch.rand(SIZE, SIZE) for _ in range(3))
    times = timing.in_turn({"ours": ours, "product": lambda: torch.mm(left, right, out=out)})
    share = operations(ours) / (2 * SIZE**3)  # of the floor in one product
    rate = 2 * SIZE**3 / times.median("product")
    findings.add("matrix product", rate / 1e9, "GFLOP/s", "higher")
    findings.add("matrix-multiply floor", 1e3 * operations(ours) / rate, "ms")
    findings.add("ours", 1e3 * times.median("ours"), "ms")
    findings.add("share of the floor", share * times.ratio("product", "ours"), "", "higher", 0.5)


def operations(ours: Ours) -> float:
    """6·P·S·B."""
    derivatives, points = len(ours.problem.derivatives), len(ours.points.interior)
    return 6.0 * ours.mixture.parameters_alive * derivatives * points
