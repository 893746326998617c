"""One domain of each kind, wherever it is put: what `test_every_domain` holds to the same laws."""

from collections.abc import Callable

import numpy as np

from nas.problems.domains import (
    Ball,
    Box,
    Disc,
    Domain,
    Ellipse,
    Mesh,
    Pieces,
    Polygon,
    Ring,
    Solid,
)

CORNERS = [(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)]


def _polygon(at: float, points: list[tuple[float, float]], **options: object) -> Polygon:
    return Polygon([(at + x, at + y) for x, y in points], **options)  # type: ignore[arg-type]


def _l_shape(at: float) -> Polygon:
    return _polygon(at, [(-1, -1), (1, -1), (1, 0), (0, 0), (0, 1), (-1, 1)], names=["a"] * 6)


def _holed(at: float) -> Polygon:
    hole = [(at + 0.5, at + 0.5), (at + 1, at + 0.7), (at + 0.6, at + 1.1)]
    return _polygon(at, [(0, 0), (3, 0), (0, 4)], holes=[hole], hole_names=["hole"])


def _square(at: float, size: float = 1.0) -> Box:
    return Box(x=(at, at + size), y=(at, at + size))


def _mesh(at: float) -> Mesh:
    side = np.linspace(0, 1, 6)
    corners = np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)
    first = np.array([6 * i + j for i in range(5) for j in range(5) if (i, j) != (2, 2)])
    lower = np.stack([first, first + 6, first + 7], axis=1)
    upper = np.stack([first, first + 7, first + 1], axis=1)
    return Mesh(corners + at, np.concatenate([lower, upper]), {"left": [(0, 1), (1, 2)]})


def _tetrahedra(at: float) -> Mesh:
    corners = np.array([*CORNERS, (1.0, 1.0, 1.0)]) + at
    return Mesh(corners, [(0, 1, 2, 3), (1, 2, 3, 4)], {"floor": [(0, 1, 2)]})


def _solid(at: float) -> Solid:
    faces = {"floor": [(0, 2, 1)], "rest": [(0, 1, 3), (0, 3, 2), (1, 2, 3)]}
    return Solid(np.array(CORNERS) + at, faces)


def _pieces(at: float) -> Pieces:
    core = Disc((at + 0.5, at + 0.5), 0.3)
    return Pieces(core=core, shell=_square(at) - core)


# Each with where its lower end is, or its middle.
PLACED: dict[str, Callable[[float], Domain]] = {
    "interval": lambda at: Box(x=(at, at + 2)),
    "box": lambda at: Box(x=(at, at + 1), t=(at, at + 3), z=(at, at + 0.5)),
    "l_shape": _l_shape,
    "polygon with a hole": _holed,
    "disc": lambda at: Disc((at, at), 0.7),
    "ellipse": lambda at: Ellipse((at, at), (2, 0.5)),
    "ring": lambda at: Ring((at, at), 0.5, 1.5),
    "ball": lambda at: Ball((at, at, at), 0.8),
    "ball in 4-D": lambda at: Ball((at, at, at, at), 1, ("a", "b", "c", "d")),
    "hole": lambda at: _square(at) - Disc((at + 0.4, at + 0.5), 0.2),
    "hole with corners": lambda at: _square(at, 3) - _holed(at + 0.1),
    "bite": lambda at: _square(at) - Disc((at + 1, at + 0.5), 0.3),
    "cut flush": lambda at: _square(at) - Box(x=(at, at + 0.5), y=(at + 0.5, at + 1)),
    "union": lambda at: _square(at) | Disc((at + 1, at + 1), 0.5),
    "flush union": lambda at: Box(x=(at, at + 2), y=(at, at + 1)) | _square(at + 1),
    "overlapping union": lambda at: (
        Box(x=(at, at + 2), y=(at, at + 1)) | Box(x=(at + 1, at + 3), y=(at, at + 1))
    ),
    "lens": lambda at: Disc((at, at), 1) & Disc((at + 1, at), 1, name="other"),
    "two holes": lambda at: (
        _square(at, 3) - Disc((at + 1, at + 1), 0.5) - Disc((at + 2, at + 2), 0.5)
    ),
    "ball in a box": lambda at: (
        Box(x=(at, at + 1), y=(at, at + 1), z=(at, at + 1)) - Ball((at + 0.5,) * 3, 0.3)
    ),
    "disc in time": lambda at: Disc((at, at), 1) * Box(t=(at, at + 2)),
    "bite in time": lambda at: (_square(at) - Disc((at + 1, at + 0.5), 0.3)) * Box(t=(at, at + 2)),
    "ball in time": lambda at: Box(t=(at, at + 2)) * Ball((at, at, at), 1),
    "pieces": _pieces,
    "pieces in time": lambda at: _pieces(at) * Box(t=(0, 1)),
    "mesh": _mesh,
    "tetrahedra": _tetrahedra,
    "solid": _solid,
}
EVERY = {name: make(0.0) for name, make in PLACED.items()}
FAR = 1e6
EVERY_FAR = {name: make(FAR) for name, make in PLACED.items()}
