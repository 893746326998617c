"""How long does training pause when an expert is dropped, and how much cheaper are steps then?

A pause is the time of the drop and of the step behind it beyond that of the steps after, the median
over 18 drops, every second expert of the standard case. Cost against parameters is (step time
after / before) over (parameters after / before) with half of the experts gone, 139,464 and 70,308
parameters: 1 where the time falls as the parameters do, about 2 where nothing is gained.
"""

from collections.abc import Sequence
from functools import partial
from statistics import median

from experiments.benchmarks import settings
from experiments.benchmarks.ours import Ours
from experiments.harness import machine, timing
from experiments.harness.figures import Findings
from nas.training.adam import follow

STEPS = 3  # from which a usual one is known


def measure(findings: Findings) -> None:
    """Drop every second expert, one by one; then ours whole in turn with ours halved."""
    machine.use_all_cores()
    whole, halved = (Ours(settings.BURGERS, settings.standard_pool()) for _ in range(2))
    pauses = pauses_of_drops(halved, halved.mixture.alive[::2])
    times = timing.in_turn({"whole": whole, "halved": halved})
    parameters = [ours.mixture.parameters_alive for ours in (whole, halved)]
    slope = times.ratio("halved", "whole") / (parameters[1] / parameters[0])
    findings.add("pause at a drop", 1e3 * median(pauses), "ms", target=50.0)
    findings.add("longest pause at a drop", 1e3 * max(pauses), "ms")
    findings.add("step, all experts", 1e3 * times.median("whole"), "ms")
    findings.add("step, half of the experts", 1e3 * times.median("halved"), "ms")
    findings.add("cost against parameters", slope, "", "lower", 1.2)


def pauses_of_drops(ours: Ours, indices: Sequence[int]) -> list[float]:
    """Seconds by which drop and next step are longer than the steps after, one for each index."""
    for _ in range(STEPS):
        ours()
    pauses = []
    for index in indices:
        first = timing.seconds_of(partial(_drop, ours, index))
        pauses.append(first - median(timing.seconds_of(ours) for _ in range(STEPS)))
    return pauses


def _drop(ours: Ours, index: int) -> None:
    follow(ours.optimiser, ours.mixture.drop(index))
    ours()
