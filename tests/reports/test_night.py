"""A figure for dark pages."""

from typing import Any

import numpy as np
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure

from nas.reports.night import INK, PAPER, darken, night


def test_greys_change_places_and_hues_stay() -> None:
    assert to_hex(night("white")) == PAPER
    assert to_hex(night("black")) == INK
    assert to_hex(night("#0072B2")) == "#0072b2"
    assert sum(night("#471365")[:3]) > sum(to_rgba("#471365")[:3]), "else it could not be seen"
    assert night((1.0, 1.0, 1.0, 0.3))[3] == 0.3


def test_labels_lines_and_marks_are_turned() -> None:
    figure = Figure()
    ax: Any = figure.subplots()
    (line,) = ax.plot([0, 1], [0, 1], "o-", color="black", markerfacecolor="none")
    dots = ax.scatter([0], [0], color="black")
    darken(figure)
    assert to_hex(ax.get_facecolor()) == PAPER
    assert to_hex(ax.xaxis.label.get_color()) == INK
    assert to_hex(line.get_color()) == INK
    assert line.get_markerfacecolor() == "none"
    assert to_hex(dots.get_facecolor()[0]) == INK


def test_a_box_without_an_edge_has_none_by_night() -> None:
    figure = Figure()
    note = figure.subplots().annotate(
        "6", (0.5, 0.5), bbox={"facecolor": "white", "alpha": 0.7, "edgecolor": "none"}
    )
    darken(figure)
    box = note.get_bbox_patch()
    assert box is not None
    assert to_hex(box.get_facecolor()) == PAPER
    assert to_rgba(box.get_edgecolor())[3] == 0


def test_what_lies_on_a_map_keeps_its_colours() -> None:
    figure = Figure()
    ax: Any = figure.subplots()
    ax.imshow(np.eye(3))
    label = ax.text(1, 1, "#3", color="black")
    title = ax.set_title("largest weight", color="black")
    darken(figure)
    assert label.get_color() == "black"
    assert to_hex(title.get_color()) == INK
