"""Names for the parts of a domain.

Axis legend: N points or cells, D coordinates; … any leading axes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from nas.problems.domains.corners import corner_points, joints
from nas.problems.domains.domain import (
    Array,
    Domain,
    Mask,
    check_part,
    check_title,
    distance,
)
from nas.problems.domains.shape import Shape, Sides, interior, placed, sides, slack


@dataclass(frozen=True)
class Named(Shape):
    """A domain whose parts bear a name: that of a single part, else what stands before theirs.

    Parameters
    ----------
    domain
        Whose parts are named.
    name
        A word without ``|``.

    Raises
    ------
    UserError
        If the name cannot be one.

    Examples
    --------
    >>> from nas.problems import Box, Disc
    >>> Disc((0, 0), 1).named("hole").parts.keys()
    dict_keys(['hole'])
    >>> list(Box(x=(0, 1)).named("slot").parts)
    ['slot.x_min', 'slot.x_max']
    """

    domain: Domain
    name: str

    def __post_init__(self) -> None:
        check_title("named", self.name)

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The coordinates' names."""
        return self.domain.coordinates

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The bounding box: (lowest, highest) of each coordinate."""
        return self.domain.bounds

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """The named parts and their measures."""
        return {name: self.domain.parts[part] for name, part in self._meant.items()}

    @property
    def measure(self) -> float:
        """The length, area or volume."""
        return self.domain.measure

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the closed domain: (N,)."""
        return self.domain.contains(points)

    def interior(self, points: Array) -> Mask:
        """See `nas.problems.domains.shape.interior`."""
        return interior(self.domain, points)

    @property
    def factors(self) -> tuple[Domain, ...]:
        """See `nas.problems.domains.corners`."""
        found: tuple[Domain, ...] = getattr(self.domain, "factors", ())
        return found

    @property
    def corner_points(self) -> Array:
        """See `nas.problems.domains.corners`."""
        return corner_points(self.domain)

    @property
    def joints(self) -> Array:
        """See `nas.problems.domains.corners`."""
        return joints(self.domain)

    @property
    def slack(self) -> Array:
        """See `nas.problems.domains.shape.slack`."""
        return slack(self.domain)

    def sides(self, low: Array, high: Array) -> Sides:
        """See `nas.problems.domains.shape.sides`."""
        return sides(self.domain, low, high)

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit cube (N, D-1) onto a part: points (≤ N, D)."""
        points, kept = self.placed(part, unit)
        return points[kept]

    def placed(self, part: str, unit: Array) -> tuple[Array, Mask]:
        """See `nas.problems.domains.shape.placed`."""
        check_part(self, part)
        return placed(self.domain, self._meant[part], unit)

    def normals(self, part: str, points: Array) -> Array:
        """The outward unit normals (N, D) at points (N, D) on a part."""
        check_part(self, part)
        return self.domain.normals(self._meant[part], points)

    def distance(self, part: str, points: Tensor, *, outside: bool = False) -> Tensor:
        """See `nas.problems.domains.distance`."""
        check_part(self, part)
        return distance(self.domain, self._meant[part], points, outside=outside)

    @cached_property
    def _meant(self) -> dict[str, str]:
        parts = list(self.domain.parts)
        return {self.name if len(parts) == 1 else f"{self.name}.{part}": part for part in parts}


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, or with the first number from 2 on where it is taken.

    Examples
    --------
    >>> free_name("rim", ["rim", "rim_2"]), free_name("rim", [])
    ('rim_3', 'rim')
    """
    known = set(taken)
    number, found = 1, name
    while found in known:
        number += 1
        found = f"{name}_{number}"
    return found
