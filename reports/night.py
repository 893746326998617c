"""A figure for a page that is dark: the same picture, drawn light on dark.

Greys change places, light for dark; hues stay, lightened where they would not be seen. What lies on
a map (labels, contours, marks) keeps its colours, which were chosen for the map's.
"""

import colorsys
from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_hex as to_hex
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text

PAPER, INK = "#15181c", "#e7e9ec"  # the page's own, of its style sheet
_GREY = 0.1  # between the greatest and the least of red, green and blue of what is no hue
_DARK = 0.1  # luminance below which a hue is not seen on dark paper
_SEEN = 0.45  # lightness of one that is

Colour = tuple[float, float, float, float]


def night(colour: Any) -> Colour:
    """A colour for dark paper, its transparency kept.

    Examples
    --------
    >>> to_hex(night("white")) == PAPER, to_hex(night("black")) == INK
    (True, True)
    >>> to_hex(night("#0072B2")), to_hex(night("#471365"))  # the second would not be seen
    ('#0072b2', '#8824c1')
    """
    red, green, blue, alpha = to_rgba(colour)
    if max(red, green, blue) - min(red, green, blue) < _GREY:
        share = (red + green + blue) / 3
        dark, light = (np.array(to_rgba(end)[:3]) for end in (PAPER, INK))
        mixed = light + share * (dark - light)
        return float(mixed[0]), float(mixed[1]), float(mixed[2]), alpha
    if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > _DARK:
        return red, green, blue, alpha
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    return *colorsys.hls_to_rgb(hue, max(lightness, _SEEN), saturation), alpha


def darken(figure: Figure) -> None:
    """Turn a figure that has been drawn into one for dark paper.

    Examples
    --------
    >>> figure = Figure()
    >>> ax = figure.subplots()
    >>> (line,) = ax.plot([0, 1], [0, 1], color="black")
    >>> darken(figure)
    >>> line.get_color() == night("black"), to_hex(figure.get_facecolor()) == PAPER
    (True, True)
    """
    on_maps = {id(one) for ax in figure.axes if is_map(ax) for one in _drawn(ax)}
    for artist in figure.findobj():
        if id(artist) not in on_maps:
            _darken(artist)


def is_map(ax: Axes) -> bool:
    """Whether colours in ``ax`` are values, and what lies on them keeps its own.

    Examples
    --------
    >>> is_map(Figure().subplots())
    False
    """
    return bool(ax.images) or any(one.get_array() is not None for one in ax.collections)


def _drawn(ax: Axes) -> Iterable[Artist]:
    """What lies on a map, with all that it is made of."""
    return [part for one in (*ax.texts, *ax.collections, *ax.lines) for part in one.findobj()]


def _darken(artist: Artist) -> None:
    if isinstance(artist, Line2D):
        face, edge = artist.get_markerfacecolor(), artist.get_markeredgecolor()
        artist.set_color(night(artist.get_color()))
        artist.set_markerfacecolor(_marker(face))
        artist.set_markeredgecolor(_marker(edge))
    elif isinstance(artist, Patch):
        face, edge = night(artist.get_facecolor()), night(artist.get_edgecolor())
        artist.set_facecolor(face)
        artist.set_edgecolor(edge if edge[3] else "none")  # a patch's own alpha would show it
    elif isinstance(artist, Collection) and artist.get_array() is None:
        artist.set_facecolor([night(one) for one in np.atleast_2d(artist.get_facecolor())])
        artist.set_edgecolor([night(one) for one in np.atleast_2d(artist.get_edgecolor())])
    elif isinstance(artist, Text):
        artist.set_color(night(artist.get_color()))
        box = artist.get_bbox_patch()
        if box is not None and isinstance(artist, Annotation):
            _darken(box)


def _marker(colour: Any) -> Any:
    """Of a mark that has one; "none" and "auto" stay."""
    return colour if isinstance(colour, str) and colour in ("none", "auto") else night(colour)
