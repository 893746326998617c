"""What does a Gauss–Newton iteration of a pool cost, in steps of Adam?"""

import torch

from experiments.benchmarks import machine
from experiments.benchmarks.figures import Findings
from experiments.benchmarks.timing import in_turn
from experiments.training import pool
from experiments.training.runs import Runs
from nas import problems
from nas.campaign.config import WarmUp
from nas.training.gauss_newton import GaussNewton
from nas.training.loss import learn_own
from nas.training.optimisers import adam
from nas.training.points import Sampler
from nas.training.systems import Alone
from nas.training.warm_up import MOMENTUM

GAUSS_NEWTON, ADAM = "Gauss–Newton", "Adam"


def measure(findings: Findings, runs: Runs) -> None:
    """One of each in turn, on the same points."""
    machine.use_all_cores()
    problem = problems.load("burgers")
    mixture = pool.untrained(problem, torch.float32)
    default = WarmUp().points
    sampler = Sampler(problem, default.interior, default.boundary, "sobol", 0)
    points = sampler.draw(0, torch.float32, torch.device("cpu"))
    steps = GaussNewton(Alone(problem, mixture, mixture.expert_stacks), MOMENTUM)
    optimiser = adam(1e-3, mixture.stacks.parameters())

    def by_gauss_newton() -> None:
        steps.advance(points)

    def by_adam() -> None:
        optimiser.zero_grad()
        learn_own(problem, mixture, points)
        optimiser.step()

    times = in_turn({GAUSS_NEWTON: by_gauss_newton, ADAM: by_adam})
    ratio = times.ratio(GAUSS_NEWTON, ADAM)
    findings.add("Gauss–Newton iteration over a step of Adam", ratio, "×", target=15.0)
    findings.add("Gauss–Newton iteration", 1000 * times.median(GAUSS_NEWTON), "ms")
    findings.note(
        f"The warm-up of {len(mixture.alive)} experts on Burgers' equation at its default "
        f"{default.interior} points inside and {default.boundary} on the boundary, float32, all "
        "tries of a step and its search for a length included."
    )
