"""Search spaces, and the stratified draw of a pool from a space."""

import itertools
import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from nas.search_spaces.candidates import AXES, Candidate, Level, in_play

_Item = TypeVar("_Item")


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
    >>> space = SearchSpace.grid(activations=["sine", "tanh"], depths=[2, 3], widths=[16])
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
    def grid(cls, **levels: Sequence[Any]) -> "SearchSpace":
        """Every combination of the levels of all axes; an axis that is not named has its default.

        Parameters
        ----------
        levels
            The levels of an axis by its plural: ``depths=[2, 3]``.

        Raises
        ------
        ValueError
            If there is no such axis, one without a default is missing, a list is empty or holds a
            level twice, or something in it is no level of the axis.

        Examples
        --------
        >>> print(*SearchSpace.grid(activations=["tanh"], depths=[2], widths=[8, 16]).candidates)
        tanh 2×8 tanh 2×16
        """
        known = {axis.plural: axis for axis in AXES}
        for name, listed in levels.items():
            if name not in known:
                raise ValueError(f"{name}: no such axis; expected some of {', '.join(known)}")
            for level in listed:
                known[name].check(level)
            if not listed or len(set(listed)) < len(listed):
                raise ValueError(
                    f"{name}={list(listed)}: expected one or more different levels; "
                    "name each level once"
                )
        each = []
        for name, axis in known.items():
            if name not in levels and axis.default is None:
                raise ValueError(f"{name}: expected one or more levels, got none; list them")
            each.append(levels.get(name, (axis.default,)))
        return cls(tuple(Candidate(*combination) for combination in itertools.product(*each)))

    @property
    def levels(self) -> Mapping[str, tuple[Level, ...]]:
        """For each axis by name its different levels, in the order of their first candidates."""
        return {
            axis.name: tuple(dict.fromkeys(getattr(one, axis.name) for one in self.candidates))
            for axis in AXES
        }

    @property
    def is_grid(self) -> bool:
        """Whether each combination of the levels is a candidate, exactly once."""
        combinations = math.prod(map(len, self.levels.values()))
        return len(self.candidates) == len(set(self.candidates)) == combinations

    def __len__(self) -> int:
        return len(self.candidates)

    def pool(self, m: int, seed: int) -> tuple[Candidate, ...]:
        """Draw ``m`` candidates, stratified; the same for the same arguments, anywhere.

        No candidate is drawn twice before all have been drawn once, and so on: ``m`` beyond
        the space is whole copies of it, then a stratified rest. From a grid, the counts of any
        two levels of an axis differ by at most one. From a list, each further candidate is one
        whose levels have occurred least so far. The order is random, so that the index in the
        pool means nothing.

        Raises
        ------
        ValueError
            If ``m`` is no integer ≥ 1.
        """
        if isinstance(m, bool) or not isinstance(m, int) or m < 1:
            raise ValueError(f"m={m!r}: expected an integer ≥ 1; give 1 or more")
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
        """``count`` different candidates of a grid, every axis balanced.

        The levels of the first axis, then within each of them those of the second, and so on, are
        dealt out like cards, the remainder to those levels that have had least. Then counts never
        differ by more than one: where all counts are k or k + 1, those with k come first. Nor is a
        combination dealt twice: of N cards for n combinations, N ≤ n, each of L levels gets at
        most ⌈N / L⌉ ≤ n / L.

        An axis at its default alone is not dealt, and takes no random numbers: a space draws the
        same pools as before the axis was known.
        """
        names = [axis.name for axis in in_play(self.levels)]
        had: Counter[tuple[tuple[str, Level], ...]] = Counter()
        dealt: list[Candidate] = []

        def deal(hand: tuple[tuple[str, Level], ...], cards: int) -> None:
            if len(hand) == len(names):
                levels: dict[str, Any] = dict(hand)
                dealt.extend([Candidate(**levels)] * cards)
                return
            name = names[len(hand)]
            # Ties go to the level that met the levels of this hand least, so that the axes are as
            # little confounded as the balance allows.
            ranked = [
                ((had[((name, level),)], *(had[one, (name, level)] for one in hand)), level)
                for level in _shuffled(self.levels[name], source)
            ]
            ranked.sort(key=lambda rank: rank[0])
            for (_, level), share in _dealt(ranked, cards):
                had[((name, level),)] += share
                for one in hand:
                    had[one, (name, level)] += share
                deal((*hand, (name, level)), share)

        deal((), count)
        return dealt

    def _least_used(self, count: int, source: random.Random) -> list[Candidate]:
        """``count`` items of a list, each next one with the levels that occurred least."""
        had: Counter[tuple[str, Level]] = Counter()
        left = _shuffled(self.candidates, source)
        taken: list[Candidate] = []
        names = [axis.name for axis in in_play(self.levels)]
        for _ in range(count):
            # The sum of the counts is what the sum of their squares grows by.
            best = min(left, key=lambda one: sum(had[name, getattr(one, name)] for name in names))
            left.remove(best)
            taken.append(best)
            had.update((name, getattr(best, name)) for name in names)
        return taken


def _dealt(levels: Sequence[_Item], count: int) -> list[tuple[_Item, int]]:
    """Each level with its share of ``count``; the remainder goes to the first ones."""
    share, more = divmod(count, len(levels))
    return [(level, share + (index < more)) for index, level in enumerate(levels)]


def _shuffled(items: Sequence[_Item], source: random.Random) -> list[_Item]:
    # Of the random module, only random() promises the same numbers in every version of Python.
    return sorted(items, key=lambda _: source.random())
