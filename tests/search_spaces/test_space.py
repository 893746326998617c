import subprocess
import sys
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.search_spaces import Candidate, SearchSpace

NAMES = ["sine", "tanh", "swish", "softplus", "gelu"]


def spread(drawn: Iterable[object], levels: Iterable[object]) -> int:
    """How much more often the most frequent level occurs than the rarest."""
    counts = Counter(drawn)
    return max(counts[level] for level in levels) - min(counts[level] for level in levels)


@st.composite
def grids(draw: st.DrawFn) -> SearchSpace:
    sizes = st.lists(st.integers(1, 40), min_size=1, max_size=5, unique=True)
    activations = st.lists(st.sampled_from(NAMES), min_size=1, unique=True)
    return SearchSpace.grid(draw(activations), draw(sizes), draw(sizes))


lists = st.lists(
    st.builds(Candidate, st.sampled_from(NAMES), st.integers(1, 3), st.integers(1, 3)),
    min_size=1,
    max_size=12,
).map(lambda candidates: SearchSpace(tuple(candidates)))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(grids(), st.integers(1, 300), st.integers(0, 2**32))
def test_pool_of_a_grid_is_balanced_in_every_factor(space: SearchSpace, m: int, seed: int) -> None:
    pool = space.pool(m, seed)
    assert len(pool) == m
    assert spread((c.activation for c in pool), space.activations) <= 1
    assert spread((c.depth for c in pool), space.depths) <= 1
    assert spread((c.width for c in pool), space.widths) <= 1


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.one_of(grids(), lists), st.integers(1, 300), st.integers(0, 2**32))
def test_no_candidate_comes_again_before_all_have_come(
    space: SearchSpace, m: int, seed: int
) -> None:
    pool = space.pool(m, seed)
    for start in range(0, m, len(space)):
        part = Counter(pool[start : start + len(space)])
        assert part <= Counter(space.candidates)
    assert space.pool(m, seed) == pool


def test_every_small_grid_and_every_m() -> None:
    """All shapes up to 3 × 3 × 4 and all m up to twice the grid: nothing left to chance."""
    for a in range(1, 4):
        for d in range(1, 4):
            for w in range(1, 5):
                space = SearchSpace.grid(NAMES[:a], range(1, d + 1), range(1, w + 1))
                for m in range(1, 2 * a * d * w + 1):
                    pool = space.pool(m, seed=m)
                    assert spread(pool, space.candidates) <= 1
                    assert spread((c.activation for c in pool), space.activations) <= 1
                    assert spread((c.depth for c in pool), space.depths) <= 1
                    assert spread((c.width for c in pool), space.widths) <= 1


def test_pool_as_large_as_the_grid_is_the_grid() -> None:
    space = SearchSpace.grid(["sine", "tanh"], [2, 3], [16, 32, 64])
    assert sorted(space.pool(12, seed=3)) == sorted(space.candidates)


def test_factors_are_crossed_where_the_size_of_the_pool_allows() -> None:
    """Each activation meets each depth and each width equally often, worked out by hand."""
    space = SearchSpace.grid(["sine", "tanh"], [2, 3], [16, 32])
    for seed in range(20):
        pool = space.pool(4, seed)
        assert len({(c.activation, c.depth) for c in pool}) == 4
        assert len({(c.activation, c.width) for c in pool}) == 4


def test_each_candidate_is_drawn_about_equally_often_over_the_seeds() -> None:
    space = SearchSpace.grid(["sine", "tanh", "swish"], [2, 3], [16, 32, 64])
    counts = Counter(c for seed in range(900) for c in space.pool(4, seed))
    # 200 times on average, and with a standard deviation of 12.5 were the draws independent.
    assert all(140 <= counts[candidate] <= 260 for candidate in space.candidates)


def test_the_place_in_the_pool_means_nothing() -> None:
    space = SearchSpace.grid(["sine", "tanh"], [2], [16, 32])
    first = Counter(space.pool(4, seed)[0] for seed in range(400))
    assert all(60 <= first[candidate] <= 140 for candidate in space.candidates)


def test_seeds_and_sizes_give_different_pools() -> None:
    space = SearchSpace.grid(NAMES, [2, 3, 4], [16, 32, 64])
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
    grid = SearchSpace.grid(["sine", "tanh"], [2, 3], [16])
    assert SearchSpace(grid.candidates[::-1]).is_grid
    assert not SearchSpace(grid.candidates[1:]).is_grid
    assert not SearchSpace((*grid.candidates[1:], grid.candidates[1])).is_grid


def test_levels_keep_their_order() -> None:
    space = SearchSpace.grid(["tanh", "sine"], [3, 2], [64, 16])
    assert space.activations == ("tanh", "sine")
    assert space.depths == (3, 2)
    assert space.widths == (64, 16)


def test_candidate_reads_as_activation_depth_width() -> None:
    assert str(Candidate("sine", 2, 32)) == "sine 2×32"
    assert Candidate("sine", 2, 32) < Candidate("sine", 3, 16) < Candidate("tanh", 1, 1)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("", 2, 16), "activation='': expected a name"),
        (("sine", 0, 16), "depth=0: expected an integer ≥ 1"),
        (("sine", 2, -3), "width=-3: expected an integer ≥ 1"),
        (("sine", 2.0, 16), "depth=2.0: expected an integer ≥ 1"),
        (("sine", 2, True), "width=True: expected an integer ≥ 1"),
    ],
)
def test_impossible_candidates_are_refused(values: tuple[str, int, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Candidate(*values)


def test_impossible_spaces_and_pools_are_refused() -> None:
    with pytest.raises(ValueError, match=r"candidates=\(\): expected at least one"):
        SearchSpace(())
    with pytest.raises(ValueError, match=r"depths=\[\]: expected one or more different levels"):
        SearchSpace.grid(["sine"], [], [16])
    with pytest.raises(ValueError, match=r"widths=\[16, 16\]: expected one or more different"):
        SearchSpace.grid(["sine"], [2], [16, 16])
    with pytest.raises(ValueError, match="m=0: expected an integer ≥ 1"):
        SearchSpace.grid(["sine"], [2], [16]).pool(0, seed=0)
