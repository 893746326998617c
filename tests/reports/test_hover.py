"""What a page knows of a picture."""

import base64
import json
import re
import zlib
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nas.reports import example, hover
from nas.reports.figures import collect, front, responsibility
from nas.reports.style import RC


def drawn(draw: Any, size: tuple[float, float] = (4, 3)) -> list[dict[str, Any]]:
    with mpl.rc_context(RC):
        figure = Figure(figsize=size)
        FigureCanvasAgg(figure)
        draw(figure)
        figure.draw_without_rendering()
        return hover.describe(figure)


def test_every_picture_of_a_report_can_be_pointed_at() -> None:
    for pictures in collect(example.report()).values():
        for picture in pictures:
            axes = drawn(picture.draw, picture.size)
            assert axes, picture.name
            for ax in axes:
                left, top, right, bottom = ax["box"]
                assert 0 <= left < right <= 96 * picture.size[0] + 1
                assert 0 <= top < bottom <= 96 * picture.size[1] + 1
                assert ax["x"]["name"], picture.name
                assert any(mark["kind"] != "text" for mark in ax["marks"]), picture.name
            assert json.loads(json.dumps(axes, allow_nan=False)) == axes


def test_places_are_where_matplotlib_puts_them() -> None:
    figure = Figure(figsize=(4, 2), dpi=100)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.25, 0.25, 0.5, 0.5))
    (found,) = hover.describe(figure)
    assert found["box"] == [96.0, 48.0, 288.0, 144.0]
    ax.set(xlim=(2, 1), yscale="log", ylim=(1e-2, 1e2))
    (found,) = hover.describe(figure)
    assert found["x"]["ends"] == [2, 1], "an axis may run backwards"
    assert (found["y"]["ends"], found["y"]["log"]) == ([1e-2, 1e2], True)


def test_dots_to_an_inch_of_what_drew_last_do_not_matter() -> None:
    def covered(dots: float) -> list[list[float]]:
        figure = Figure(figsize=(4, 3))
        FigureCanvasAgg(figure)
        figure.subplots().plot([0, 1], [0, 1])
        figure.dpi, before = dots, figure.dpi
        figure.draw_without_rendering()
        figure.dpi = before
        return list(hover.describe(figure)[0]["covered"])

    # Letters are whole dots wide, so that a pixel or two may differ.
    np.testing.assert_allclose(covered(72), covered(288), atol=3)


def test_words_at_an_axis_are_told_and_numbers_are_not() -> None:
    def draw(figure: Figure) -> None:
        ax = figure.subplots()
        ax.set_yticks([0, 1], ["sine\n3 of 4", "tanh"])
        ax.set_xticks([-1, 1], ["−1", "1"])

    (ax,) = drawn(draw)
    assert ax["y"]["words"] == {"0": "sine · 3 of 4", "1": "tanh"}
    assert ax["x"]["words"] == {}


def test_a_panel_within_a_figure_has_the_names_at_the_rim() -> None:
    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2, sharey=True)
        left.set_ylabel("y")
        shown = right.imshow(np.eye(2), extent=(0, 1, 0, 1))
        left.imshow(np.eye(2), extent=(0, 1, 0, 1))
        figure.colorbar(shown, ax=[left, right], label="u")

    left, right = drawn(draw)  # and no colour bar
    assert [left["y"]["name"], right["y"]["name"]] == ["y", "y"]
    assert [left["y"]["numbered"], right["y"]["numbered"]] == [True, False]
    assert right["value"] == "u"


def test_trials_and_regions_are_told_by_name() -> None:
    report = example.report()
    (front_data, regions) = front.summarise(report), responsibility.summarise(report)
    assert front_data is not None
    assert regions is not None
    (ax,) = drawn(lambda figure: front.draw(front_data, figure))
    (points,) = (mark for mark in ax["marks"] if mark["kind"] == "points")
    assert points["names"] == [
        "trial 0, on the front",
        "trial 1, recommended",
        "trial 2, dominated",
    ]
    assert points["x"] == [420, 500, 640]
    (ax,) = drawn(lambda figure: responsibility.draw(regions, figure))
    (shown,) = (mark for mark in ax["marks"] if mark["kind"] == "map")
    assert shown["names"][:5] == ["#2", "#2", "#2", "#0", "#0"]


def test_what_is_packed_holds_no_letter_that_means_something_to_html() -> None:
    figure = Figure()
    figure.subplots().plot([0, 1], [0, 1], label="</script><img onerror='x'>\"")
    packed = hover.packed(figure)
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", packed)
    (ax,) = json.loads(zlib.decompress(base64.b64decode(packed)))
    assert ax["marks"][0]["names"] == ["</script><img onerror='x'>\""]
