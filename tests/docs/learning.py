"""Examples of the pages, as they learn: a small network of their own, by the fine-tuning."""

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.problems.terms import PointCounts
from nas.search_spaces import Candidate
from nas.training import fine_tuning
from nas.training.collocation import Sampler
from nas.training.fine_tuning import Optimiser


def begun(problem: Problem, width: int, counts: PointCounts) -> tuple[Mixture, Optimiser]:
    """A network of one layer, untrained, and what teaches it."""
    mixture = Mixture(
        (Candidate("tanh", 1, width),),
        GateSettings(depth=0),
        problem.domain.bounds,
        len(problem.fields),
        seed=0,
        names=problem.coordinates,
        unknown=[one.first for one in problem.unknown.values()],
    )
    sampler = Sampler(problem, counts, "sobol", seed=0)
    return mixture, fine_tuning.method("gauss_newton").begin(problem, mixture.double(), sampler)
