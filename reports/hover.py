"""What a page knows of a picture: where its axes lie, and what is drawn in them.

The script of the page reads it to tell the values under the pointer and to draw parts large.
"""

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis, YAxis
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator
from matplotlib.transforms import Bbox

from nas.reports.night import is_map
from nas.reports.plot_marks import marks, numbers

_CSS = 96  # pixels of CSS in an inch


def packed(figure: Figure) -> str:
    """`describe`, compressed, in letters that mean nothing to HTML.

    Examples
    --------
    >>> figure = Figure()
    >>> _ = figure.subplots().plot([0, 1], [0, 1], label="<script>")
    >>> set("<>&'\\"") & set(packed(figure))
    set()
    """
    text = json.dumps(describe(figure), separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode("ascii")


def describe(figure: Figure) -> list[dict[str, Any]]:
    """Each axes but those of colour bars: its place in pixels of CSS, both axes, and all marks.

    Examples
    --------
    >>> figure = Figure(figsize=(2, 1))
    >>> ax = figure.subplots()
    >>> _ = ax.set(xlabel="step", ylabel="loss", yscale="log", xlim=(0, 1), ylim=(1e-3, 1))
    >>> (found,) = describe(figure)
    >>> found["x"]["name"], found["x"]["ends"], found["y"]["log"], found["marks"]
    ('step', [0.0, 1.0], True, [])
    """
    shown = [ax for ax in figure.axes if not hasattr(ax, "_colorbar")]
    bars = [ax for ax in figure.axes if ax not in shown]
    measured = next((bar.get_xlabel() or bar.get_ylabel() for bar in bars), "")
    # Of its own: what drew last may have had other dots to an inch, and texts remember it.
    renderer = RendererAgg(*figure.bbox.size, figure.dpi)  # type: ignore[no-untyped-call]
    return [_axes(ax, shown, measured, renderer) for ax in shown]


def _axes(ax: Axes, beside: list[Axes], measured: str, renderer: RendererAgg) -> dict[str, Any]:
    panel = " ".join(ax.get_title().split())
    return {
        "box": _box(ax, ax.get_window_extent()),
        "title": panel,
        "value": measured or panel,
        "map": is_map(ax),
        "x": _axis(ax.xaxis, [other.xaxis for other in beside]),
        "y": _axis(ax.yaxis, [other.yaxis for other in beside]),
        "covered": [_box(ax, one) for one in _covered(ax, renderer)],
        "marks": list(marks(ax)),
    }


def _axis(axis: XAxis | YAxis, beside: Sequence[Axis]) -> dict[str, Any]:
    """Ends, scale and name; the name of a panel inside a figure stands at another's rim."""
    ends = axis.get_view_interval()
    alike = [axis, *(one for one in beside if np.array_equal(one.get_view_interval(), ends))]
    name = next((text for one in alike if (text := one.get_label_text())), "")
    return {
        "name": name or axis.axis_name,
        "ends": numbers(sorted(ends, reverse=bool(axis.get_inverted()))),
        "log": axis.get_scale() == "log",
        "words": _words(axis),
        "numbered": bool(_labels(axis)),
    }


def _words(axis: Axis) -> dict[str, str]:
    """What stands at places of the axis, where that is no number."""
    if not isinstance(axis.get_major_locator(), FixedLocator):
        return {}
    places = np.asarray(axis.get_majorticklocs()).tolist()
    texts = axis.get_major_formatter().format_ticks(places)
    if all(map(_is_number, texts)):
        return {}
    return {
        f"{place:g}": " · ".join(text.splitlines())
        for place, text in zip(places, texts, strict=True)
    }


def _is_number(text: str) -> bool:
    try:
        float(text.replace("−", "-"))
    except ValueError:
        return False
    return True


def _labels(axis: Axis) -> list[Text]:
    """What stands beside an axis; ticks beyond its ends are not drawn."""
    low, high = sorted(axis.get_view_interval())
    found = [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    return [text for text in found if text.get_visible() and text.get_text()]


def _covered(ax: Axes, renderer: RendererAgg) -> Iterator[Bbox]:
    """What is wrong of a part that is drawn large: numbers of both axes, notes beside the axes."""
    for axis in (ax.xaxis, ax.yaxis):
        texts = [*_labels(axis), *filter(Text.get_text, [axis.get_offset_text()])]
        boxes = [text.get_window_extent(renderer) for text in texts]
        if boxes and not _words(axis):
            yield Bbox.union([*boxes, Bbox([ax.bbox.min, ax.bbox.min])])  # and the ticks between
    outside = [text.get_window_extent(renderer) for text in ax.texts]
    yield from (box for box in outside if not ax.bbox.fully_overlaps(box))


def _box(ax: Axes, box: Bbox) -> list[float]:
    """Left, top, right and bottom from the figure's upper left corner, in pixels of CSS."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    large, top = _CSS / figure.dpi, figure.bbox.height
    sides = (box.x0, top - box.y1, box.x1, top - box.y0)
    return [round(float(side) * large, 1) for side in sides]
