"""What stands in the picture; it was looked at too."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.quiver import Quiver

from nas import problems
from nas.checking.drawing import draw, picture
from nas.problems import Box, Condition, Observations, Polygon, Problem

DECAY = Problem(
    name="decay",
    domain=Box(t=(0, 4)),
    residual=lambda u: u.t + u,
    conditions=[
        Condition("t_min", lambda u: u - 1),
        Observations({"t": [1.0, 3.0], "u": [0.4, 0.1]}),
    ],
)


@pytest.mark.parametrize(
    ("name", "panels"), [("burgers", 1), ("poisson_spheres", 3), ("poisson_5d", 6)]
)
def test_there_is_a_panel_for_each_pair_of_coordinates(name: str, panels: int) -> None:
    assert len(picture(problems.load(name)).axes) == panels


def test_all_parts_stand_in_the_legend_with_points_on_them() -> None:
    axes = picture(problems.load("square_with_holes")).axes[0]
    dots = {one.get_label(): one for one in axes.collections if isinstance(one, PathCollection)}
    assert list(dots) == ["interior", *problems.load("square_with_holes").domain.parts]
    assert set(np.asarray(dots["x_max"].get_offsets())[:, 0].tolist()) == {0.5}


def test_normals_point_out_of_the_domain() -> None:
    axes = picture(problems.load("burgers")).axes[0]
    arrows = [one for one in axes.collections if isinstance(one, Quiver)]
    left = next(one for one in arrows if set(np.ravel(one.X).tolist()) == {-1.0})
    assert (np.asarray(left.U) < 0).all()
    assert not np.asarray(left.V).any()


def slope(x: float, y: float, names: tuple[str, str] = ("x", "y")) -> Problem:
    """On a triangle with a slope from (x, 0) to (0, y)."""
    return Problem(
        name="slope",
        domain=Polygon(
            [(0, 0), (x, 0), (0, y)], names=["bottom", "slope", "left"], coordinates=names
        ),
        residual=lambda u: u.derivative(names[0], names[0]) + u,
        conditions=[Condition("slope", lambda u: u)],
    )


def arrows_of(problem: Problem, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Where arrows of a part begin, and where they lead."""
    axes = picture(problem).axes[0]
    arrows = [one for one in axes.collections if isinstance(one, Quiver)]
    found = arrows[list(problem.domain.parts).index(part)]
    return np.stack([found.X, found.Y], -1), np.stack([found.U, found.V], -1)


@pytest.mark.parametrize(
    ("problem", "equal"),
    [
        (slope(2.0, 1.0), True),
        (slope(20.0, 1.0), False),
        (slope(2.0, 1.0, ("x", "t")), False),
        (problems.load("burgers"), False),
        (problems.load("poisson_disc"), True),
    ],
)
def test_lengths_are_drawn_to_one_scale(problem: Problem, equal: bool) -> None:
    assert (picture(problem).axes[0].get_aspect() == 1.0) is equal


@pytest.mark.parametrize(("x", "page"), [(2.0, (2.0, 1.0)), (20.0, (1.0, 1.0))])
def test_normals_are_at_right_angles_to_their_part_on_the_page(
    x: float, page: tuple[float, float]
) -> None:
    """On the page extents are what they are where axes are equal, and else all alike."""
    _, ends = arrows_of(slope(x, 1.0), "slope")
    on_page = ends * np.array(page) / [x, 1.0]
    np.testing.assert_allclose(on_page @ [-page[0], page[1]], 0, atol=1e-12)
    assert (ends > 0).all()


def test_arrows_stand_all_along_a_part() -> None:
    begins, _ = arrows_of(slope(2.0, 1.0), "bottom")
    along = np.sort(begins[:, 0])
    assert len(along) == 12
    assert np.diff([0.0, *along, 2.0]).max() < 0.4


def test_one_coordinate_is_a_line_and_observations_are_drawn() -> None:
    axes = picture(DECAY).axes[0]
    dots = {one.get_label(): one for one in axes.collections if isinstance(one, PathCollection)}
    assert sorted(np.asarray(dots["given points"].get_offsets())[:, 0].tolist()) == [1.0, 3.0]
    assert axes.get_xlabel() == "t"


def test_it_is_written_whole(tmp_path: Path) -> None:
    draw(DECAY, tmp_path / "decay.png")
    assert (tmp_path / "decay.png").read_bytes().startswith(b"\x89PNG")
    assert [one.name for one in tmp_path.iterdir()] == ["decay.png"]


SPRING = Problem(
    name="a spring with a name as long as a sentence, and more",
    domain=Box(t=(1, 4)),
    residual=lambda u: u.tt + u,
    conditions=[Condition("t_min", lambda u: u - 1), Observations({"t": [2.0], "u": [0.5]})],
)


def test_given_points_are_in_the_legend() -> None:
    (legend,) = picture(SPRING).legends
    assert [text.get_text() for text in legend.get_texts()][-1] == "given points"


def test_a_long_title_goes_on_in_another_line() -> None:
    title = picture(SPRING).get_suptitle()
    assert max(map(len, title.splitlines())) <= 46
    assert title.replace("\n", " ") == f"{SPRING.name}: points and outward normals"


def test_one_coordinate_takes_a_low_picture() -> None:
    width, height = picture(SPRING).get_size_inches()
    assert height < width / 3
