"""The keys of a written-out search space follow from the axes."""

import pickle
from typing import Any

import pytest

from nas.campaign.config import Campaign, build
from nas.campaign.grid import Grid, complete
from nas.errors import UserError
from nas.search_spaces import AXES, Axis
from tests.search_spaces.levels import examples

DEFAULTS = {axis.plural: [axis.default] for axis in AXES if axis.default is not None}


def levels_of_none_named(axis: Axis) -> tuple[Any, ...]:
    return axis.usual if axis.default is None else (axis.default,)


def test_an_axis_that_is_not_named_has_its_usual_levels() -> None:
    space = build(problem="x").search_space()
    assert space.is_grid
    assert space.levels == {axis.name: levels_of_none_named(axis) for axis in AXES}


@pytest.mark.parametrize("axis", [one for one in AXES if one.name != "activation"])
def test_every_axis_has_a_key(axis: Axis) -> None:
    levels = examples(axis)
    campaign = build(problem="x", space={axis.plural: levels})
    assert list(campaign.search_space().levels[axis.name]) == levels
    assert campaign.resolved()["space"][axis.plural] == levels
    assert Campaign.from_resolved(campaign.resolved()) == campaign


@pytest.mark.parametrize("axis", AXES)
def test_what_is_no_level_is_one_clear_line(axis: Axis) -> None:
    where = f"^space\\.{axis.plural}"
    with pytest.raises(UserError, match=rf"{where}\[1\]: expected (?!another value).*, got null$"):
        build(problem="x", space={axis.plural: [axis.usual[0], None]})
    for wrong in ([], [axis.usual[0]] * 2, axis.usual[0]):
        with pytest.raises(UserError, match=rf"{where}: expected a list of one or more.*, got "):
            build(problem="x", space={axis.plural: wrong})


def test_an_axis_at_its_default_is_not_written() -> None:
    """So a campaign that was begun before the axis existed is still the same one."""
    resolved = build(problem="x", space={"depths": [2], **DEFAULTS}).resolved()
    assert resolved["space"].keys() & DEFAULTS.keys() == set()
    assert resolved == build(problem="x", space={"depths": [2]}).resolved()


def test_axes_that_a_resolved_space_lacks_have_their_defaults() -> None:
    assert complete({"depths": [2]}) == {"depths": [2], **DEFAULTS}
    assert complete("full_grid") == "full_grid"


def test_a_damaged_space_is_refused() -> None:
    resolved = build(problem="x").resolved()
    with pytest.raises(UserError, match=r"space: expected the name of a search space, or \{activ"):
        Campaign.from_resolved({**resolved, "space": 3})


def test_a_grid_travels_to_other_processes() -> None:
    grid = Grid(**{axis.plural: tuple(examples(axis)) for axis in AXES[1:]})
    assert pickle.loads(pickle.dumps(grid)) == grid
