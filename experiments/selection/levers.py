"""What each lever of the method is worth: the search without it, from the same warm-up.

A lever is taken out by patching what it stands on, for as long as a run lasts: it is no option.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from unittest import mock

import pandas as pd
import torch

from nas.mixture.gates.perceptron import GateSettings
from nas.reports.survival import main_effects
from nas.training import descent, elimination, selection
from nas.training.search import Search
from nas.training.trainer import RunSettings, Trainer

DEFAULT = "default"


@dataclass(frozen=True)
class Lever:
    """How a search differs from the default.

    Parameters
    ----------
    constants
        (module or class, name) -> value instead.
    rule
        Fields of the `nas.mixture.dropping.DropRule`.
    settings
        Of the run.
    """

    constants: Mapping[tuple[Any, str], Any] = field(default_factory=dict)
    rule: Mapping[str, Any] = field(default_factory=dict)
    settings: Callable[[RunSettings], RunSettings] = lambda settings: settings

    @contextmanager
    def pulled(self) -> Iterator[None]:
        """With other constants."""
        with ExitStack() as stack:
            for (owner, name), value in self.constants.items():
                stack.enter_context(mock.patch.object(owner, name, value))
            yield

    def begin(self, trainer: Trainer) -> None:
        """Before the first step after the warm-up."""
        under_way = trainer.search.elimination
        under_way.rule = replace(under_way.rule, **self.rule)


def _by_individual_loss(self: Search) -> None:
    own = torch.tensor([self.outcomes[index].individual_loss for index in self.mixture.alive])
    self.mixture.gate.prefer(-torch.log(own.clamp_min(1e-30)))


def _by_kin(self: Search) -> None:
    indices = self.mixture.alive
    table = pd.DataFrame([asdict(self.mixture.pool[index]) for index in indices])
    table["individual_loss"] = [self.outcomes[index].individual_loss for index in indices]
    sizes = torch.tensor([self.mixture.expert_parameters(index) for index in indices])
    self.mixture.gate.prefer(-torch.tensor(main_effects(table).to_numpy()) - torch.log(sizes))


def _wide_gate(settings: RunSettings) -> RunSettings:
    return replace(settings, gate=GateSettings(width=64))


def _long(settings: RunSettings) -> RunSettings:
    return replace(settings, fine_tuning=4 * settings.fine_tuning)


LEVERS: Mapping[str, Lever] = {
    DEFAULT: Lever(),
    "gate of 2×64 instead of 2×16": Lever(settings=_wide_gate),
    "gate's learning rate 2e-3 instead of 1e-2": Lever({(selection, "GATE_RATE"): 1.0}),
    "gate begins uniform": Lever({(Search, "_prefer"): lambda self: None}),
    "gate begins by individual loss, without size": Lever(
        {(Search, "_prefer"): _by_individual_loss}
    ),
    "gate begins by individual loss with its kin's, and size": Lever(
        {(Search, "_prefer"): _by_kin}
    ),
    "penalty of sparsity fixed at one loss": Lever(
        {(elimination, "FIRST_PRICE"): 1.0, (elimination, "DEARER"): 1.0}
    ),
    "no sparsity": Lever({(elimination, "FIRST_PRICE"): 0.0}),
    "a drop refused where the held-out loss rises by 50 % (not 1000 %)": Lever(
        rule={"tolerance": 0.5}
    ),
    "drops neither refused nor undone": Lever(rule={"tolerance": 1e9, "left": 1e9}),
    "one expert may be left": Lever(rule={"fewest": 1}),
    "fine-tuning on a quarter of the points": Lever({(descent, "ROWS_EACH"): 0.0}),
    "240 iterations of fine-tuning instead of 60": Lever(settings=_long),
    "240 iterations of fine-tuning, and one expert may be left": Lever(
        rule={"fewest": 1}, settings=_long
    ),
    "240 iterations of fine-tuning, each of a tenth of a second at most": Lever(
        {(descent, "MOST_PRODUCTS"): descent.FIRST_PRODUCTS}, settings=_long
    ),
}
