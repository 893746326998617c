"""Boxes, and what all domains have in common: measures, membership, and clear refusals."""

import pickle
import re
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.errors import UserError
from nas.problems import Box, Domain, Polygon
from nas.problems.domains import into_bounds

TRIANGLE = Polygon([(0, 0), (3, 0), (0, 4)])


def test_box_measures_by_hand() -> None:
    box = Box(x=(-1, 2), y=(0, 2), t=(0, 0.5))
    assert box.coordinates == ("x", "y", "t")
    assert list(box.bounds) == [(-1, 2), (0, 2), (0, 0.5)]
    assert box.measure == 3
    assert box.parts == {
        "x_min": 1, "x_max": 1, "y_min": 1.5, "y_max": 1.5, "t_min": 6, "t_max": 6
    }  # fmt: skip


def test_an_interval_has_two_points_of_measure_one() -> None:
    box = Box(x=(0, 5))
    assert box.parts == {"x_min": 1, "x_max": 1}
    np.testing.assert_array_equal(box.on("x_max", np.empty((3, 0))), [[5], [5], [5]])


def test_box_faces_keep_the_other_coordinates_in_order() -> None:
    box = Box(x=(0, 1), y=(10, 20), t=(-1, 0))
    on = box.on("y_max", np.array([[0.25, 0.5]]))
    np.testing.assert_array_equal(on, [[0.25, 20, -0.5]])


def test_the_closed_box_contains_its_border_and_nothing_beyond() -> None:
    box = Box(x=(0, 1), t=(0, 2))
    points = np.array([[0, 0], [1, 2], [0.5, 1], [np.nextafter(1, 2), 1], [-1e-300, 1]])
    assert box.contains(points).tolist() == [True, True, True, False, False]


def test_the_upper_end_is_met_where_rounding_would_pass_it() -> None:
    low, high = -3.0, -0.97
    assert low + (high - low) * 1.0 > high
    assert into_bounds(Box(x=(low, high)), np.array([[1.0]])).item() == high


@settings(derandomize=True, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.floats(0, 1))
def test_rounding_never_leaves_the_box(low: float, length: float, share: float) -> None:
    box = Box(x=(low, low + length))
    assert box.contains(into_bounds(box, np.array([[share], [1 - 2**-31], [1.0]]))).all()


@pytest.mark.parametrize("domain", [Box(x=(-1, 1), t=(0, 1)), TRIANGLE])
def test_domains_are_frozen_values(domain: Any) -> None:
    same = pickle.loads(pickle.dumps(domain))
    assert same == domain
    assert hash(same) == hash(domain)
    assert same.parts == domain.parts
    with pytest.raises(FrozenInstanceError):
        domain.coordinates = ("a", "b")


def test_representation_reads_like_the_code_that_makes_it() -> None:
    assert repr(Box(x=(-1, 1), t=(0, 1))) == "Box(x=(-1.0, 1.0), t=(0.0, 1.0))"


@pytest.mark.parametrize(
    ("intervals", "message"),
    [
        ({}, "at least one interval, such as Box(x=(-1, 1))"),
        ({"x": (1, 0)}, "x=(1, 0): expected two finite numbers in rising order"),
        ({"x": (1, 1)}, "x=(1, 1): expected two finite numbers in rising order"),
        ({"x": (0, float("inf"))}, "expected two finite numbers"),
        ({"x": (float("nan"), 1)}, "expected two finite numbers"),
        ({"x": (False, True)}, "x=(False, True): expected two finite numbers"),
        ({"x": ("0", "1")}, "x=('0', '1'): expected two finite numbers"),
        ({"x": "01"}, "x='01': expected the lowest and the highest value"),
        ({"x": (0, 1j)}, "expected two finite numbers"),
        ({"x": 3}, "x=3: expected the lowest and the highest value, such as (0, 1)"),
        ({"x": (0, 1, 2)}, "expected the lowest and the highest value"),
        ({"x": ("a", "b")}, "expected two finite numbers in rising order"),
        ({"x": (1.0, 1.0 + 2.0**-52)}, "expected an interval whose points can be told apart"),
        ({"x": (1e6, 1e6 + 1e-9)}, "of length 1.05e-09; count x from another origin"),
        ({"x": (-1.7e308, 1.7e308)}, "of length inf; count x from another origin, or in other"),
        ({"value": (0, 1)}, "coordinate 'value': u.value means something else"),
        ({"lambda": (0, 1)}, "coordinate 'lambda': expected a word that can stand"),
    ],
)
def test_bad_boxes(intervals: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        Box(**intervals)


@pytest.mark.parametrize("domain", [Box(x=(0, 1), y=(0, 1)), TRIANGLE])
def test_unknown_part(domain: Domain) -> None:
    with pytest.raises(UserError, match=r"'top': no such part of the boundary; expected one of"):
        domain.on("top", np.array([[0.5]]))


def test_names_may_be_words() -> None:
    box = Box(theta=(0, 1), x_1=(0, 2))
    assert list(box.parts) == ["theta_min", "theta_max", "x_1_min", "x_1_max"]
    assert box.on("x_1_max", np.array([[0.5]])).tolist() == [[0.5, 2]]
    assert box.normals("theta_min", np.zeros((1, 2))).tolist() == [[-1, 0]]


def test_coordinates_of_other_sizes_do_not_blur_each_other() -> None:
    box = Box(x=(0, 1e-8), t=(0, 1e6))
    assert box.interior(np.array([[1e-12, 1.0], [5e-9, 999_999.0]])).all()
    assert not box.interior(np.array([[0.0, 1.0], [5e-9, 0.0]])).any()
    halves = Box(x=(0, 1e-8), t=(0, 1e6)) - Box(x=(0, 5e-9), t=(0, 5e5))
    assert halves.measure == pytest.approx(0.75e-2)
    assert halves.parts["x_min"] == pytest.approx(5e5)


def test_the_distance_of_a_face_grows_to_one_at_the_other() -> None:
    box = Box(x=(2, 6), y=(0, 1))
    points = torch.tensor([[2.0, 0.3], [3.0, 0.3], [6.0, 0.0]])
    assert box.distance("x_min", points).tolist() == [0, 0.25, 1]
    assert box.distance("x_max", points).tolist() == [1, 0.75, 0]


def test_outside_the_distance_of_a_face_ends_with_it() -> None:
    box = Box(x=(0, 1), y=(0, 1))
    on, beside, beyond = torch.tensor([[1, 0.5], [1, 1.5], [2, 0.5]], dtype=torch.float64)
    assert box.distance("x_max", on, outside=True) == 0
    assert box.distance("x_max", beside, outside=True) > 0.5
    assert box.distance("x_max", beyond, outside=True) > 0.9
