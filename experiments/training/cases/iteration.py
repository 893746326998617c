"""What does a Gauss–Newton iteration of a pool cost, in steps of Adam?"""

from collections.abc import Callable
from itertools import count

import torch

from experiments.benchmarks import machine
from experiments.benchmarks.figures import Findings
from experiments.benchmarks.timing import in_turn
from experiments.training import pool, settings
from experiments.training.runs import Runs
from nas import problems
from nas.campaign.config import WarmUp
from nas.training.points import Sampler
from nas.training.warm_up import Method, WarmUpSettings, begin

GAUSS_NEWTON, ADAM = "Gauss–Newton", "Adam"


def measure(findings: Findings, runs: Runs) -> None:
    """One of each in turn, on the first iterations of a warm-up of its own."""
    machine.use_all_cores()
    times = in_turn({GAUSS_NEWTON: steps("gauss_newton"), ADAM: steps("adam")})
    ratio = times.ratio(GAUSS_NEWTON, ADAM)
    findings.add("Gauss–Newton iteration over a step of Adam", ratio, "×", target=15.0)
    findings.add("Gauss–Newton iteration", 1000 * times.median(GAUSS_NEWTON), "ms")
    points = WarmUp().points
    findings.note(
        f"The warm-up of {settings.EXPERTS} experts on Burgers' equation at its default "
        f"{points.interior} points inside and {points.boundary} on the boundary, float32. All "
        "counts: drawing the points, "
        "for Gauss–Newton with a look at the residuals, all tries of a step, and its length."
    )


def steps(method: Method) -> Callable[[], object]:
    """A function that does the next iteration of a warm-up."""
    problem, default = problems.load("burgers"), WarmUp()
    interior, boundary = default.points.interior, default.points.boundary
    sampler = Sampler(problem, interior, boundary, "sobol", 0)
    how = WarmUpSettings(method, default.iterations, interior, boundary, 1e-3)
    learning = begin(problem, pool.untrained(problem, torch.float32), sampler, how)
    numbers = count()
    return lambda: learning.advance(next(numbers))
