"""The pool of 24 experts, untrained, for what is measured of a single step."""

import torch

from experiments.training import settings
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.search_spaces import SearchSpace


def untrained(problem: Problem, dtype: torch.dtype) -> Mixture:
    """One expert of each candidate, and the default gate."""
    space = SearchSpace.grid(**settings.SPACE)
    pool = space.pool(settings.EXPERTS, settings.SEEDS[0])
    bounds, outputs = problem.domain.bounds, len(problem.fields)
    return Mixture(pool, GateSettings(), bounds, outputs, settings.SEEDS[0]).to(dtype)
