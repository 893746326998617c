"""A mixture that was never trained, of which one expert was dropped."""

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.search_spaces import Candidate

POOL = [Candidate("sine", 1, 4), Candidate("tanh", 2, 4), Candidate("sine", 2, 4)]


def mixture(problem: Problem) -> Mixture:
    made = Mixture(POOL, GateSettings(1, 4), problem.domain.bounds, len(problem.fields), seed=0)
    made.drop(1)
    return made
