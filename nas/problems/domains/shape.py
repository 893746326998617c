"""What all of the toolkit's domains have in common: how to combine them.

Axis legend: N points or cells, D coordinates.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nas.errors import UserError
from nas.problems.domains.domain import Array, Domain, Mask, check_part, rounding

if TYPE_CHECKING:
    from nas.problems.domains.combination import Combination
    from nas.problems.domains.naming import Named

_ALLOWED = 1e-10

Sides = NDArray[np.int8]  # of cells: 1 inside, -1 outside, 0 not known


class Shape:
    """A domain that can be united (``|``), intersected (``&``), cut (``-``), multiplied (``*``).

    The parts of a combination keep their names. Where the second operand has a part of a name
    that is taken, its part gets a number: ``x_min_2``; better is to name it: `named`.

    Examples
    --------
    >>> from nas.problems import Box, Disc
    >>> plate = Box(x=(0, 1), y=(0, 1)) - Disc((0.5, 0.5), 0.2, name="hole")
    >>> list(plate.parts), round(plate.measure, 4)
    (['x_min', 'x_max', 'y_min', 'y_max', 'hole'], 0.8743)
    >>> heated = plate * Box(t=(0, 10))
    >>> heated.coordinates, round(heated.measure, 3)
    (('x', 'y', 't'), 8.743)
    """

    # The combinations are shapes themselves, so they can be imported only when they are made.

    def __or__(self: Domain, other: Domain) -> "Combination":
        from nas.problems.domains.combination import combine

        return combine("union", self, other)

    def __and__(self: Domain, other: Domain) -> "Combination":
        from nas.problems.domains.combination import combine

        return combine("intersection", self, other)

    def __sub__(self: Domain, other: Domain) -> "Combination":
        from nas.problems.domains.combination import combine

        return combine("difference", self, other)

    def __mul__(self: Domain, other: Domain) -> Domain:
        from nas.problems.domains.product import product

        return product(self, other)

    # A user's own domain on the left has no such methods, and is combined all the same.

    def __ror__(self: Domain, other: Domain) -> "Combination":
        from nas.problems.domains.combination import combine

        return combine("union", other, self)

    def __rand__(self: Domain, other: Domain) -> "Combination":
        from nas.problems.domains.combination import combine

        return combine("intersection", other, self)

    def __rsub__(self: Domain, other: Domain) -> "Combination":
        from nas.problems.domains.combination import combine

        return combine("difference", other, self)

    def __rmul__(self: Domain, other: Domain) -> Domain:
        from nas.problems.domains.product import product

        return product(other, self)

    @property
    def slack(self: Domain) -> Array:
        """How far rounding may carry a point off the boundary, along each coordinate: (D,)."""
        return np.full(len(self.bounds), rounding(self.bounds))

    def named(self: Domain, name: str) -> "Named":
        """The same domain, its parts called ``name`` (a single one) or ``name.part``."""
        from nas.problems.domains.naming import Named

        return Named(self, name)


def interior(domain: Domain, points: Array) -> Mask:
    """Which of the points (N, D) lie in the open domain, farther from its boundary than rounding.

    A domain that does not tell takes its boundary with it.

    Examples
    --------
    >>> from nas.problems import Box
    >>> interior(Box(x=(0, 1)), np.array([[0.0], [0.5]])).tolist()
    [False, True]
    """
    found: Mask = getattr(domain, "interior", domain.contains)(points)
    return found


def slack(domain: Domain) -> Array:
    """How far off the boundary a point may be and still count as in the closed domain: (D,).

    A domain that does not tell is taken to allow for 1e-10 of its extent.

    Examples
    --------
    >>> from nas.problems import Box
    >>> slack(Box(x=(0, 1e-8), t=(0, 1e6))) < [1e-22, 1e-8]
    array([ True,  True])
    """
    own: Array | None = getattr(domain, "slack", None)
    if own is not None:
        return own
    low, high = np.transpose(domain.bounds)
    found: Array = np.maximum(_ALLOWED * (high - low), rounding(domain.bounds))
    return found


def placed(domain: Domain, part: str, unit: Array) -> tuple[Array, Mask]:
    """As ``domain.on``, but all N points, and which of them lie on the part: (N, D) and (N,).

    Raises
    ------
    UserError
        If the domain leaves points out and does not tell which.

    Examples
    --------
    >>> from nas.problems import Box
    >>> points, kept = placed(Box(x=(0, 1), y=(0, 1)), "x_min", np.array([[0.5]]))
    >>> points.tolist(), kept.tolist()
    ([[0.0, 0.5]], [True])
    """
    check_part(domain, part)
    own = getattr(domain, "placed", None)
    if own is not None:
        found: tuple[Array, Mask] = own(part, unit)
        return found
    points = domain.on(part, unit)
    if len(points) != len(unit):
        raise UserError(
            f"{domain}: on({part!r}, ...) leaves points out; to combine the domain, give it "
            "placed(part, unit), which returns all points and a mask of those on the part"
        )
    return points, np.ones(len(points), bool)


def sides(domain: Domain, low: Array, high: Array) -> Sides:
    """Where cells lie, low to high (N, D): 1 surely inside, -1 surely outside, 0 not known: (N,).

    Examples
    --------
    >>> from nas.problems import Box
    >>> low = np.array([[0.2], [0.9], [1.5]])
    >>> sides(Box(x=(0, 1)), low, low + 0.2).tolist()
    [1, 0, -1]
    """
    own = getattr(domain, "sides", None)
    if own is not None:
        found: Sides = own(low, high)
        return found
    bottom, top = np.transpose(domain.bounds)
    outside: Mask = ((low >= top) | (high <= bottom)).any(axis=1)
    return as_sides(np.zeros_like(outside), outside)


def as_sides(inside: Mask, outside: Mask) -> Sides:
    """What `sides` returns, of which cells lie surely inside and which surely outside: (N,).

    Examples
    --------
    >>> as_sides(np.array([True, False, False]), np.array([False, True, False])).tolist()
    [1, -1, 0]
    """
    return inside.astype(np.int8) - outside.astype(np.int8)
