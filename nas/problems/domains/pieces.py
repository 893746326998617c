"""Named pieces of a domain, such as two materials, and the interfaces between them.

Axis legend: N points or cells, D coordinates.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from nas.errors import UserError
from nas.problems.domains.cells import overlap
from nas.problems.domains.combination import check_operands
from nas.problems.domains.domain import Array, Domain, Mask, check_part, check_title
from nas.problems.domains.exposure import share, sliver, step
from nas.problems.domains.naming import free_name
from nas.problems.domains.shape import Shape, Sides, interior, placed, sides, slack

_POINTS = 2**14  # to find out whether pieces overlap
_NOTHING = 1e-6  # of a piece: an overlap that is none


@dataclass(frozen=True)
class Origin:
    """Where a surface of `Pieces` comes from.

    Parameters
    ----------
    piece
        The piece whose boundary it is on.
    other
        The piece on its other side; empty on the outside of all.
    parts
        Those of the piece's parts that it is on, with their whole measures.
    measure
        Its own.

    Examples
    --------
    >>> Origin("steel", "air", (("x_max", 2.0),), 1.0).other
    'air'
    """

    piece: str
    other: str
    parts: tuple[tuple[str, float], ...]
    measure: float


@dataclass(frozen=True, init=False)
class Pieces(Shape):
    """Domains that touch and do not overlap, each with a name: ``Pieces(steel=..., air=...)``.

    Together they are one domain. The parts of its boundary keep their names where but one piece
    has such a part outside; else they are ``steel.x_min`` and ``air.x_min``. Where two pieces
    touch is the interface ``steel|air``, with normals out of the first. The names of interfaces
    serve wherever those of parts do, but they are no parts of the boundary.

    Parameters
    ----------
    **pieces
        At least two domains with the same coordinates, by name.

    Raises
    ------
    UserError
        If there are fewer than two pieces, one is no domain, their coordinates differ, two
        overlap, or one touches no other.

    Examples
    --------
    >>> from nas.problems import Box
    >>> stack = Pieces(steel=Box(x=(0, 1), y=(0, 1)), air=Box(x=(0, 1), y=(1, 3)))
    >>> list(stack.parts)
    ['steel.x_min', 'steel.x_max', 'y_min', 'air.x_min', 'air.x_max', 'y_max']
    >>> stack.interfaces, stack.normals("steel|air", np.array([[0.5, 1.0]])).tolist()
    ({'steel|air': 1.0}, [[0.0, 1.0]])
    """

    named_pieces: tuple[tuple[str, Domain], ...]

    def __init__(self, **pieces: Domain) -> None:
        object.__setattr__(self, "named_pieces", tuple(pieces.items()))  # frozen for its users
        _check(self.pieces)
        met = {name for one in self.interfaces for name in one.split("|")}
        for name in pieces:
            if name not in met:
                raise UserError(f"Pieces: {name} touches no other piece; expected them joined")

    @property
    def pieces(self) -> Mapping[str, Domain]:
        """The pieces by name."""
        return dict(self.named_pieces)

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The coordinates' names."""
        return self.named_pieces[0][1].coordinates

    @cached_property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The bounding box: (lowest, highest) of each coordinate."""
        all_ = np.array([piece.bounds for _, piece in self.named_pieces])  # (pieces, D, 2)
        low, high = all_[:, :, 0].min(axis=0), all_[:, :, 1].max(axis=0)
        return tuple(zip(low.tolist(), high.tolist(), strict=True))

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """What of the pieces' boundaries is outside of all, and its measures."""
        return {name: one.measure for name, one in self._origins.items() if not one.other}

    @cached_property
    def interfaces(self) -> Mapping[str, float]:
        """Where two pieces touch, and its measures."""
        return {name: one.measure for name, one in self._origins.items() if one.other}

    @cached_property
    def measure(self) -> float:
        """The length, area or volume."""
        return float(sum(piece.measure for _, piece in self.named_pieces))

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in any piece: (N,)."""
        found: Mask = np.any([one.contains(points) for _, one in self.named_pieces], axis=0)
        return found

    def interior(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in any open piece: (N,)."""
        found: Mask = np.any([interior(one, points) for _, one in self.named_pieces], axis=0)
        return found

    @cached_property
    def slack(self) -> Array:
        """See `nas.problems.domains.shape.slack`."""
        found: Array = np.max([slack(piece) for _, piece in self.named_pieces], axis=0)
        return found

    def sides(self, low: Array, high: Array) -> Sides:
        """See `nas.problems.domains.shape.sides`."""
        found: Sides = np.max([sides(piece, low, high) for _, piece in self.named_pieces], axis=0)
        return found

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit cube (N, D-1) onto a part or an interface: points (≤ N, D).

        Raises
        ------
        UserError
            If there is no such part or interface.
        """
        points, kept = self.placed(part, unit)
        return points[kept]

    def placed(self, part: str, unit: Array) -> tuple[Array, Mask]:
        """See `nas.problems.domains.shape.placed`."""
        check_part(self, part)
        origin = self._origins[part]
        piece = self.pieces[origin.piece]
        points = np.empty((len(unit), len(self.coordinates)))
        kept = np.zeros(len(unit), bool)
        for own, rows, rest in _shared_out(origin, unit):
            found, on = placed(piece, own, rest)
            points[rows] = found
            kept[rows] = on & self._meets(origin, found, piece.normals(own, found))
        return points, kept

    def normals(self, part: str, points: Array) -> Array:
        """The outward unit normals (N, D) at points (N, D); of an interface, out of its first."""
        check_part(self, part)
        origin = self._origins[part]
        piece = self.pieces[origin.piece]
        normals, open_ = np.zeros(points.shape), np.ones(len(points), bool)
        for own, _ in origin.parts:  # the one whose normal leads straight out of the piece
            found = piece.normals(own, points)
            off = self._step * found
            mine = open_ & interior(piece, points - off) & ~piece.contains(points + off)
            mine |= open_ & (own == origin.parts[-1][0])
            normals[mine] = found[mine]
            open_ &= ~mine
        return normals

    @cached_property
    def _step(self) -> Array:
        return step(*self.pieces.values())

    @cached_property
    def _origins(self) -> dict[str, Origin]:
        """All parts of the boundary, and all interfaces."""
        outside = [Origin(name, "", ((part, 0.0),), 0.0) for name, part in self._named_parts()]
        outer = [one for one in map(self._measured, outside) if one]
        count = Counter(one.parts[0][0] for one in outer)
        found: dict[str, Origin] = {}
        for one in outer:
            part = one.parts[0][0]
            found[free_name(part if count[part] == 1 else f"{one.piece}.{part}", found)] = one
        for first, second in combinations(self.pieces, 2):
            parts = tuple((part, 0.0) for part in self.pieces[first].parts)
            if between := self._measured(Origin(first, second, parts, 0.0)):
                found[f"{first}|{second}"] = between
        return found

    def _named_parts(self) -> Iterator[tuple[str, str]]:
        for name, piece in self.named_pieces:
            for part in piece.parts:
                yield name, part

    def _measured(self, origin: Origin) -> Origin | None:
        """The origin with its measure, and only with parts that it is on; None if on none."""
        piece, total, parts = self.pieces[origin.piece], 0.0, []
        for part, _ in origin.parts:
            left = share(piece, part, lambda points, normals: self._meets(origin, points, normals))
            if left > sliver(*self.pieces.values()):
                total += left * piece.parts[part]
                parts.append((part, piece.parts[part]))
        return Origin(origin.piece, origin.other, tuple(parts), total) if parts else None

    def _meets(self, origin: Origin, points: Array, normals: Array) -> Mask:
        """Which points of a piece's boundary have the other piece, or none, beyond it: (N,)."""
        beyond = points + self._step * normals
        if origin.other:
            return self.pieces[origin.other].contains(beyond)
        return ~self.contains(beyond)


def _shared_out(origin: Origin, unit: Array) -> Iterator[tuple[str, Mask, Array]]:
    """Each part of the piece with the rows that fall to it, and their places in its own cube."""
    if unit.shape[1] == 0:
        yield origin.parts[0][0], np.ones(len(unit), bool), unit
        return
    milestones = np.cumsum([0.0, *(measure for _, measure in origin.parts)])
    place = unit[:, 0] * milestones[-1]
    which = np.clip(np.searchsorted(milestones, place, side="right") - 1, 0, len(origin.parts) - 1)
    for index, (part, measure) in enumerate(origin.parts):
        rows = which == index
        first = np.clip((place[rows] - milestones[index]) / measure, 0, 1)
        yield part, rows, np.concatenate([first[:, None], unit[rows, 1:]], axis=1)


def _check(pieces: Mapping[str, Domain]) -> None:
    if len(pieces) < 2:
        raise UserError("Pieces: expected at least two, such as Pieces(steel=..., air=...)")
    for name in pieces:
        check_title("Pieces", name)
    for (first, one), (second, other) in combinations(pieces.items(), 2):
        check_operands("|", one, other)
        least = min(one.measure, other.measure)
        if overlap(one, other, _POINTS) > _NOTHING * least:
            raise UserError(f"Pieces: {first} and {second} overlap; expected pieces that touch")
