"""Where a problem holds: what a domain has to know of itself.

Axis legend: N points, D coordinates; … any leading axes.
"""

from collections.abc import Iterable, Mapping, Sequence
from keyword import iskeyword
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from nas.calculus.fields import OWN_NAMES
from nas.errors import UserError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_FEW_ULPS = 8 * np.finfo(np.float64).eps


class Domain(Protocol):
    """What a problem needs to know of its domain; any class with these attributes will do.

    They have to agree with each other: ``on`` leads into the closed domain (``contains``), that
    lies in its ``bounds``, of which ``measure`` is a share. Points in the domain are drawn by
    rejection from the bounding box, so these three are all that is needed to draw evenly.

    A domain may have more. ``distance(part, points)`` (a function in torch, zero on the part and
    positive elsewhere in the domain; of a hole it is called with ``outside=True``) lets conditions
    hold exactly. ``corner_points`` are those (N, D) at which its boundary may have a corner, and
    ``joints`` those at which two parts of it may meet (without them the corner points): there
    solutions may be singular (`nas.problems.singular_corners`). ``factors`` are the
    domains that it is a product of. ``pieces`` and ``interfaces`` are those of
    `nas.problems.domains.Pieces`. With
    ``interior(points)``, the open domain, a hole of this shape keeps its rim. All of the toolkit's
    domains can be combined (``|``, ``&``, ``-``, ``*``) with any other; two of which neither is
    the toolkit's, by `nas.problems.domains.combine` and `nas.problems.domains.product`.

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
    ...
    ...     def normals(self, part: str, points: Array) -> Array:
    ...         return points
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
        """Which of the points (N, D) lie in the closed domain, up to rounding: (N,)."""
        ...

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit cube (N, D-1) uniformly onto a part of the boundary: points (≤ N, D).

        What would fall beside the part is left out, the others keep their order.
        """
        ...

    def normals(self, part: str, points: Array) -> Array:
        """The outward unit normals (N, D) at points (N, D) on a part of the boundary."""
        ...


NEEDED = ("coordinates", "bounds", "parts", "measure", "contains", "on", "normals")


def is_domain(value: Any) -> bool:
    """Whether a value has all that a `Domain` has; a class of domains is none itself.

    Examples
    --------
    >>> from nas.problems import Box
    >>> is_domain(Box(x=(0, 1))), is_domain(Box), is_domain((0, 1))
    (True, False, False)
    """
    return not isinstance(value, type) and all(hasattr(value, name) for name in NEEDED)


def pieces_of(domain: Domain) -> Mapping[str, Domain]:
    """The pieces by name; none of a domain that is in one piece.

    Examples
    --------
    >>> from nas.problems import Box, Pieces
    >>> list(pieces_of(Pieces(steel=Box(x=(0, 1)), air=Box(x=(1, 2)))))
    ['steel', 'air']
    >>> pieces_of(Box(x=(0, 1)))
    {}
    """
    found: Mapping[str, Domain] = getattr(domain, "pieces", {})
    return found


def located(coordinates: Iterable[str], point: Iterable[float], digits: int = 6) -> str:
    """A point (D,) in words, for errors, to so many ``digits``.

    Examples
    --------
    >>> located(("x", "t"), np.array([0.5, 2.0]))
    'x=0.5, t=2'
    """
    return ", ".join(f"{name}={at:.{digits}g}" for name, at in zip(coordinates, point, strict=True))


def surfaces(domain: Domain) -> dict[str, float]:
    """All that points can be drawn on: the parts of the boundary, and interfaces between pieces.

    Examples
    --------
    >>> from nas.problems import Box
    >>> surfaces(Box(x=(0, 1)))
    {'x_min': 1, 'x_max': 1}
    """
    return {**domain.parts, **getattr(domain, "interfaces", {})}


def into_bounds(domain: Domain, unit: Array) -> Array:
    """Map the unit cube (N, D) onto the domain's bounding box, never outside by rounding.

    Examples
    --------
    >>> from nas.problems import Box
    >>> into_bounds(Box(x=(-1, 1), t=(0, 4)), np.array([[0.5, 0.25]])).tolist()
    [[0.0, 1.0]]
    """
    low, high = np.transpose(domain.bounds)
    points: Array = np.clip(low + (high - low) * unit, low, high)
    return points


def distance(domain: Domain, part: str, points: Tensor, *, outside: bool = False) -> Tensor:
    """The domain's distance function of a part: zero on it, positive elsewhere in the domain.

    Parameters
    ----------
    points : Tensor (…, D)
    outside
        Whether the points lie on the outside of the boundary, as those around a hole do.

    Returns
    -------
    Tensor (…), smooth away from the ends of the part, about 1 at the other end of the domain

    Raises
    ------
    UserError
        If the domain has none, or no such part.

    Examples
    --------
    >>> import torch
    >>> from nas.problems import Box
    >>> distance(Box(x=(0, 2)), "x_min", torch.tensor([[0.0], [1.0]])).tolist()
    [0.0, 0.5]
    """
    check_part(domain, part)
    own = getattr(domain, "distance", None)
    if own is None:
        raise UserError(
            f"{domain}: has no distance function, so a condition on {part!r} cannot hold exactly; "
            "leave exact=False"
        )
    found: Tensor = own(part, points, outside=True) if outside else own(part, points)
    return found


def rounding(bounds: Sequence[tuple[float, float]]) -> float:
    """How far rounding may carry a point of a domain with these bounds: some units at the end.

    Examples
    --------
    >>> rounding([(1e6, 1e6 + 1)]) < 1e-8
    True
    """
    return float(_FEW_ULPS * np.abs(bounds).max())


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
    letters = {name for name in names if isinstance(name, str) and len(name) == 1}
    for name in names:
        if not _is_word(name) or iskeyword(name):
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


def _is_word(name: Any) -> bool:
    """Whether it may stand behind ``u.``, where a field's own secrets begin with ``_``."""
    return isinstance(name, str) and name.isidentifier() and not name.startswith("_")


def check_part(domain: Domain, part: str) -> None:
    """Raise `UserError` unless the domain's boundary has such a part (or it such an interface).

    Examples
    --------
    >>> from nas.problems import Box
    >>> check_part(Box(x=(0, 1)), "x_min")
    """
    known = surfaces(domain)
    if part not in known:
        raise UserError(
            f"{part!r}: no such part of the boundary; expected one of {', '.join(known)}"
        )


def check_title(where: str, name: Any) -> str:
    """The name of a part, if it can be one; else raise `UserError`.

    Examples
    --------
    >>> check_title("Disc", "hole")
    'hole'
    """
    if not isinstance(name, str) or not name or name != name.strip() or "|" in name:
        raise UserError(f"{where}: name={name!r}: expected a word such as 'hole', without '|'")
    return name
