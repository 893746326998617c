"""The variants of the method: each differs from the default in one thing, a setting or a part."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.reports.individual_losses import main_effects
from nas.search_spaces.candidates import levels_of
from nas.training.fine_tuning import gauss_newton
from nas.training.training_settings import TrainingSettings

DEFAULT = "default"
ONE_LEFT: Mapping[str, Any] = {"min_experts": 1}
TENTH_OF_A_SECOND = gauss_newton.Settings().initial_max_products  # of a step, in multiplications

Variant = Callable[[TrainingSettings], TrainingSettings]


def uniform(losses: Sequence[float], mixture: Mixture) -> Tensor:
    """A `GateStart`: every expert has the same weight."""
    return torch.zeros(len(losses))


def by_loss(losses: Sequence[float], mixture: Mixture) -> Tensor:
    """A `GateStart` that does not look at sizes."""
    return -torch.log(torch.tensor(losses).clamp_min(1e-30))


def by_main_effects(losses: Sequence[float], mixture: Mixture) -> Tensor:
    """A `GateStart` by losses drawn halfway to their main effects, and sizes."""
    table = pd.DataFrame([levels_of(mixture.pool[index]) for index in mixture.alive])
    table["individual_loss"] = losses
    sizes = torch.tensor([mixture.expert_parameters(index) for index in mixture.alive])
    return -torch.tensor(main_effects(table).to_numpy()) - torch.log(sizes)


def _selection(**changes: Any) -> Variant:
    return lambda settings: replace(settings, selection=replace(settings.selection, **changes))


def _competition(**changes: Any) -> Variant:
    def change(settings: TrainingSettings) -> TrainingSettings:
        competition = replace(settings.selection.competition, **changes)
        return _selection(competition=competition)(settings)

    return change


def _penalty(**changes: Any) -> Variant:
    def change(settings: TrainingSettings) -> TrainingSettings:
        return _selection(penalty=replace(settings.selection.penalty, **changes))(settings)

    return change


def _rule(**changes: Any) -> Variant:
    def change(settings: TrainingSettings) -> TrainingSettings:
        return _selection(rule=replace(settings.selection.rule, **changes))(settings)

    return change


def _fine_tuning(factor: int = 1, **changes: Any) -> Variant:
    """``factor`` times the iterations, and other settings of Gauss–Newton."""

    def change(settings: TrainingSettings) -> TrainingSettings:
        tuning = settings.fine_tuning
        assert isinstance(tuning.method, gauss_newton.Settings)
        method = replace(tuning.method, **changes)
        longer = replace(tuning, iterations=factor * tuning.iterations, method=method)
        return replace(settings, fine_tuning=longer)

    return change


def _both(one: Variant, other: Variant) -> Variant:
    return lambda settings: other(one(settings))


VARIANTS: Mapping[str, Variant] = {
    DEFAULT: lambda settings: settings,
    "gate of 2×64 instead of 2×16": lambda settings: replace(settings, gate=GateSettings(width=64)),
    "gate's learning rate 2e-3 instead of 1e-2": _competition(gate_rate=1.0),
    "gate begins uniform": _selection(start=uniform),
    "gate begins by individual loss, without size": _selection(start=by_loss),
    "gate begins by main effects of individual losses, and size": _selection(start=by_main_effects),
    "penalty weight fixed at one loss": _penalty(first=1.0, growth=1.0),
    "no sparsity term": _penalty(first=0.0),
    "a drop refused where the held-out loss rises by 50 % (not 1000 %)": _rule(tolerance=0.5),
    "drops neither refused nor undone": _rule(tolerance=1e9, max_rise_after=1e9),
    "one expert may be left": _rule(**ONE_LEFT),
    "fine-tuning on a quarter of the points": _fine_tuning(rows_per_parameter=0.0),
    "240 iterations of fine-tuning instead of 60": _fine_tuning(4),
    "240 iterations of fine-tuning, and one expert may be left": _both(
        _rule(**ONE_LEFT), _fine_tuning(4)
    ),
    "240 iterations of fine-tuning, each of a tenth of a second at most": _fine_tuning(
        4, max_products=TENTH_OF_A_SECOND
    ),
}
