"""The picture of a domain: what is in it, and that it fits."""

from nas.checking.drawing import picture
from nas.problems import Box, Condition, Observations, Problem

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
