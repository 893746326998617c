"""Points: inside, exact in number, even, and the same stream for the same seed."""

import re
import warnings
from collections.abc import Iterator
from typing import Any, ClassVar, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from nas.errors import UserError
from nas.problems import Box, Domain, Polygon, sampling
from nas.problems.domains import Array, Mask
from nas.problems.sampling import Method, apportion, boundary_points, interior_points

SQUARE = Box(x=(-1, 1), t=(0, 1))
L_SHAPE = Polygon([(-1, -1), (1, -1), (1, 0), (0, 0), (0, 1), (-1, 1)])
SLIVER = Polygon([(0, 0), (1, 0.99), (1, 1)])
DOMAINS = [Box(x=(0, 1)), SQUARE, Box(x=(0, 1), y=(0, 2), z=(1, 2), t=(0, 1)), L_SHAPE, SLIVER]
METHODS: list[Method] = ["sobol", "latin_hypercube"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("domain", DOMAINS)
@settings(max_examples=10, derandomize=True, deadline=None)
@given(count=st.integers(1, 300), seed=st.integers(0, 2**70), draw=st.integers(0, 2**40))
def test_interior_points_are_inside_and_exact_in_number(
    domain: Domain, method: Method, count: int, seed: int, draw: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        points = interior_points(domain, count, seed=seed, draw=draw, method=method)
    assert points.shape == (count, len(domain.coordinates))
    assert points.dtype == np.float64
    assert domain.contains(points).all()
    low, high = np.transpose(domain.bounds)
    assert ((points > low) & (points < high)).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("domain", [SQUARE, L_SHAPE])
def test_seed_and_draw_name_the_stream(domain: Domain, method: Method) -> None:
    def points(seed: int, draw: int) -> Array:
        return interior_points(domain, 50, seed=seed, draw=draw, method=method)

    np.testing.assert_array_equal(points(5, 2), points(5, 2))
    others = [points(5, 2), points(5, 3), points(6, 2), points(2, 5), points(5 + 2**64, 2)]
    assert len({other.tobytes() for other in others}) == len(others)


def test_parts_have_streams_of_their_own() -> None:
    points = boundary_points(SQUARE, ("x_min", "x_max"), 40, seed=0, draw=0)
    assert not np.isin(points["x_min"][:, 1], points["x_max"][:, 1]).any()
    again = boundary_points(SQUARE, ("x_max", "x_min"), 40, seed=0, draw=0)
    np.testing.assert_array_equal(again["x_min"], points["x_min"])


def test_interior_and_parts_share_no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    streams, unit_cubes = [], sampling._unit_cubes

    def recorded(*arguments: Any) -> Iterator[Array]:
        streams.append(arguments[4])
        return unit_cubes(*arguments)

    monkeypatch.setattr(sampling, "_unit_cubes", recorded)
    interior_points(SQUARE, 4, seed=0, draw=0)
    boundary_points(SQUARE, tuple(SQUARE.parts), 8, seed=0, draw=0)
    assert sorted(streams) == [0, 1, 2, 3, 4]


def test_corners_of_the_sequence_stay_off_the_boundary(monkeypatch: pytest.MonkeyPatch) -> None:
    class Corners:
        def __init__(self, dimension: int, rng: np.random.Generator) -> None:
            self.dimension = dimension

        def random(self, number: int) -> Array:
            return np.resize([0.0, 1.0], (number, 1)) * np.ones(self.dimension)

    monkeypatch.setattr(qmc, "Sobol", Corners)
    points = interior_points(SQUARE, 4, seed=0, draw=0)
    low, high = np.transpose(SQUARE.bounds)
    assert ((points > low) & (points < high)).all()


@pytest.mark.parametrize("count", [256, 300])
def test_sobol_points_are_more_even_than_random_ones(count: int) -> None:
    box = Box(x=(0, 1), y=(0, 1))
    sobol = interior_points(box, count, seed=0, draw=0)
    random = np.random.default_rng(0).uniform(size=sobol.shape)
    assert qmc.discrepancy(sobol) < 0.1 * qmc.discrepancy(random)


def test_each_third_of_the_l_shape_gets_its_third() -> None:
    x, y = interior_points(L_SHAPE, 999, seed=0, draw=0).T
    for third in (x > 0, y > 0, (x < 0) & (y < 0)):
        assert third.sum() == pytest.approx(333, abs=6)


def test_latin_hypercube_has_one_point_in_each_row_and_column() -> None:
    points = interior_points(Box(x=(0, 1), y=(0, 1)), 100, seed=0, draw=0, method="latin_hypercube")
    for column in points.T:
        assert sorted(np.floor(column * 100)) == list(range(100))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("domain", DOMAINS)
def test_boundary_points_lie_on_their_part(domain: Domain, method: Method) -> None:
    points = boundary_points(domain, tuple(domain.parts), 101, seed=1, draw=1, method=method)
    assert list(points) == list(domain.parts)
    dimension = len(domain.coordinates) - 1
    assert sum(map(len, points.values())) == (101 if dimension else len(points))
    for on in points.values():
        assert domain.contains(on).all()
        assert on.shape[1] == len(domain.coordinates)


def test_boundary_points_stand_where_the_part_is() -> None:
    points = boundary_points(SQUARE, ("t_min", "x_max"), 30, seed=1, draw=1)
    assert {name: len(on) for name, on in points.items()} == {"t_min": 20, "x_max": 10}
    assert (points["t_min"][:, 1] == 0).all()
    assert (points["x_max"][:, 0] == 1).all()
    edge = boundary_points(L_SHAPE, ("edge_2",), 16, seed=1, draw=1)["edge_2"]
    assert (edge[:, 1] == 0).all()
    assert ((edge[:, 0] > 0) & (edge[:, 0] < 1)).all()


def test_the_end_of_an_interval_is_drawn_once() -> None:
    points = boundary_points(Box(t=(0, 3)), ("t_max", "t_min"), 50, seed=0, draw=0)
    assert {name: on.tolist() for name, on in points.items()} == {"t_max": [[3]], "t_min": [[0]]}


def test_a_small_part_has_half_of_an_equal_share() -> None:
    long = Box(x=(0, 1), t=(0, 1000))
    points = boundary_points(long, ("t_min", "x_min", "x_max"), 60, seed=0, draw=0)
    assert {name: len(on) for name, on in points.items()} == {"t_min": 10, "x_min": 25, "x_max": 25}


def test_no_parts_no_points() -> None:
    assert boundary_points(SQUARE, (), 10, seed=0, draw=0) == {}


@pytest.mark.parametrize(
    ("count", "measures", "expected"),
    [
        (10, [1, 1], [5, 5]),
        (10, [2, 1, 0.01], [5, 3, 2]),
        (7, [2, 1, 1], [3, 2, 2]),
        (3, [100, 1, 1], [1, 1, 1]),
        (5, [100, 1, 1], [3, 1, 1]),
        (1, [4], [1]),
    ],
)
def test_shares_by_hand(count: int, measures: list[float], expected: list[int]) -> None:
    assert apportion(count, measures) == expected


@settings(derandomize=True, deadline=None)
@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=8), st.integers(0, 500))
def test_shares_add_up(measures: list[float], more: int) -> None:
    count = len(measures) + more
    shares = apportion(count, measures)
    assert sum(shares) == count
    assert min(shares) >= count / (2 * len(measures))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 0}, "interior points: expected at least 1, got 0"),
        ({"seed": -1}, "expected seed and draw of at least 0, got seed=-1 and draw=0"),
        ({"draw": -2}, "expected seed and draw of at least 0, got seed=0 and draw=-2"),
        ({"method": "halton"}, "method='halton': expected 'sobol' or 'latin_hypercube'"),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        interior_points(SQUARE, **{"count": 5, "seed": 0, "draw": 0, **arguments})


def test_too_few_boundary_points() -> None:
    with pytest.raises(UserError, match="boundary points: expected at least 2, one a part, got 1"):
        boundary_points(SQUARE, ("x_min", "x_max"), 1, seed=0, draw=0)


def test_unknown_boundary_part() -> None:
    with pytest.raises(UserError, match=r"'top': no such part .* x_min, x_max, t_min, t_max"):
        boundary_points(SQUARE, ("top",), 10, seed=0, draw=0)


def test_a_domain_that_contains_nothing_is_refused() -> None:
    class Nowhere:
        coordinates, bounds, measure = ("x",), ((0.0, 1.0),), 1.0

        def contains(self, points: Array) -> Mask:
            return np.zeros(len(points), bool)

    with pytest.raises(UserError, match="found 0 points inside, expected 5"):
        interior_points(cast(Domain, Nowhere()), 5, seed=0, draw=0)


class Half:
    """The upper half of a disc's rim, by rejection: ``on`` leaves the lower out."""

    coordinates, bounds, measure = ("x", "y"), ((-1.0, 1.0), (0.0, 1.0)), np.pi / 2
    parts: ClassVar = {"arc": np.pi, "nowhere": 1.0}

    def on(self, part: str, unit: Array) -> Array:
        turn = 2 * np.pi * unit[:, 0]
        above = (turn < np.pi) & (part == "arc")
        return np.stack([np.cos(turn), np.sin(turn)], axis=1)[above]


@pytest.mark.parametrize("method", METHODS)
def test_a_part_is_drawn_on_until_there_are_enough(method: Method) -> None:
    domain = cast(Domain, Half())
    points = boundary_points(domain, ("arc",), 300, seed=0, draw=0, method=method)["arc"]
    assert points.shape == (300, 2)
    assert (points[:, 1] > 0).all()
    turns = np.arctan2(points[:, 1], points[:, 0]) / np.pi * 10
    assert np.abs(np.bincount(turns.astype(int), minlength=10) - 30).max() <= 10
    first = boundary_points(domain, ("arc",), 100, seed=0, draw=0)["arc"]
    assert len(np.unique(first, axis=0)) == 100


def test_a_part_that_is_never_met_is_refused() -> None:
    with pytest.raises(UserError, match="found 0 points on 'nowhere', expected 5; does on"):
        boundary_points(cast(Domain, Half()), ("nowhere",), 5, seed=0, draw=0)
