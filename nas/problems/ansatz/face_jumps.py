"""Where the value that a condition gives jumps along a side of a rectangle.

Axis legend: N points.
"""

import math
from collections.abc import Collection, Iterator, Mapping

import torch
from torch import Tensor

from nas.calculus.derivatives import Derivative
from nas.problems.ansatz.faces import inwards
from nas.problems.ansatz.held import Face, Function
from nas.problems.ansatz.jump import FaceJump, SwitchedJump
from nas.problems.ansatz.leading_part import Equation, Leading, leading
from nas.problems.ansatz.tolerances import CLOSE, ON
from nas.problems.domains import Box

SAMPLES = 2049  # points of a side: what jumps twice between two of them is not seen
# Where they lie in their intervals: no value of a user's own is likely there, at which a step may
# be half way, as that of torch.sign is.
OFFSET = (math.sqrt(5) - 1) / 2
BISECTIONS = 60  # until two numbers are next to each other
STEEP = 0.5  # of the change between two points: what it still is between two such numbers
INSIDE = 1e-9  # of the side, from its ends: what is nearer belongs to the corner
MAX_JUMPS = 16  # jumps of a side: a value with more of them is not one of a few pieces


def face_jumps(
    values: Mapping[Face, Function], equation: Equation, domain: Box, repeating: Collection[str]
) -> Iterator[FaceJump]:
    """The jumps of a field along sides, by the ``values`` that it has on them, and its equation.

    Parameters
    ----------
    repeating
        Coordinates along which there is to be none.

    Examples
    --------
    >>> from nas.problems import load
    >>> from nas.problems.ansatz.probing import probe
    >>> burgers = load("burgers")
    >>> equation = Equation(probe(burgers.terms[0], burgers.domain, fields=1), number=0, field=0)
    >>> step = {Face(1, 0.0): lambda points: torch.where(points[:, 0] > 0.3, 1.0, 0.0)}
    >>> found = face_jumps(step, equation, burgers.domain, repeating=())
    >>> [one.describe(burgers.domain, "u") for one in found]
    ['u jumps from 0 to 1 along t_min, at x=0.3']
    """
    if len(domain.coordinates) != 2:
        return
    for face, value in values.items():
        axis = 1 - face.axis
        if domain.coordinates[axis] in repeating:
            continue
        for at, sides in jumps_along(_along(face, value), domain.bounds[axis]):
            there = _on(face, torch.tensor([at], dtype=torch.float64))
            coefficients = equation.coefficients(there, domain, [face], sides)
            found = _kind(coefficients, face, axis, domain)
            if found is not None:
                kind, part = found
                yield kind(equation.field, face, axis, at, sides, part)


def _kind(
    coefficients: dict[Derivative, float], face: Face, axis: int, domain: Box
) -> tuple[type[FaceJump], Leading] | None:
    """The kind of jump, by the leading part at a side."""
    along = leading(coefficients, axis, face.axis, 2)
    if along is not None:
        is_known = not along.parabolic or along.diffusivity * inwards(domain, face) > 0
        return (FaceJump, along) if is_known else None
    across = leading(coefficients, face.axis, axis, 2)
    return (SwitchedJump, across) if across is not None else None


def _along(face: Face, value: Function) -> Function:
    """A value at points of a side, by how far along it they are (N,)."""
    return lambda along: value(_on(face, along))


def jumps_along(
    value: Function, ends: tuple[float, float]
) -> list[tuple[float, tuple[float, float]]]:
    """Where a value (N,) of one coordinate (N,) jumps, and what it is on both sides.

    None if it does so too often.

    Examples
    --------
    >>> ((at, sides),) = jumps_along(lambda s: torch.where(s > 0.3, 2.0, 0 * s), (0.0, 1.0))
    >>> round(at, 12), sides
    (0.3, (0.0, 2.0))
    """

    def of(along: Tensor) -> Tensor:
        return value(along).detach()

    extent = ends[1] - ends[0]
    shares = (torch.arange(SAMPLES - 1).double() + OFFSET) / (SAMPLES - 1)
    along = torch.cat([shares.new_zeros(1), shares, shares.new_ones(1)]) * extent + ends[0]
    known = of(along)
    change = known.diff().abs()
    size = known.abs().max()
    # Where a smooth function changes most, it does so in its neighbourhood, too: of an interval
    # with a jump the change is many times that beside it, of a smooth one hardly more than once.
    beside = torch.stack([change.roll(1), change.roll(-1)]).amax(0)
    rows = ((change > 2 * beside) & (change > CLOSE * size)).nonzero().flatten()
    found = []
    for row in rows[: MAX_JUMPS + 1].tolist():
        low, high = _between(of, along[row], along[row + 1])
        below, above = of(torch.stack([low, high])).tolist()
        at = float(low + high) / 2
        at = at if abs(at) > ON * extent else 0.0
        within = min(at - ends[0], ends[1] - at) > INSIDE * extent
        if within and abs(above - below) > STEEP * float(change[row]):
            found.append((at, (below + 0.0, above + 0.0)))  # no -0
    return found if len(found) <= MAX_JUMPS else []


def _between(of: Function, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """The numbers next to each other between which a function changes most, or all but one.

    At the jump itself it may have a value of its own, as torch.sign has: so one more on both sides.
    """
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        left, here, right = of(torch.stack([low, middle, high]))
        is_left = bool((here - left).abs() > (right - here).abs())
        low, high = (low, middle) if is_left else (middle, high)
    outside = torch.tensor(math.inf, dtype=torch.float64)
    return torch.nextafter(low, -outside), torch.nextafter(high, outside)


def _on(face: Face, along: Tensor) -> Tensor:
    """Points (N, 2) of a side."""
    across = torch.full_like(along, face.at)
    return torch.stack([across, along] if face.axis == 0 else [along, across], -1)
