"""Candidates, search spaces, and the stratified draw of a pool from a space."""

import itertools
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

_Item = TypeVar("_Item")


@dataclass(frozen=True, order=True)
class Candidate:
    """One architecture: ``depth`` hidden layers of ``width`` units each.

    The activation is a name; what it computes is the calculus' matter.

    Raises
    ------
    ValueError
        If the depth or the width is no integer ≥ 1, or the activation is no name.

    Examples
    --------
    >>> print(Candidate("sine", 2, 32))
    sine 2×32
    """

    activation: str
    depth: int
    width: int

    def __post_init__(self) -> None:
        if not isinstance(self.activation, str) or not self.activation:
            raise ValueError(
                f"activation={self.activation!r}: expected a name; give one such as 'tanh'"
            )
        _at_least_one("depth", self.depth)
        _at_least_one("width", self.width)

    def __str__(self) -> str:
        return f"{self.activation} {self.depth}×{self.width}"


@dataclass(frozen=True)
class SearchSpace:
    """The candidates from which pools are drawn: a full grid, or any list.

    A candidate that is listed twice counts as two, so a pool may hold identical experts.

    Raises
    ------
    ValueError
        If there is no candidate.

    Examples
    --------
    >>> space = SearchSpace.grid(["sine", "tanh"], depths=[2, 3], widths=[16])
    >>> len(space)
    4
    >>> sorted(candidate.depth for candidate in space.pool(2, seed=0))
    [2, 3]
    """

    candidates: tuple[Candidate, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "candidates", tuple(self.candidates))
        if not self.candidates:
            raise ValueError("candidates=(): expected at least one; list a Candidate")

    @classmethod
    def grid(
        cls, activations: Sequence[str], depths: Sequence[int], widths: Sequence[int]
    ) -> "SearchSpace":
        """Every activation with every depth and every width.

        Raises
        ------
        ValueError
            If a list is empty or names a level twice, or a level is none.
        """
        for name, levels in (("activations", activations), ("depths", depths), ("widths", widths)):
            if not levels or len(set(levels)) < len(levels):
                raise ValueError(
                    f"{name}={list(levels)}: expected one or more different levels; "
                    "name each level once"
                )
        combinations = itertools.product(activations, depths, widths)
        return cls(tuple(Candidate(*levels) for levels in combinations))

    @property
    def activations(self) -> tuple[str, ...]:
        """The different activations, in the order of their first candidates."""
        return tuple(dict.fromkeys(candidate.activation for candidate in self.candidates))

    @property
    def depths(self) -> tuple[int, ...]:
        """The different depths, in the order of their first candidates."""
        return tuple(dict.fromkeys(candidate.depth for candidate in self.candidates))

    @property
    def widths(self) -> tuple[int, ...]:
        """The different widths, in the order of their first candidates."""
        return tuple(dict.fromkeys(candidate.width for candidate in self.candidates))

    @property
    def is_grid(self) -> bool:
        """Whether each combination of the levels is a candidate, exactly once."""
        combinations = len(self.activations) * len(self.depths) * len(self.widths)
        return len(self.candidates) == len(set(self.candidates)) == combinations

    def __len__(self) -> int:
        return len(self.candidates)

    def pool(self, m: int, seed: int) -> tuple[Candidate, ...]:
        """Draw ``m`` candidates, stratified; the same for the same arguments, anywhere.

        No candidate is drawn twice before all have been drawn once, and so on: ``m`` beyond
        the space is whole copies of it, then a stratified rest. From a grid, the
        counts of any two activations, of any two depths and of any two widths differ by at
        most one. From a list, each further candidate is one whose levels have occurred least
        so far. The order is random, so that the index in the pool means nothing.

        Raises
        ------
        ValueError
            If ``m`` is no integer ≥ 1.
        """
        _at_least_one("m", m)
        # A string seeds by its SHA-512, the same in every process; a hash would not be.
        source = random.Random(f"pool of {m}, seed {seed}")
        copies, rest = divmod(m, len(self))
        chosen = [
            candidate for _ in range(copies) for candidate in _shuffled(self.candidates, source)
        ]
        if rest:
            draw = self._deal if self.is_grid else self._least_used
            chosen += _shuffled(draw(rest, source), source)
        return tuple(chosen)

    def _deal(self, count: int, source: random.Random) -> list[Candidate]:
        """``count`` different candidates of a grid, every factor balanced.

        Activations, then each activation's depths, then each pair's widths are dealt out like
        cards, the remainder to those levels that have had least. Then counts never differ by
        more than one: where all counts are k or k + 1, those with k come first. Nor does a
        pair get a width twice: balanced counts give it at most as many cards as widths.
        """
        had: Counter[tuple[object, ...]] = Counter()
        dealt: list[Candidate] = []
        activations = _shuffled(self.activations, source)
        for activation, of_activation in _dealt(activations, count):
            depths = sorted(_shuffled(self.depths, source), key=lambda d: had["depth", d])
            for depth, of_pair in _dealt(depths, of_activation):
                had["depth", depth] += of_pair
                # Ties go to the width that met this activation, then this depth least, so that
                # the factors are as little confounded as the balance allows.
                widths = [
                    (had["width", w], had["width", activation, w], had["width", depth, w], w)
                    for w in _shuffled(self.widths, source)
                ]
                widths.sort(key=lambda ranked: ranked[:3])
                for (*_, width), cards in _dealt(widths, of_pair):
                    had["width", width] += cards
                    had["width", activation, width] += cards
                    had["width", depth, width] += cards
                    dealt += [Candidate(activation, depth, width)] * cards
        return dealt

    def _least_used(self, count: int, source: random.Random) -> list[Candidate]:
        """``count`` indices of a list, each next one with the levels that occurred least."""
        had: Counter[tuple[str, str | int]] = Counter()
        left = _shuffled(self.candidates, source)
        taken: list[Candidate] = []
        for _ in range(count):
            # The sum of the counts is what the sum of their squares grows by.
            best = min(left, key=lambda candidate: sum(had[key] for key in _levels(candidate)))
            left.remove(best)
            taken.append(best)
            had.update(_levels(best))
        return taken


def _levels(candidate: Candidate) -> list[tuple[str, str | int]]:
    return [
        ("activation", candidate.activation),
        ("depth", candidate.depth),
        ("width", candidate.width),
    ]


def _dealt(levels: Sequence[_Item], count: int) -> list[tuple[_Item, int]]:
    """Each level with its share of ``count``; the remainder goes to the first ones."""
    share, more = divmod(count, len(levels))
    return [(level, share + (index < more)) for index, level in enumerate(levels)]


def _shuffled(items: Sequence[_Item], source: random.Random) -> list[_Item]:
    # Of the random module, only random() promises the same numbers in every version of Python.
    return sorted(items, key=lambda _: source.random())


def _at_least_one(name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name}={value!r}: expected an integer ≥ 1; give 1 or more")
