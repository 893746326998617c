"""What does a Gauss–Newton iteration of a pool cost, in steps of Adam?

The first iterations of a warm-up of 24 experts on Burgers' equation at its default 256 points
inside and 64 on the boundary, float32. All counts: drawing the points, for Gauss–Newton by the size
of the residuals, all tries of a step, and its length.
"""

from collections.abc import Sequence
from itertools import count

import torch

from experiments.benchmarks import settings
from experiments.harness import machine
from experiments.harness.figures import Findings
from experiments.harness.timing import Step, in_turn
from nas import problems
from nas.campaign.sections import WarmUp
from nas.problems.terms import PointCounts
from nas.search_spaces import Candidate
from nas.training import warm_up
from nas.training.collocation import Sampler

GAUSS_NEWTON, ADAM = "Gauss–Newton", "Adam"
DEFAULT = WarmUp()


def measure(findings: Findings) -> None:
    """One of each in turn, on the first iterations of a warm-up of its own."""
    machine.use_all_cores()
    times = in_turn({GAUSS_NEWTON: iterations("gauss_newton"), ADAM: iterations("adam")})
    ratio = times.ratio(GAUSS_NEWTON, ADAM)
    findings.add("Gauss–Newton iteration over a step of Adam", ratio, "×", target=15.0)
    findings.add("Gauss–Newton iteration", 1e3 * times.median(GAUSS_NEWTON), "ms")


def iterations(
    method: str, candidates: Sequence[Candidate] | None = None, devices: Sequence[str] = ("cpu",)
) -> Step:
    """A function that does the next iteration of a warm-up: of 24 experts, or of ``candidates``.

    They are spread over the ``devices``.
    """
    problem = problems.load("burgers")
    counts = PointCounts(DEFAULT.points.interior, DEFAULT.points.boundary)
    sampler = Sampler(problem, counts, "sobol", 0)
    pool = settings.mixture(problem, candidates, torch.float32).place(
        list(map(torch.device, devices))
    )
    chosen = warm_up.method(method, learning_rate=1e-3)
    learning, numbers = chosen.begin(problem, pool, sampler, DEFAULT.iterations), count()
    return lambda: learning.advance(next(numbers))
