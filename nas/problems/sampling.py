"""Points in a domain and on its boundary, evenly spread.

Axis legend: N points, D coordinates.

Every function here is pure: seed and draw name a stream of random numbers, so training that was
interrupted goes on with the same points from a counter alone.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal

import numpy as np
from scipy.stats import qmc

from nas.errors import UserError
from nas.problems.domains import Array, Domain, check_part, into_bounds, surfaces

Method = Literal["sobol", "latin_hypercube"]

_INTERIOR = 0  # the boundary parts' streams follow, in the domain's order
_EDGE = 2.0**-31  # half a step of the Sobol sequence
_LARGEST = 2**16  # a batch, after the first
_TRIES = 2**20  # of rejection at least, before the domain's own facts are in doubt


def interior_points(
    domain: Domain, count: int, *, seed: int, draw: int, method: Method = "sobol"
) -> Array:
    """Draw exactly ``count`` points inside the domain.

    Parameters
    ----------
    seed, draw
        Natural numbers of any size. The same pair always gives the same points; different draws
        of a seed are independently scrambled.
    method
        ``"sobol"`` (scrambled; Owen 1998) or ``"latin_hypercube"``. Domains other than boxes
        keep those points of the bounding box that lie inside.

    Returns
    -------
    Array (count, D)

    Raises
    ------
    UserError
        If count is below 1, seed or draw is negative, the method is unknown, or (nearly) no
        point of the bounding box lies in the domain.

    Examples
    --------
    >>> from nas.problems import Box
    >>> points = interior_points(Box(x=(0, 1), t=(0, 2)), 4, seed=0, draw=0)
    >>> points.shape, bool((points > 0).all())
    ((4, 2), True)
    >>> sorted(np.floor(4 * points[:, 0]).tolist())  # one in each quarter
    [0.0, 1.0, 2.0, 3.0]
    """
    if count < 1:
        raise UserError(f"interior points: expected at least 1, got {count}")
    low, high = np.transpose(domain.bounds)
    share = domain.measure / float(np.prod(high - low))

    def inside(unit: Array) -> Array:
        points = into_bounds(domain, unit)
        return points[domain.contains(points)]

    # Of n points of the box a share lies in the domain: on average the first batch is enough.
    batches = _unit_cubes(len(low), math.ceil(count / share), seed, draw, _INTERIOR, method)
    points = _kept(batches, inside, count)
    if len(points) < count:
        raise UserError(
            f"{domain}: found {len(points)} points inside, expected {count}; "
            "do contains, bounds and measure belong together?"
        )
    return points


def boundary_points(
    domain: Domain,
    parts: Sequence[str],
    count: int,
    *,
    seed: int,
    draw: int,
    method: Method = "sobol",
) -> dict[str, Array]:
    """Draw ``count`` points on parts of the boundary, shared in proportion to their measures.

    A part has at least half of an equal share, however small it is. The end of an interval is a
    single point, so there it is drawn but once, whatever the count.

    Parameters
    ----------
    parts
        Names of the domain's boundary parts, or of interfaces between its pieces.
    count
        The number of points on all parts together; each part has at least one.
    seed, draw, method
        As for `interior_points`.

    Returns
    -------
    For each part its points (n, D); nothing if there are no parts.

    Raises
    ------
    UserError
        If a part is unknown, count is below the number of parts, or (nearly) nothing that
        ``domain.on`` gives lies on a part.

    Examples
    --------
    >>> from nas.problems import Box
    >>> box = Box(x=(0, 1), t=(0, 2))
    >>> found = boundary_points(box, ("t_min", "x_max"), 6, seed=0, draw=0)
    >>> {part: len(points) for part, points in found.items()}  # of lengths 1 and 2
    {'t_min': 2, 'x_max': 4}
    >>> set(found["x_max"][:, 0].tolist())
    {1.0}
    """
    names = list(dict.fromkeys(parts))
    if not names:
        return {}
    if count < len(names):
        raise UserError(f"boundary points: expected at least {len(names)}, one a part, got {count}")
    for name in names:
        check_part(domain, name)
    known, points = surfaces(domain), {}
    dimension = len(domain.coordinates) - 1
    shares = apportion(count, [known[name] for name in names]) if dimension else [1] * len(names)
    for name, number in zip(names, shares, strict=True):
        stream = 1 + list(known).index(name)  # a part's own, whatever other parts are asked for
        batches = _unit_cubes(dimension, number, seed, draw, stream, method)
        points[name] = _kept(batches, partial(domain.on, name), number)
        if len(points[name]) < number:
            raise UserError(
                f"{domain}: found {len(points[name])} points on {name!r}, expected {number}; "
                "does on() lead to this part?"
            )
    return points


def apportion(count: int, measures: Sequence[float]) -> list[int]:
    """Apportion ``count`` among ``measures`` by largest remainders, at least a floor to each.

    The floor is half of an equal share, rounded up. Each has its quota of what the floors of the
    smallest leave over, rounded down; what is left goes to those with the largest remainders.

    Examples
    --------
    >>> apportion(10, [2.0, 1.0, 0.01])
    [5, 3, 2]
    """
    floor = math.ceil(count / (2 * len(measures)))
    quotas = _quotas(count, measures, floor)
    shares = [max(floor, math.floor(quota)) for quota in quotas]
    while (left := count - sum(shares)) != 0:
        step = 1 if left > 0 else -1
        open_ = [index for index in range(len(shares)) if shares[index] + step >= floor]
        index = max(open_, key=lambda index: step * (quotas[index] - shares[index]))
        shares[index] += step
    return shares


def _quotas(count: int, measures: Sequence[float], floor: int) -> list[float]:
    """In proportion to the measures, but for those that this would leave below the floor."""
    lifted: set[int] = set()
    while True:
        rest = [index for index in range(len(measures)) if index not in lifted]
        factor = (count - floor * len(lifted)) / max(sum(measures[i] for i in rest), 1e-300)
        below = {index for index in rest if factor * measures[index] < floor}
        if not below or len(below) == len(rest):
            return [floor if i in lifted else factor * m for i, m in enumerate(measures)]
        lifted |= below


def _kept(batches: Iterator[Array], choose: Callable[[Array], Array], count: int) -> Array:
    """The first ``count`` of what ``choose`` keeps of the batches; fewer if it keeps none."""
    kept: list[Array] = []
    tried = 0
    for unit in batches:
        kept.append(choose(unit))
        found, tried = sum(map(len, kept)), tried + len(unit)
        if found >= count or tried >= max(_TRIES, 64 * count):
            break
    return np.concatenate(kept)[:count]


def _unit_cubes(
    dimension: int, count: int, seed: int, draw: int, stream: int, method: Method
) -> Iterator[Array]:
    """Yield batches of at least ``count`` points in the open unit cube, one sequence in all."""
    if min(seed, draw) < 0:
        raise UserError(f"expected seed and draw of at least 0, got seed={seed} and draw={draw}")
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(draw, stream)))
    engine: qmc.QMCEngine
    if method == "sobol":
        engine = qmc.Sobol(max(dimension, 1), rng=generator)
        number = 2 ** (count - 1).bit_length()  # a Sobol sequence is balanced at powers of two
    elif method == "latin_hypercube":
        engine = qmc.LatinHypercube(max(dimension, 1), rng=generator)
        number = count
    else:
        raise UserError(f"method={method!r}: expected 'sobol' or 'latin_hypercube'")
    while True:
        # Off the faces of the cube: there conditions hold, and solutions may be singular. (A cube
        # of no dimension, a box's end point, is a column that is cut off again.)
        yield np.clip(engine.random(number), _EDGE, 1 - _EDGE)[:, :dimension]
        if dimension == 0:
            return  # any more would be the same point again
        number = min(2 * number, _LARGEST)  # few are kept
