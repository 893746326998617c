"""A picture of a problem's domain: its parts, their normals, and where points are drawn.

Axis legend: N points, D coordinates.
"""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from textwrap import wrap
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nas.calculus.fields import TIMES
from nas.files import whole
from nas.paths import usable
from nas.problems import Problem
from nas.problems.domains import Array, surfaces
from nas.problems.sampling import boundary_points, interior_points
from nas.problems.terms import PointCounts
from nas.problems.terms.condition import Boundary
from nas.problems.terms.interior import Interior
from nas.reports.style import INK, QUIET, RC

INTERIOR, BOUNDARY = 300, 200  # points
ARROWS = 12  # normals of a part
UNLIKE = 5.0  # extents whose ratio is larger are not drawn to one scale
LENGTH = 0.06  # of a normal, as a share of a picture's side
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#B8A800")
Pair = tuple[int, int | None]  # the coordinates of a panel; None where there is but one
MOST = 6  # pairs of coordinates in one picture: those of four


def draw(problem: Problem, path: Path) -> None:
    """Write the picture: of one or two coordinates as it is, of more each pair of them.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from nas import problems
    >>> with TemporaryDirectory() as folder:
    ...     draw(problems.load("burgers"), Path(folder) / "check.png")
    ...     (Path(folder) / "check.png").read_bytes()[1:4]
    b'PNG'
    """
    path = usable(path)
    with mpl.rc_context(RC):
        figure = picture(problem)
        with whole(path) as temporary:
            figure.savefig(temporary, format="png", dpi=120)


def picture(problem: Problem) -> Figure:
    """The picture as a figure.

    Examples
    --------
    >>> from nas import problems
    >>> [axes.get_xlabel() for axes in picture(problems.load("burgers")).axes]
    ['x']
    """
    dimension = len(problem.coordinates)
    pairs: Sequence[Pair] = list(combinations(range(dimension), 2))[:MOST] or [(0, None)]
    columns = min(3, len(pairs))
    rows = -(-len(pairs) // columns)
    height = 3.9 if dimension > 1 else 1.0
    figure = Figure(figsize=(1.9 + 4.6 * columns, 0.8 + height * rows))
    inside = interior_points(problem.domain, INTERIOR, seed=0, draw=0)
    parts = boundary_points(problem.domain, [*surfaces(problem.domain)], BOUNDARY, seed=0, draw=0)
    own = _own(problem)
    for number, pair in enumerate(pairs):
        axes = figure.add_subplot(rows, columns, number + 1)
        _panel(axes, problem, pair, inside, parts)
        if len(own):
            _dots(
                axes,
                own,
                pair,
                color=INK,
                s=14,
                marker="x",
                linewidths=0.8,
                label="given points",
                zorder=4,
            )
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center")
    title = f"{problem.name}: points and outward normals"
    figure.suptitle("\n".join(wrap(title, 46 * columns)), color=INK)
    return figure


def _own(problem: Problem) -> Array:
    """Points (N, D) that conditions bring with them, such as those of observations."""
    known = (Interior, Boundary)
    counts = PointCounts(INTERIOR, BOUNDARY)
    found = [
        drawn.points.reshape(-1, len(problem.coordinates))
        for group in problem.groups
        if not isinstance(group.source, known)
        for drawn in group.source.draw(
            problem.domain, group.regions, counts, seed=0, draw=0, method="sobol"
        ).values()
    ]
    return np.concatenate([np.empty((0, len(problem.coordinates))), *found])


def true_to_scale(problem: Problem, pair: Pair) -> bool:
    """Whether a panel shows two lengths, of extents that stand well side by side.

    Examples
    --------
    >>> from nas import problems
    >>> [true_to_scale(problems.load(name), (0, 1)) for name in ("poisson_disc", "burgers")]
    [True, False]
    """
    x, y = pair
    if y is None or {problem.coordinates[x], problem.coordinates[y]} & set(TIMES):
        return False
    extents = np.ptp(problem.domain.bounds, axis=1)[[x, y]]
    return bool(extents.max() <= UNLIKE * extents.min())


def spread(points: Array, extents: Array, count: int) -> Array:
    """Some of the points (N, D), evenly spread: each is the farthest from those before it.

    Examples
    --------
    >>> spread(np.array([[0.0], [0.1], [0.2], [1.0], [0.6]]), np.ones(1), 3).tolist()
    [[0.0], [1.0], [0.6]]
    """
    if not len(points):
        return points
    scaled, chosen = points / extents, [0]
    apart = np.full(len(points), np.inf)
    while len(chosen) < min(count, len(points)):
        apart = np.minimum(apart, np.linalg.norm(scaled - scaled[chosen[-1]], axis=1))
        chosen.append(int(apart.argmax()))
    return points[chosen]


def _panel(
    axes: Axes, problem: Problem, pair: Pair, inside: Array, parts: dict[str, Array]
) -> None:
    x, y = pair
    _dots(axes, inside, pair, color=QUIET, s=5, label="interior", linewidths=0)
    for number, (part, points) in enumerate(parts.items()):
        colour = COLOURS[number % len(COLOURS)]
        marker = "os^Dv"[number // len(COLOURS) % 5]
        _dots(axes, points, pair, color=colour, s=14, label=part, marker=marker, linewidths=0)
        _normals(axes, problem, part, points, pair, colour)
    axes.set_xlabel(problem.coordinates[x])
    if y is None:
        axes.set_yticks([])
        axes.set_ylim(-1, 1)
    else:
        axes.set_ylabel(problem.coordinates[y])
        if true_to_scale(problem, pair):
            axes.set_aspect("equal")
    axes.margins(0.12)


def _dots(axes: Axes, points: Array, pair: Pair, **style: Any) -> None:
    x, y = pair
    axes.scatter(points[:, x], np.zeros(len(points)) if y is None else points[:, y], **style)


def _normals(
    axes: Axes, problem: Problem, part: str, points: Array, pair: Pair, colour: str
) -> None:
    """Arrows of the same length on the page, whatever the units of the axes."""
    if not hasattr(problem.domain, "normals"):
        return
    x, y = pair
    extents = np.ptp(problem.domain.bounds, axis=1)
    chosen = spread(points, extents, ARROWS)
    if true_to_scale(problem, pair):
        extents[[x, y]] = max(extents[[x, y]])
    # What is at right angles to a part in units of the page is its gradient there: n · extent.
    ends = problem.domain.normals(part, chosen) * extents
    ends = LENGTH * ends / np.maximum(np.linalg.norm(ends, axis=1, keepdims=True), 1e-300)
    ends = ends * extents
    up = np.zeros(len(chosen)) if y is None else chosen[:, y]
    along = np.zeros(len(chosen)) if y is None else ends[:, y]
    axes.quiver(
        chosen[:, x], up, ends[:, x], along,
        color=colour, angles="xy", scale_units="xy", scale=1, width=0.004,
    )  # fmt: skip
