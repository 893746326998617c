"""Every file in search_spaces/ is a space: a new one is tested here without a new test."""

from types import ModuleType

import pytest

from nas import search_spaces
from nas.calculus.activations import ACTIVATIONS
from nas.search_spaces import Candidate, SearchSpace


@pytest.mark.parametrize("name", search_spaces.names())
def test_named_space_can_be_used(name: str) -> None:
    space = search_spaces.load(name)
    assert set(space.levels["activation"]) <= set(ACTIVATIONS)
    assert sorted(space.pool(len(space), seed=0)) == sorted(space.candidates)
    assert search_spaces.question(name).endswith("?")


def test_names_are_the_files() -> None:
    names = search_spaces.names()
    assert names == sorted(names)
    assert {"article_burgers", "full_grid"} <= set(names)
    assert {"candidates", "space"}.isdisjoint(names)


def test_burgers_pool_is_the_articles() -> None:
    assert [str(candidate) for candidate in search_spaces.load("article_burgers").candidates] == [
        "tanh 2×64",
        "sine 2×64",
        "tanh 2×128",
        "tanh 3×128",
        "swish 2×256",
    ]


def test_identical_pool_is_four_times_the_same() -> None:
    space = search_spaces.load("article_identical")
    assert space.candidates == (Candidate("tanh", 2, 64),) * 4


@pytest.mark.parametrize(
    ("name", "asked", "size"),
    [
        ("article_activations", {"activation"}, 4),
        ("article_depth_width", {"depth", "width"}, 16),
    ],
)
def test_diverse_pools_differ_in_what_they_ask_about_only(
    name: str, asked: set[str], size: int
) -> None:
    space = search_spaces.load(name)
    assert {axis for axis, levels in space.levels.items() if len(levels) > 1} == asked
    assert space.is_grid
    assert len(space) == size


def test_full_grid() -> None:
    space = search_spaces.load("full_grid")
    assert space.levels["activation"] == ("sine", "tanh", "swish", "softplus")
    assert space.levels["depth"] == (2, 3, 4)
    assert space.levels["width"] == (16, 32, 64)
    assert space.is_grid


def test_an_unknown_name_gets_the_nearest_suggested() -> None:
    with pytest.raises(ValueError, match=r"got 'full_gird'; did you mean 'full_grid'\?"):
        search_spaces.load("full_gird")
    with pytest.raises(ValueError, match="got 'space'; choose one of these"):
        search_spaces.question("space")


def test_file_without_a_space_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = ModuleType("nas.search_spaces.full_grid")
    monkeypatch.setattr(search_spaces, "import_module", lambda _: empty)
    with pytest.raises(ValueError, match=r"full_grid\.py: expected a SearchSpace named space"):
        search_spaces.load("full_grid")
    assert search_spaces.question("full_grid") == ""


def test_loaded_space_is_a_search_space() -> None:
    assert isinstance(search_spaces.load("full_grid"), SearchSpace)
