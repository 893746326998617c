"""Where a problem holds: what a domain has to know of itself, and boxes in any dimension.

Axis legend: N points, D coordinates.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from keyword import iskeyword
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nas.calculus.fields import OWN_NAMES
from nas.errors import UserError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Domain(Protocol):
    """What a problem needs to know of its domain; any class with these attributes will do.

    They have to agree with each other: ``on`` leads into the closed domain (``contains``), that
    lies in its ``bounds``, of which ``measure`` is a share. Points in the domain are drawn by
    rejection from the bounding box, so these three are all that is needed to draw evenly.

    Examples
    --------
    The unit disc, as a problem's file might have it:

    >>> class Disc:
    ...     coordinates, bounds = ("x", "y"), ((-1.0, 1.0), (-1.0, 1.0))
    ...     parts, measure = {"rim": 2 * np.pi}, np.pi
    ...
    ...     def contains(self, points: Array) -> Mask:
    ...         return np.hypot(*points.T) <= 1 + 1e-12
    ...
    ...     def on(self, part: str, unit: Array) -> Array:
    ...         angle = 2 * np.pi * unit[:, 0]
    ...         return np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> from nas.problems import sampling
    >>> disc: Domain = Disc()
    >>> sampling.interior_points(disc, 100, seed=0, draw=0).shape
    (100, 2)
    """

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The coordinates' names, in the order of the points' columns."""
        ...

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The bounding box: (lowest, highest) of each coordinate."""
        ...

    @property
    def parts(self) -> Mapping[str, float]:
        """The parts of the boundary and their measures (length, area; 1 for a single point)."""
        ...

    @property
    def measure(self) -> float:
        """The domain's length, area or volume."""
        ...

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the closed domain: (N,)."""
        ...

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit cube (N, D-1) uniformly onto a part of the boundary: points (N, D)."""
        ...


@dataclass(frozen=True, init=False, repr=False)
class Box:
    """An interval, rectangle, box, ...: ``Box(x=(-1, 1), t=(0, 1))``.

    Its boundary parts are ``x_min``, ``x_max``, ``t_min``, ``t_max``.

    Parameters
    ----------
    **intervals
        For each coordinate, by its name, its lowest and highest value. Their order
        is that of the points' columns.

    Raises
    ------
    UserError
        If there is no interval, a coordinate may not be called so (`check_names`), or an interval
        is not two finite numbers in rising order.

    Examples
    --------
    >>> box = Box(x=(-1, 1), t=(0, 0.5))
    >>> box.measure, box.parts["x_min"], box.parts["t_min"]
    (1.0, 0.5, 2.0)
    >>> box.contains(np.array([[0.0, 0.5], [0.0, 0.6]])).tolist()
    [True, False]
    >>> box.on("x_max", np.array([[0.0], [0.5]])).tolist()  # shares of the face's own extent
    [[1.0, 0.0], [1.0, 0.25]]
    """

    coordinates: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]

    def __init__(self, **intervals: tuple[float, float]) -> None:
        if not intervals:
            raise UserError("Box: expected at least one interval, such as Box(x=(-1, 1))")
        check_names("Box", tuple(intervals))
        bounds = tuple(_interval(name, value) for name, value in intervals.items())
        object.__setattr__(self, "coordinates", tuple(intervals))  # frozen for its users
        object.__setattr__(self, "bounds", bounds)

    def __repr__(self) -> str:
        intervals = zip(self.coordinates, self.bounds, strict=True)
        return f"Box({', '.join(f'{name}={interval}' for name, interval in intervals)})"

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """The faces ``x_min``, ``x_max``, ... and their measures."""
        lengths = self._lengths
        return {
            f"{name}_{end}": math.prod(lengths[:axis] + lengths[axis + 1 :])
            for axis, name in enumerate(self.coordinates)
            for end in ("min", "max")
        }

    @property
    def measure(self) -> float:
        """The length, area or volume."""
        return math.prod(self._lengths)

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the closed box: (N,)."""
        low, high = np.transpose(self.bounds)
        inside: Mask = ((points >= low) & (points <= high)).all(axis=-1)
        return inside

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit cube (N, D-1) onto a face: points (N, D).

        The coordinate that the face fixes is put in between, as 0 or 1 of its extent.

        Raises
        ------
        UserError
            If the box has no such part.
        """
        check_part(self, part)
        axis = self.coordinates.index(part.rpartition("_")[0])
        ends = np.zeros(len(unit)) if part.endswith("min") else np.ones(len(unit))
        return into_bounds(self, np.insert(unit, axis, ends, axis=1))

    @property
    def _lengths(self) -> list[float]:
        return [high - low for low, high in self.bounds]


def into_bounds(domain: Domain, unit: Array) -> Array:
    """Map the unit cube (N, D) onto the domain's bounding box, never outside by rounding.

    Examples
    --------
    >>> into_bounds(Box(x=(-1, 1), t=(0, 4)), np.array([[0.5, 0.25]])).tolist()
    [[0.0, 1.0]]
    """
    low, high = np.transpose(domain.bounds)
    points: Array = np.clip(low + (high - low) * unit, low, high)
    return points


def _interval(name: str, value: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in value)
    except (TypeError, ValueError):
        raise UserError(
            f"Box: {name}={value!r}: expected the lowest and the highest value, such as (0, 1)"
        ) from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UserError(f"Box: {name}={value!r}: expected two finite numbers in rising order")
    return low, high


def check_names(where: str, names: Sequence[str]) -> None:
    """Raise `UserError` unless coordinates may be called so.

    Derivatives are named by them: ``u.xt``, ``u.theta``. So a name is a word of Python that a
    field has no other meaning for.

    Examples
    --------
    >>> check_names("Box", ("x", "t"))
    >>> check_names("Box", ("theta", "x1"))
    >>> check_names("Box", ("x", "t", "xt"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: Box: coordinate 'xt': u.xt is the derivative by x and t; expected ...
    """
    letters = {name for name in names if len(name) == 1}
    for name in names:
        if not name.isidentifier() or iskeyword(name) or name.startswith("_"):
            raise UserError(
                f"{where}: coordinate {name!r}: expected a word that can stand in a formula, "
                "such as x, x1 or theta"
            )
        if name in OWN_NAMES:
            raise UserError(
                f"{where}: coordinate {name!r}: u.{name} means something else; "
                "expected another name"
            )
        if len(name) > 1 and set(name) <= letters:
            raise UserError(
                f"{where}: coordinate {name!r}: u.{name} is the derivative by "
                f"{' and '.join(name)}; expected another name"
            )
    if len(set(names)) < len(names):
        raise UserError(f"{where}: expected distinct coordinates, got {', '.join(names)}")


def check_part(domain: Domain, part: str) -> None:
    """Raise `UserError` unless the domain's boundary has such a part.

    Examples
    --------
    >>> check_part(Box(x=(0, 1)), "x_min")
    """
    if part not in domain.parts:
        raise UserError(
            f"{part!r}: no such part of the boundary; expected one of {', '.join(domain.parts)}"
        )
