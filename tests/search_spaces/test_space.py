"""Pools are balanced, without repetition and the same anywhere, whatever the axes are."""

import math
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.search_spaces import AXES, Candidate, SearchSpace, load
from tests.search_spaces.levels import examples

NAMES = ["sine", "tanh", "swish", "softplus", "gelu"]


def spread(drawn: Iterable[object], levels: Iterable[object]) -> int:
    """How much more often the most frequent level occurs than the rarest."""
    counts = Counter(drawn)
    return max(counts[level] for level in levels) - min(counts[level] for level in levels)


def balanced(space: SearchSpace, pool: Iterable[Candidate]) -> bool:
    """Whether of every axis no level occurs more than once more often than another."""
    drawn = list(pool)
    return all(
        spread((getattr(one, name) for one in drawn), levels) <= 1
        for name, levels in space.levels.items()
    )


grids = st.fixed_dictionaries(
    {
        axis.plural: st.lists(st.sampled_from(examples(axis)), min_size=1, max_size=4, unique=True)
        for axis in AXES
    }
).map(lambda levels: SearchSpace.grid(**levels))

lists = st.lists(
    st.builds(Candidate, *(st.sampled_from(examples(axis)[:3]) for axis in AXES)),
    min_size=1,
    max_size=12,
).map(lambda candidates: SearchSpace(tuple(candidates)))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(grids, st.integers(1, 300), st.integers(0, 2**32))
def test_pool_of_a_grid_is_balanced_in_every_axis(space: SearchSpace, m: int, seed: int) -> None:
    pool = space.pool(m, seed)
    assert len(pool) == m
    assert balanced(space, pool)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.one_of(grids, lists), st.integers(1, 300), st.integers(0, 2**32))
def test_no_candidate_comes_again_before_all_have_come(
    space: SearchSpace, m: int, seed: int
) -> None:
    pool = space.pool(m, seed)
    for start in range(0, m, len(space)):
        part = Counter(pool[start : start + len(space)])
        assert part <= Counter(space.candidates)
    assert space.pool(m, seed) == pool


# Without a default, an axis is in play however many levels it has; the others get up to 3.
SHAPES = list(product(*([1, 2, 3] if axis.default is None else [1, 3] for axis in AXES)))


@pytest.mark.parametrize("shape", [one for one in SHAPES if math.prod(one) <= 36])
def test_every_small_grid_and_every_m(shape: tuple[int, ...]) -> None:
    """All shapes, and all m up to twice the grid: nothing left to chance."""
    sizes = zip(AXES, shape, strict=True)
    space = SearchSpace.grid(**{axis.plural: examples(axis)[:size] for axis, size in sizes})
    for m in range(1, 2 * len(space) + 1):
        pool = space.pool(m, seed=m)
        assert spread(pool, space.candidates) <= 1
        assert balanced(space, pool)


def test_pools_stay_what_they_were() -> None:
    """Drawn by the first version: a campaign that goes on must find its own pool."""
    assert [str(one) for one in load("full_grid").pool(8, seed=0)] == [
        "tanh 2×64",
        "softplus 2×16",
        "swish 3×16",
        "swish 2×32",
        "tanh 4×16",
        "softplus 3×32",
        "sine 3×64",
        "sine 4×32",
    ]
    assert [str(one) for one in load("article_burgers").pool(3, seed=7)] == [
        "tanh 3×128",
        "swish 2×256",
        "sine 2×64",
    ]


def test_an_axis_at_its_default_changes_no_pool() -> None:
    levels: dict[str, list[Any]] = {"activations": NAMES, "depths": [2, 3], "widths": [16, 32]}
    at_default = {axis.plural: [axis.default] for axis in AXES if axis.default is not None}
    for m in (3, 7, 25):
        pool = SearchSpace.grid(**levels, **at_default).pool(m, seed=m)
        assert pool == SearchSpace.grid(**levels).pool(m, seed=m)


def test_pool_as_large_as_the_grid_is_the_grid() -> None:
    space = SearchSpace.grid(activations=["sine", "tanh"], depths=[2, 3], widths=[16, 32, 64])
    assert sorted(space.pool(12, seed=3)) == sorted(space.candidates)


def test_axes_are_crossed_where_the_size_of_the_pool_allows() -> None:
    """Each activation meets each depth and each width equally often, worked out by hand."""
    space = SearchSpace.grid(activations=["sine", "tanh"], depths=[2, 3], widths=[16, 32])
    for seed in range(20):
        pool = space.pool(4, seed)
        assert len({(c.activation, c.depth) for c in pool}) == 4
        assert len({(c.activation, c.width) for c in pool}) == 4


def test_each_candidate_is_drawn_about_equally_often_over_the_seeds() -> None:
    space = SearchSpace.grid(
        activations=["sine", "tanh", "swish"], depths=[2, 3], widths=[16, 32, 64]
    )
    counts = Counter(c for seed in range(900) for c in space.pool(4, seed))
    # 200 times on average, and with a standard deviation of 12.5 were the draws independent.
    assert all(140 <= counts[candidate] <= 260 for candidate in space.candidates)


def test_the_index_in_the_pool_means_nothing() -> None:
    space = SearchSpace.grid(activations=["sine", "tanh"], depths=[2], widths=[16, 32])
    first = Counter(space.pool(4, seed)[0] for seed in range(400))
    assert all(60 <= first[candidate] <= 140 for candidate in space.candidates)


def test_seeds_and_sizes_give_different_pools() -> None:
    space = SearchSpace.grid(activations=NAMES, depths=[2, 3, 4], widths=[16, 32, 64])
    assert len({space.pool(8, seed) for seed in range(20)}) == 20
    assert space.pool(9, 0)[:8] != space.pool(8, 0)


def test_another_process_draws_the_same_pool() -> None:
    program = (
        "from nas.search_spaces import load;"
        "print(*load('full_grid').pool(50, 7), *load('article_burgers').pool(3, 7), sep='; ')"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_list_is_balanced_greedily() -> None:
    """Of two activations at three and one candidates, a pool of two holds both."""
    space = SearchSpace(
        (
            Candidate("tanh", 2, 64),
            Candidate("tanh", 2, 64),
            Candidate("tanh", 2, 64),
            Candidate("sine", 2, 64),
        )
    )
    for seed in range(20):
        assert sorted(c.activation for c in space.pool(2, seed)) == ["sine", "tanh"]


def test_identical_candidates_count_as_many() -> None:
    space = SearchSpace((Candidate("tanh", 2, 64),) * 4)
    assert space.pool(6, seed=0) == (Candidate("tanh", 2, 64),) * 6


def test_grid_is_recognised_whatever_its_order() -> None:
    grid = SearchSpace.grid(activations=["sine", "tanh"], depths=[2, 3], widths=[16])
    assert SearchSpace(grid.candidates[::-1]).is_grid
    assert not SearchSpace(grid.candidates[1:]).is_grid
    assert not SearchSpace((*grid.candidates[1:], grid.candidates[1])).is_grid


def test_levels_keep_their_order() -> None:
    space = SearchSpace.grid(activations=["tanh", "sine"], depths=[3, 2], widths=[64, 16])
    assert space.levels["activation"] == ("tanh", "sine")
    assert space.levels["depth"] == (3, 2)
    assert space.levels["width"] == (64, 16)


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ({"depths": []}, r"depths=\[\]: expected one or more different levels; name each"),
        ({"widths": [16, 16]}, r"widths=\[16, 16\]: expected one or more different levels"),
        ({"depths": [2, 0]}, "depth=0: expected an integer ≥ 1"),
        ({"depths": [[2]]}, r"depth=\[2\]: expected an integer ≥ 1"),
        ({"heights": [2]}, "heights: no such axis; expected some of activations, depths, widths"),
    ],
)
def test_impossible_grids_are_refused(levels: dict[str, list[Any]], message: str) -> None:
    usual: dict[str, list[Any]] = {"activations": ["sine"], "depths": [2], "widths": [16]}
    with pytest.raises(ValueError, match=message):
        SearchSpace.grid(**usual | levels)


def test_an_axis_without_a_default_has_to_be_named() -> None:
    with pytest.raises(ValueError, match="widths: expected one or more levels, got none; list"):
        SearchSpace.grid(activations=["sine"], depths=[2])


def test_impossible_spaces_and_pools_are_refused() -> None:
    with pytest.raises(ValueError, match=r"candidates=\(\): expected at least one"):
        SearchSpace(())
    with pytest.raises(ValueError, match="m=0: expected an integer ≥ 1"):
        SearchSpace((Candidate("sine", 2, 16),)).pool(0, seed=0)
