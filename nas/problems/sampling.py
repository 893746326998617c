"""Points in a domain and on its boundary, evenly spread.

Axis legend: N points, D coordinates.

Every function here is pure: seed and draw name a stream of random numbers, so training that was
interrupted goes on with the same points from a counter alone.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from scipy.stats import qmc

from nas.errors import UserError
from nas.problems.domains import Array, Domain, check_part, into_bounds

Method = Literal["sobol", "latin_hypercube"]

_INTERIOR = 0  # the boundary parts' streams follow, in the domain's order
_EDGE = 2.0**-31  # half a step of the Sobol sequence
_ROUNDS = 64  # of rejection, before the domain's own facts are in doubt


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
    # Of n points of the box a share lies in the domain: on average the first batch is enough.
    batches = _unit_cubes(len(low), math.ceil(count / share), seed, draw, _INTERIOR, method)
    kept: list[Array] = []
    for _, unit in zip(range(_ROUNDS), batches, strict=False):
        points = into_bounds(domain, unit)
        kept.append(points[domain.contains(points)])
        if sum(map(len, kept)) >= count:
            return np.concatenate(kept)[:count]
    raise UserError(
        f"{domain}: found {sum(map(len, kept))} points inside, expected {count}; "
        "do contains, bounds and measure belong together?"
    )


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

    Parameters
    ----------
    parts
        Names of the domain's boundary parts.
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
        If a part is unknown, or count is below the number of parts.

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
    known, points = list(domain.parts), {}
    shares = apportion(count, [domain.parts[name] for name in names])
    for name, number in zip(names, shares, strict=True):
        stream = 1 + known.index(name)  # a part's own, whatever other parts are asked for
        dimension = len(domain.coordinates) - 1
        unit = next(_unit_cubes(dimension, number, seed, draw, stream, method))
        points[name] = domain.on(name, unit[:number])
    return points


def apportion(count: int, measures: Sequence[float]) -> list[int]:
    """Apportion ``count`` among ``measures`` by largest remainders, at least one to each.

    Each has its quota ``count · measure / sum`` rounded down, or one; what is left over goes to
    those with the largest remainders, and what is missing is taken from those with the smallest.

    Examples
    --------
    >>> apportion(10, [2.0, 1.0, 0.01])
    [6, 3, 1]
    """
    quotas = [count * measure / sum(measures) for measure in measures]
    shares = [max(1, math.floor(quota)) for quota in quotas]
    while (left := count - sum(shares)) != 0:
        step = 1 if left > 0 else -1
        open_ = [index for index in range(len(shares)) if shares[index] + step >= 1]
        index = max(open_, key=lambda index: step * (quotas[index] - shares[index]))
        shares[index] += step
    return shares


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
