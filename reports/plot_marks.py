"""What is drawn in one axes, as plain data: curves, points, areas, maps and texts.

A page reads these to tell what lies under the pointer and to draw a part of a plot large. They are
found in what a figure has drawn, so that a new figure has both without a line of its own.

Shapes: P points of a mark.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cbook import STEP_LOOKUP_MAP
from matplotlib.collections import (
    LineCollection,
    PathCollection,
    PolyCollection,
    QuadMesh,
)
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Affine2D
from numpy.typing import ArrayLike

from nas.reports import plot_maps
from nas.reports.night import is_map, night

Mark = dict[str, Any]

PIXELS = 96 / 72  # of CSS in a point
_MOST = 2000  # points of a curve that a page holds; the rest are left out evenly
_MOST_BESIDE = 100  # of one that the legend does not name: it is one of many
_DASHES = {"--": "6 4", "-.": "8 3 2 3", ":": "2 3"}
_NONE = ("None", "none", " ", "", None)  # how matplotlib says that there is no line or marker
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}  # as SVG calls them
_TOLD: WeakKeyDictionary[Artist, tuple[str, ...]] = WeakKeyDictionary()


def tell(artist: Artist, texts: Sequence[str]) -> None:
    """Say what a page tells of an artist: of a curve or area, or of each point or cell of a map.

    Without it a page tells the label that the legend shows, and the coordinates.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> tell(ax.scatter([1.0, 2.0], [3.0, 4.0]), ["trial 0", "trial 1"])
    >>> next(marks(ax))["names"]
    ['trial 0', 'trial 1']
    """
    _TOLD[artist] = tuple(texts)


def marks(ax: Axes) -> Iterator[Mark]:
    """All that is drawn in ``ax``, from the lowest to the highest.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> (line,) = ax.plot([0, 1], [2, 3], color="black", label="loss")
    >>> (mark,) = marks(ax)
    >>> mark["kind"], mark["names"], mark["y"], mark["colour"]
    ('curve', ['loss'], [2.0, 3.0], ['#000000ff', '#e7e9ecff'])
    """
    bars: dict[Artist, float] = {
        patch: float(value)
        for held in ax.containers
        if isinstance(held, BarContainer)
        for patch, value in zip(held.patches, np.asarray(held.datavalues), strict=True)
    }
    drawn: list[Artist] = [*ax.patches, *ax.images, *ax.collections, *ax.lines, *ax.texts]
    for artist in sorted((one for one in drawn if one.get_visible()), key=Artist.get_zorder):
        if isinstance(artist, Line2D):
            yield from _line(ax, artist)
        elif isinstance(artist, PathCollection):
            yield from _points(ax, artist)
        elif isinstance(artist, AxesImage | QuadMesh):
            yield plot_maps.of(artist, list(_TOLD.get(artist, ())))
        elif isinstance(artist, PolyCollection | LineCollection):
            yield from _shapes(ax, artist)
        elif isinstance(artist, Text):
            yield from _text(ax, artist)
        elif artist in ax.patches:
            yield from _patch(ax, artist, bars)


def numbers(values: ArrayLike) -> list[float | None]:
    """Six digits of each value (P,), and none for what is no number.

    Examples
    --------
    >>> numbers([1 / 3, float("nan")])
    [0.333333, None]
    """
    found = np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan)
    return [float(f"{v:.6g}") if math.isfinite(v) else None for v in found.tolist()]


def colours(ax: Axes, colour: Any) -> list[str]:
    """A colour by day and by night; what lies on a map keeps its own.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> colours(Figure().subplots(), "white")
    ['#ffffffff', '#15181cff']
    """
    dark = colour if is_map(ax) else night(colour)
    return [to_hex(colour, keep_alpha=True), to_hex(dark, keep_alpha=True)]


def _in_legend(artist: Artist) -> bool:
    return not str(artist.get_label()).startswith("_")


def _names(artist: Artist) -> list[str]:
    return list(_TOLD.get(artist, (str(artist.get_label()),) if _in_legend(artist) else ()))


def _in_data(ax: Axes, artist: Artist, path: Path) -> Any:
    """The vertices (P, 2) of an artist's path in the coordinates of the axes' data."""
    change: Any = artist.get_transform() - ax.transData
    return np.asarray(change.transform_path(path).vertices)


def _line(ax: Axes, line: Line2D) -> Iterator[Mark]:
    data = np.column_stack(line.get_data(orig=False)).astype(float)
    if not len(data):
        return  # it stands in a legend alone
    where = _in_data(ax, line, Path(data))
    x, y = _thinned(where[:, 0], where[:, 1], _in_legend(line))
    alpha, names = line.get_alpha(), _names(line)
    if line.get_linestyle() not in _NONE:
        across, up = STEP_LOOKUP_MAP[line.get_drawstyle()](x, y)
        colour = colours(ax, _faded(line.get_color(), alpha))
        dash = {"dash": _DASHES.get(str(line.get_linestyle()), "")}
        yield _curve(names, across, up, colour, line.get_linewidth()) | dash
    if line.get_marker() not in _NONE:
        marker = MarkerStyle(line.get_marker())
        path = marker.get_path().transformed(marker.get_transform())
        shape = outline(path, float(line.get_markersize()))
        face = _faded(line.get_markerfacecolor(), alpha)
        edge = _faded(line.get_markeredgecolor(), alpha)
        look = _look(ax, shape, face, edge, line.get_markeredgewidth())
        yield _scattered(names, x, y, [look], [0] * len(x))


def _thinned(x: Any, y: Any, in_legend: bool) -> tuple[Any, Any]:
    """At most so many points of a curve, evenly chosen, the first and the last among them."""
    most = _MOST if in_legend else _MOST_BESIDE
    if len(x) <= most:
        return x, y
    kept = np.unique(np.linspace(0, len(x) - 1, most).round().astype(int))
    return x[kept], y[kept]


def _faded(colour: Any, alpha: Any) -> Any:
    return (colour, alpha) if alpha is not None and colour != "none" else colour


def outline(path: Path, size: float) -> str:
    """A closed shape around the origin as SVG writes it, ``size`` points for a unit.

    Examples
    --------
    >>> outline(Path([(0, 0), (1, 0), (0, 1), (0, 0)]), 7.5)
    'M0 0L10 0L0 -10L0 0Z'
    """
    large = path.transformed(Affine2D().scale(size * PIXELS, -size * PIXELS))
    return "".join(
        "M" + "L".join(f"{x + 0.0:.3g} {y + 0.0:.3g}" for x, y in np.asarray(ring).tolist()) + "Z"
        for ring in large.to_polygons(closed_only=False)
    )


def _points(ax: Axes, many: PathCollection) -> Iterator[Mark]:
    where = np.ma.filled(np.ma.asarray(many.get_offsets(), dtype=np.float64), np.nan)
    paths, sizes = many.get_paths(), np.sqrt(np.atleast_1d(many.get_sizes()))
    faces, edges = (
        [tuple(one) for one in np.atleast_2d(found)] if len(found) else [(0.0, 0.0, 0.0, 0.0)]
        for found in (many.get_facecolor(), many.get_edgecolor())
    )
    widths = np.atleast_1d(many.get_linewidth())
    looks: dict[Any, int] = {}
    shown, look = [], []
    for i in range(len(where)):
        path, size = paths[i % len(paths)], float(sizes[i % len(sizes)])
        face, edge = faces[i % len(faces)], edges[i % len(edges)]
        width = float(widths[i % len(widths)])
        key = (id(path), size, face, edge, width)
        if key not in looks:
            looks[key] = len(looks)
            shown.append(_look(ax, outline(path, size), face, edge, width))
        look.append(looks[key])
    if len(where):
        yield _scattered(_names(many), where[:, 0], where[:, 1], shown, look)


def _look(ax: Axes, d: str, face: Any, edge: Any, width: float) -> Mark:
    wide = round(width * PIXELS, 2)
    return {"d": d, "face": colours(ax, face), "edge": colours(ax, edge), "width": wide}


def _scattered(names: list[str], x: Any, y: Any, looks: list[Mark], look: list[int]) -> Mark:
    where = {"x": numbers(x), "y": numbers(y)}
    return {"kind": "points", "names": names, **where, "looks": looks, "look": look}


def _shapes(ax: Axes, many: PolyCollection | LineCollection) -> Iterator[Mark]:
    """Each shape of a collection, all of them with its first colour."""
    lines = isinstance(many, LineCollection)
    found = many.get_edgecolor() if lines else many.get_facecolor()
    for path in many.get_paths() if len(found) else []:
        where = _in_data(ax, many, path)
        if lines:
            width = float(np.atleast_1d(many.get_linewidth())[0])
            yield _curve(_names(many), where[:, 0], where[:, 1], colours(ax, found[0]), width)
        else:
            yield _area(_names(many), where, colours(ax, found[0]))


def _patch(ax: Axes, patch: Any, bars: Mapping[Artist, float]) -> Iterator[Mark]:
    where = _in_data(ax, patch, patch.get_path())
    yield _area(_names(patch), where, colours(ax, patch.get_facecolor())) | (
        {"value": bars[patch]} if patch in bars else {}
    )


def _curve(names: list[str], x: Any, y: Any, colour: list[str], width: float) -> Mark:
    where = {"x": numbers(x), "y": numbers(y)}
    wide = round(width * PIXELS, 2)
    return {"kind": "curve", "names": names, **where, "colour": colour, "width": wide, "dash": ""}


def _area(names: list[str], where: Any, face: list[str]) -> Mark:
    return {
        "kind": "area",
        "names": names,
        "x": numbers(where[:, 0]),
        "y": numbers(where[:, 1]),
        "face": face,
    }


def _text(ax: Axes, text: Text) -> Iterator[Mark]:
    """What is written at a point of the data."""
    at, beside = text.get_position(), (0.0, 0.0)
    if isinstance(text, Annotation):
        if text.xycoords != "data":
            return
        at, beside = text.xy, text.get_position()
    yield {
        "kind": "text",
        "names": [text.get_text()],
        "x": numbers([at[0]]),
        "y": numbers([at[1]]),
        "beside": [round(PIXELS * float(one), 1) for one in beside],
        "anchor": _ANCHORS[text.get_horizontalalignment()],
        "colour": colours(ax, text.get_color()),
    }
