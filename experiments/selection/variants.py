"""The variants of the method: each differs from the default in one thing.

What a variant changes is patched for as long as its run lasts.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from unittest import mock

import pandas as pd
import torch

from nas.mixture.gate import GateShape
from nas.reports.survival import main_effects
from nas.training import descent, elimination, selection
from nas.training.search import Search
from nas.training.trainer import RunSettings, Trainer

DEFAULT = "default"


@dataclass(frozen=True)
class Variant:
    """How a search differs from the default."""

    constants: Mapping[tuple[Any, str], Any] = field(default_factory=dict)  # of (owner, name)
    rule: Mapping[str, Any] = field(default_factory=dict)  # of `nas.mixture.dropping.DropRule`
    settings: Callable[[RunSettings], RunSettings] = lambda settings: settings

    @contextmanager
    def applied(self) -> Iterator[None]:
        """With other constants."""
        with ExitStack() as stack:
            for (owner, name), value in self.constants.items():
                stack.enter_context(mock.patch.object(owner, name, value))
            yield

    def begin(self, trainer: Trainer) -> None:
        """Before the first step after the warm-up."""
        elimination = trainer.search.elimination
        elimination.rule = replace(elimination.rule, **self.rule)


def _by_individual_loss(self: Search) -> None:
    losses = torch.tensor([self.outcomes[index].individual_loss for index in self.mixture.alive])
    self.mixture.gate.prefer(-torch.log(losses.clamp_min(1e-30)))


def _by_main_effects(self: Search) -> None:
    indices = self.mixture.alive
    table = pd.DataFrame([asdict(self.mixture.pool[index]) for index in indices])
    table["individual_loss"] = [self.outcomes[index].individual_loss for index in indices]
    sizes = torch.tensor([self.mixture.expert_parameters(index) for index in indices])
    self.mixture.gate.prefer(-torch.tensor(main_effects(table).to_numpy()) - torch.log(sizes))


def _wide_gate(settings: RunSettings) -> RunSettings:
    return replace(settings, gate=GateShape(width=64))


def _long(settings: RunSettings) -> RunSettings:
    return replace(settings, fine_tuning=4 * settings.fine_tuning)


VARIANTS: Mapping[str, Variant] = {
    DEFAULT: Variant(),
    "gate of 2×64 instead of 2×16": Variant(settings=_wide_gate),
    "gate's learning rate 2e-3 instead of 1e-2": Variant({(selection, "GATE_RATE"): 1.0}),
    "gate begins uniform": Variant({(Search, "_prefer"): lambda self: None}),
    "gate begins by individual loss, without size": Variant(
        {(Search, "_prefer"): _by_individual_loss}
    ),
    "gate begins by main effects of individual losses, and size": Variant(
        {(Search, "_prefer"): _by_main_effects}
    ),
    "penalty weight fixed at one loss": Variant(
        {(elimination, "FIRST_PRICE"): 1.0, (elimination, "DEARER"): 1.0}
    ),
    "no sparsity term": Variant({(elimination, "FIRST_PRICE"): 0.0}),
    "a drop refused where the held-out loss rises by 50 % (not 1000 %)": Variant(
        rule={"tolerance": 0.5}
    ),
    "drops neither refused nor undone": Variant(rule={"tolerance": 1e9, "left": 1e9}),
    "one expert may be left": Variant(rule={"fewest": 1}),
    "fine-tuning on a quarter of the points": Variant({(descent, "ROWS_EACH"): 0.0}),
    "240 iterations of fine-tuning instead of 60": Variant(settings=_long),
    "240 iterations of fine-tuning, and one expert may be left": Variant(
        rule={"fewest": 1}, settings=_long
    ),
    "240 iterations of fine-tuning, each of a tenth of a second at most": Variant(
        {(descent, "MOST_PRODUCTS"): descent.FIRST_PRODUCTS}, settings=_long
    ),
}
