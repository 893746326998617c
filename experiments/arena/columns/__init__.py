"""The columns of the arena: ways to a trained network, a file each.

A module has four things. ``run(problem, seconds, seed, looks, **arguments)`` works until
``looks.seconds``, CPU seconds of this process, reach ``seconds``, and looks at its best network as
it goes on. ``lacking()`` says what it needs and this installation has not; nothing where it can
run. ``USES`` names the modules and packages whose code its answers depend on, and ``facts()`` tells
what they depend on beside these, such as defaults.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any

from experiments.arena.entrants import BUDGETS, LONG, NAMED, SEEDS, SHORT, slug
from nas.errors import UserError
from nas.search_spaces import AXES, Candidate

# The search with a part off, by that part (see `experiments.arena.columns.ablated`); and the whole
# of it, measured with them to compare with: on another processor a minute is another minute.
NOTHING = "nothing"
ABLATIONS = {
    NOTHING: "the whole search",
    "penalty": "no sparsity term",
    "tuning": "m, p and threshold fixed",
    "gate": "no teams",
    "race": "no race",
    "scale": "no scales",
    "restarts": "no restarts",
    "waves": "no random waves in the pool",
    "correction": "no correction",
}


@dataclass(frozen=True)
class Column:
    """A way to a trained network.

    Parameters
    ----------
    name, title
        As that of a file, and for people.
    module
        The file here that does it.
    arguments
        Of its ``run``: what JSON can write.
    reads_off
        Whether what it does does not depend on its budget, so that the answer to a shorter one is
        read off a longer run.
    measured
        Whether all its cells are to be measured; others are if they win in hindsight.
    brief
        Whether it is measured with the shorter budget and the first seed alone.

    Examples
    --------
    >>> named("tanh_3x20").budgets, named("halving").budgets
    ((300,), (60, 300))
    """

    name: str
    title: str
    module: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    reads_off: bool = False
    measured: bool = True
    brief: bool = False

    @property
    def code(self) -> ModuleType:
        """Its module."""
        return import_module(f"experiments.arena.columns.{self.module}")

    @property
    def budgets(self) -> tuple[int, ...]:
        """The lengths of its runs."""
        if self.brief:
            return (SHORT,)
        return (LONG,) if self.reads_off else BUDGETS

    @property
    def seeds(self) -> tuple[int, ...]:
        """Those of its runs."""
        return SEEDS[:1] if self.brief else SEEDS

    @property
    def uses(self) -> tuple[str, ...]:
        """The code that it depends on."""
        uses: tuple[str, ...] = self.code.USES
        return uses

    @property
    def facts(self) -> str:
        """What it depends on beside code."""
        beside: str = self.code.facts()
        return f"{json.dumps(self.arguments, sort_keys=True)} {beside}"


def _single(candidate: Candidate, measured: bool) -> Column:
    # Without defaults: a new axis changes no column.
    levels = {axis.name: getattr(candidate, axis.name) for axis in AXES}
    own = {axis.name: levels[axis.name] for axis in AXES if levels[axis.name] != axis.default}
    arguments = {"candidate": own}
    return Column(slug(candidate), str(candidate), "single", arguments, True, measured)


RIVAL, *OTHERS = NAMED
SINGLES = (_single(RIVAL, True), *(_single(one, False) for one in OTHERS))
COLUMNS = {
    column.name: column
    for column in (
        Column("search", "search", "search"),
        *SINGLES,
        Column("halving", "successive halving", "halving"),
        Column("deepxde", "DeepXDE, tanh 4×50", "deepxde", reads_off=True),
        *(
            Column(f"without_{part}", title, "ablated", {"without": part}, brief=True)
            for part, title in ABLATIONS.items()
        ),
    )
}


def named(name: str) -> Column:
    """The column of a name.

    Raises
    ------
    UserError
        If there is none.

    Examples
    --------
    >>> named("sine_2x32_x10").title
    'sine 2×32 ×10'
    """
    if name not in COLUMNS:
        raise UserError(f"expected some of the columns {', '.join(COLUMNS)}, got {name}")
    return COLUMNS[name]
