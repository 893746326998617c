"""A map that is drawn in an axes, as plain data: its values, and a colour for each.

Shapes: Y rows, X columns, from low to high.
"""

from typing import Any

import numpy as np
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm, to_hex
from matplotlib.image import AxesImage

LEVELS = 10_000  # values that are told apart: four digits of their range
_COLOURS = 256


def of(shown: AxesImage | QuadMesh, names: list[str]) -> dict[str, Any]:
    """The values (Y, X) as levels from 0 to ``LEVELS`` - 1 of their range, -1 where there is none.

    Neighbours hardly differ, so each is given by its difference to the one before: they pack well.
    On a logarithmic scale the levels are those of the logarithms.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> shown = Figure().subplots().imshow([[0.0, 1.0], [0.5, np.nan]], origin="lower")
    >>> found = of(shown, [])
    >>> found["least"], found["most"], found["differences"]
    (0.0, 1.0, [0, 9999, -4999, -5001])
    """
    values, (left, right, bottom, top) = _grid(shown)
    norm: Any = shown.norm
    logarithmic = isinstance(norm, LogNorm)
    known = np.isfinite(values) & ((values > 0) | (not logarithmic))
    scaled = np.log10(values, where=known, out=np.zeros_like(values)) if logarithmic else values
    least, most = (scaled[known].min(), scaled[known].max()) if known.any() else (0.0, 1.0)
    over = (most - least) or 1.0
    levels = np.where(known, np.round((scaled - least) / over * (LEVELS - 1)), -1)
    steps = np.linspace(least, most, _COLOURS)
    colours: Any = shown.cmap(norm(10**steps if logarithmic else steps))
    return {
        "kind": "map",
        "names": names,
        "ends": [float(left), float(right), float(bottom), float(top)],
        "shape": list(values.shape),
        "least": float(least),
        "most": float(most),
        "log": logarithmic,
        "levels_told": LEVELS,
        "cut": float(norm.vmin) if logarithmic else None,
        "colours": [to_hex(one) for one in colours],
        "differences": np.diff(
            np.nan_to_num(levels, nan=-1).astype(int).ravel(), prepend=0
        ).tolist(),
    }


def _grid(shown: AxesImage | QuadMesh) -> tuple[Any, tuple[float, float, float, float]]:
    """Values (Y, X) from low to high, and the ends left, right, bottom and top."""
    array: Any = np.ma.filled(np.ma.asarray(shown.get_array(), dtype=np.float64), np.nan)
    if isinstance(shown, AxesImage):
        left, right, bottom, top = shown.get_extent()
        return (array if shown.origin == "lower" else array[::-1]), (left, right, bottom, top)
    corners: Any = shown.get_coordinates()
    array = array.reshape(corners.shape[0] - 1, corners.shape[1] - 1)
    (left, bottom), (right, top) = corners[0, 0], corners[-1, -1]
    return array, (left, right, bottom, top)
