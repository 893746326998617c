"""One network by the toolkit's own trainer; tanh 3×20 is what the search is measured against."""

from collections.abc import Mapping
from typing import Any

from experiments.arena.looks import Looks
from experiments.arena.training import settings_in_words, train
from nas.problems import Problem
from nas.search_spaces import Candidate

USES = (
    "experiments.arena.columns.single",
    "experiments.arena.training",
    "nas.calculus",
    "nas.mixture",
    "nas.networks",
    "nas.problems",
    "nas.search_spaces.candidates",
    "nas.training.collocation",
    "nas.training.fine_tuning",
    "nas.training.gauss_newton",
    "nas.training.physics_loss",
    "nas.training.resampling",
    "nas.training.residuals",
    "nas.training.warm_up",
)


def lacking() -> str:
    """See `experiments.arena.columns`."""
    return ""


def facts() -> str:
    """See `experiments.arena.columns`: the settings, whatever else campaigns have."""
    return settings_in_words()


def run(
    problem: Problem, seconds: float, seed: int, looks: Looks, candidate: Mapping[str, Any]
) -> None:
    """See `experiments.arena.columns`; ``candidate`` has a level for each axis."""
    train(problem, Candidate(**candidate), seconds, seed, looks)
