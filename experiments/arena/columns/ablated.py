"""The search with one of its parts off: what that part is worth."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any
from unittest.mock import patch

from experiments.arena.columns import search
from experiments.arena.looks import Looks
from nas.campaign import budgeted, gate_job, race_job
from nas.problems import Problem
from nas.search_spaces import broad
from nas.search_spaces.candidates import ALL, OUTPUT
from nas.training.race import Contestant, Heat, RaceSettings
from nas.training.race.turns import Turns
from nas.training.selection import FROZEN

USES = ("experiments.arena.columns.ablated", *search.USES)
lacking, facts = search.lacking, search.facts

Patches = Mapping[tuple[Any, str], Any]


def _race(**settings: Any) -> Patches:
    return {(race_job, "RaceSettings"): partial(RaceSettings, **settings)}


def _space(keeps: Callable[[Any], bool]) -> Patches:
    kept = tuple(filter(keeps, broad.space.candidates))
    return {(broad, "space"): replace(broad.space, candidates=kept)}


_correct = Turns.correct


def _waves_alone(turns: Turns, one: Contestant, *rest: Any) -> bool:
    """Corrections of random waves themselves, and of nobody else."""
    return _correct(turns, one, *rest) if not one.is_trained else True


# Of each ablation: what stands in for what, and the keys of a campaign that are changed.
WITHOUT: Mapping[str, Callable[[], tuple[Patches, Mapping[str, Any]]]] = {
    "penalty": lambda: (
        {(gate_job, "FROZEN"): replace(FROZEN, penalty=replace(FROZEN.penalty, first=0.0))},
        {},
    ),
    "tuning": lambda: ({}, {"tune": {"m": 8, "p": 0.5, "threshold": 0.3}}),
    "gate": lambda: (
        {
            (race_job.RaceJob, "_teams"): lambda job, problem: [],
            (budgeted, "FEWEST"): 1,
            (budgeted, "TRIAL_EVERY"): 1e9,
        },
        {},
    ),
    "race": lambda: (_race(heats=(Heat(keep=1, share=0.01),)), {}),
    "scale": lambda: (_space(lambda one: one.scale == 1 or one.learns == OUTPUT), {}),
    "restarts": lambda: (_race(most_restarts=0), {}),
    "waves": lambda: (_space(lambda one: one.learns == ALL), {}),
    "correction": lambda: ({(Turns, "correct"): _waves_alone}, {}),
}


def run(problem: Problem, seconds: float, seed: int, looks: Looks, without: str) -> None:
    """See `experiments.arena.columns`; ``without`` is one of `WITHOUT`."""
    patches, settings = WITHOUT[without]()
    with ExitStack() as stack:
        for (place, name), value in patches.items():
            stack.enter_context(patch.object(place, name, value))
        search.run(problem, seconds, seed, looks, settings)
