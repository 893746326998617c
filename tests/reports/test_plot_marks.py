"""What is drawn in an axes, as plain data."""

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.path import Path

from nas.reports.plot_marks import marks, outline, tell


@pytest.fixture
def ax() -> Any:
    return Figure(figsize=(4, 3)).subplots()


def test_a_curve_has_its_data_its_label_and_gaps(ax: Any) -> None:
    ax.plot([1, 2, 3], [10.0, np.nan, 1 / 3], "--", color="white", linewidth=3, label="loss")
    (curve,) = marks(ax)
    assert (curve["kind"], curve["names"], curve["dash"]) == ("curve", ["loss"], "6 4")
    assert (curve["x"], curve["y"]) == ([1, 2, 3], [10.0, None, 0.333333])
    assert curve["width"] == 4.0, "points are more than pixels"
    assert curve["colour"] == ["#ffffffff", "#15181cff"], "by day and by night"


def test_steps_have_their_corners(ax: Any) -> None:
    ax.step([0, 1, 2], [3, 2, 1], where="post")
    (curve,) = marks(ax)
    assert list(zip(curve["x"], curve["y"], strict=True)) == [
        (0, 3),
        (1, 3),
        (1, 2),
        (2, 2),
        (2, 1),
    ]
    assert curve["names"] == [], "it has no label"


def test_a_line_over_the_whole_axes_is_in_data_too(ax: Any) -> None:
    ax.set(yscale="log", ylim=(1e-3, 1.0), xlim=(0, 1))
    ax.axvline(0.25)
    (curve,) = marks(ax)
    assert curve["x"] == [0.25, 0.25]
    assert curve["y"] == pytest.approx([1e-3, 1.0])


def test_a_long_curve_keeps_its_ends_and_is_thinned_evenly(ax: Any) -> None:
    ax.plot(np.arange(100_001), np.arange(100_001), label="held-out loss")
    (other,) = ax.plot(np.arange(10_001), np.arange(10_001))
    tell(other, ["run 0002-0"])
    named, beside = marks(ax)
    assert (len(named["x"]), len(beside["x"])) == (2000, 100)
    assert (named["x"][0], named["x"][-1]) == (0, 100_000)
    assert set(np.diff(beside["x"])) <= {101.0, 102.0}
    assert beside["names"] == ["run 0002-0"]


def test_points_have_each_their_text_and_their_looks(ax: Any) -> None:
    dots = ax.scatter([1, 2, 3], [4, 5, 6], c=["red", "blue", "red"], s=36)
    tell(dots, ["trial 0", "trial 1", "trial 2"])
    (points,) = marks(ax)
    assert points["names"] == ["trial 0", "trial 1", "trial 2"]
    assert (points["x"], points["y"], points["look"]) == ([1, 2, 3], [4, 5, 6], [0, 1, 0])
    assert [look["face"][0] for look in points["looks"]] == ["#ff0000ff", "#0000ffff"]


def test_marks_of_a_line_without_a_line(ax: Any) -> None:
    ax.plot([1], [2], "s", color="black", markerfacecolor="none", label="kept")
    (points,) = marks(ax)
    assert (points["kind"], points["names"]) == ("points", ["kept"])
    assert all(face.endswith("00") for face in points["looks"][0]["face"]), "it is hollow"


def test_bars_know_their_value_and_bands_their_name(ax: Any) -> None:
    tell(ax.axvspan(1, 2, zorder=0), ["warm-up"])
    ax.barh([0, 1], [0.25, 0.75])
    band, *bars = marks(ax)
    assert band["names"] == ["warm-up"]
    assert (min(band["x"]), max(band["x"])) == (1, 2)
    assert [bar["value"] for bar in bars] == [0.25, 0.75]
    assert "value" not in band


def test_a_band_between_curves_is_an_area(ax: Any) -> None:
    ax.fill_between([0, 1], [0, 0], [1, 2], color="red", alpha=0.5)
    (area,) = marks(ax)
    assert area["kind"] == "area"
    assert max(area["y"]) == 2
    assert area["face"][0] == "#ff000080"


def test_what_is_hidden_or_empty_is_nothing(ax: Any) -> None:
    ax.scatter([], [])
    ax.plot([], [], "o-")
    ax.plot([0, 1], [0, 1])[0].set_visible(False)
    assert list(marks(ax)) == []


def test_texts_stand_at_data_or_are_left_out(ax: Any) -> None:
    ax.annotate("6", (1.0, 2.0), xytext=(6, 3), textcoords="offset points")
    ax.annotate("phase", (0.5, 1.0), xycoords=("data", "axes fraction"))
    (text,) = marks(ax)
    assert (text["names"], text["x"], text["y"], text["beside"]) == (["6"], [1], [2], [8.0, 4.0])


def test_on_a_map_colours_are_the_same_by_day_and_night(ax: Any) -> None:
    ax.imshow(np.eye(3))
    ax.plot([0, 1], [0, 1], color="black")
    assert [one["colour"] for one in marks(ax) if one["kind"] == "curve"] == [["#000000ff"] * 2]


def test_an_outline_is_in_pixels_and_upside_down_as_pages_are() -> None:
    triangle = Path([(0, 0), (3, 0), (0, 1.5), (0, 0)])
    assert outline(triangle, 1.0) == "M0 0L4 0L0 -2L0 0Z"


@pytest.mark.parametrize(("align", "anchor"), [("left", "start"), ("right", "end")])
def test_a_label_ends_where_it_is_anchored(ax: Any, align: str, anchor: str) -> None:
    ax.annotate("trial 3", (0.5, 0.5), xytext=(-8, 6), textcoords="offset points", ha=align)
    (label,) = marks(ax)
    assert (label["anchor"], label["beside"]) == (anchor, [-10.7, 8.0])
