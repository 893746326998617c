"""The search with one of its parts off: what that part is worth."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

from experiments.arena.columns import NOTHING, search
from experiments.arena.looks import Looks
from nas.campaign.stages import Stages
from nas.problems import Problem
from nas.search_spaces import broad
from nas.search_spaces.candidates import ALL, OUTPUT
from nas.training.race import Contestant, Heat
from nas.training.race.turns import Turns

USES = ("experiments.arena.columns.ablated", *search.USES)
lacking, facts = search.lacking, search.facts

DEFAULT = Stages()


@dataclass(frozen=True)
class Without:
    """What an ablation changes: keys of a campaign, its stages, and what stands in for what."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    stages: Stages = DEFAULT
    patches: Mapping[tuple[Any, str], Any] = field(default_factory=dict)


def _race(**settings: Any) -> Without:
    return Without(stages=replace(DEFAULT, race=replace(DEFAULT.race, **settings)))


def _gate_without_penalty() -> Without:
    penalty = replace(DEFAULT.gate.penalty, first=0.0)
    return Without(stages=replace(DEFAULT, gate=replace(DEFAULT.gate, penalty=penalty)))


def _space(keeps: Callable[[Any], bool]) -> Without:
    kept = tuple(filter(keeps, broad.space.candidates))
    return Without(patches={(broad, "space"): replace(broad.space, candidates=kept)})


_correct = Turns.correct


def _waves_alone(turns: Turns, one: Contestant, *rest: Any) -> bool:
    """Corrections of random waves themselves, and of nobody else."""
    return _correct(turns, one, *rest) if not one.is_trained else True


WITHOUT: Mapping[str, Without] = {
    NOTHING: Without(),
    "penalty": _gate_without_penalty(),
    "tuning": Without(settings={"tune": {"m": 8, "p": 0.5, "threshold": 0.3}}),
    "gate": Without(stages=replace(DEFAULT, teams=False, fewest_trials=1, trial_every=1e9)),
    "race": _race(heats=(Heat(keep=1, share=0.01),)),
    "scale": _space(lambda one: one.scale == 1 or one.learns == OUTPUT),
    "restarts": _race(most_restarts=0),
    "waves": _space(lambda one: one.learns == ALL),
    "correction": Without(patches={(Turns, "correct"): _waves_alone}),
}


def run(problem: Problem, seconds: float, seed: int, looks: Looks, without: str) -> None:
    """See `experiments.arena.columns`; ``without`` is one of `WITHOUT`."""
    changed = WITHOUT[without]
    with ExitStack() as stack:
        for (place, name), value in changed.patches.items():
            stack.enter_context(patch.object(place, name, value))
        search.run(problem, seconds, seed, looks, changed.settings, changed.stages)
