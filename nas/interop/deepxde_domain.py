"""DeepXDE's geometries that are boxes, as a `nas.Box`."""

from typing import Any

import numpy as np

from nas.errors import UserError
from nas.problems import Box

_SPACE, _TIME = ("x", "y", "z"), "t"


def domain(deepxde: Any, geometry: Any, name: str) -> Box:
    """An interval, rectangle, cuboid or time domain, or one of these and time, as a box.

    Raises
    ------
    UserError
        If it is of another shape.

    Examples
    --------
    >>> geometry = dde.geometry.GeometryXTime(interval, time)  # doctest: +SKIP
    >>> domain(dde, geometry, "heat")  # doctest: +SKIP
    Box(x=(-1.0, 1.0), t=(0.0, 1.0))
    """
    known = deepxde.geometry
    if isinstance(geometry, known.GeometryXTime):
        space, time = geometry.geometry, geometry.timedomain
        return Box(**_space(known, space, name), **{_TIME: (float(time.t0), float(time.t1))})
    if isinstance(geometry, known.TimeDomain):
        return Box(**{_TIME: (float(geometry.t0), float(geometry.t1))})
    return Box(**_space(known, geometry, name))


def _space(known: Any, geometry: Any, name: str) -> dict[str, tuple[float, float]]:
    boxes = (known.Interval, known.Rectangle, known.Hypercube)  # a cuboid is a hypercube
    if not isinstance(geometry, boxes) or geometry.dim > len(_SPACE):
        raise UserError(
            f"{name}: expected an Interval, Rectangle, Cuboid or TimeDomain, or one of them with "
            f"time, got {type(geometry).__name__}; write the domain with nas.Disc, nas.Polygon, …"
        )
    low, high = (np.ravel(one).astype(float).tolist() for one in geometry.bbox)
    names = _SPACE[: geometry.dim]
    return {one: (a, b) for one, a, b in zip(names, low, high, strict=True)}
