"""Where the value that a condition gives jumps along a side of a rectangle.

Axis legend: N points, B points, D coordinates.
"""

from collections.abc import Collection, Iterator, Sequence

import torch
from torch import Tensor

from nas.calculus.derivatives import Derivative
from nas.problems.ansatz.corner_jumps import face_of_name, values_on_faces
from nas.problems.ansatz.held import Face, Function
from nas.problems.ansatz.jump import FaceJump, inwards
from nas.problems.ansatz.leading_part import Equation, Leading, equation_of, leading
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.tolerances import CLOSE
from nas.problems.domains import Box
from nas.problems.terms import Requirement, Setting

LOOKED = 2049  # points of a side: what jumps twice between two of them is not seen
HALVED = 60  # times: until two numbers are next to each other
STEEP = 0.5  # of the change between two points: what it still is between two such numbers
INSIDE = 1e-9  # of the side, from its ends: what is nearer belongs to the corner
MOST = 16  # jumps of a side: a value with more of them is not one of a few pieces


def face_jumps(
    requirements: Sequence[Requirement],
    probes: Sequence[Probe],
    setting: Setting,
    exact: Collection[int] = (),
) -> tuple[FaceJump, ...]:
    """The jumps along sides that are known, of fields with a second-order equation.

    Parameters
    ----------
    requirements, probes
        Equations and conditions, and their terms tried.
    exact
        The numbers of fields with exact conditions.

    Examples
    --------
    >>> from nas.problems import Condition
    >>> from nas.problems.terms import Equations
    >>> from nas.problems.ansatz.probing import probe
    >>> hot = Condition("t_min", lambda u, x: u - torch.where(x > 0.3, 1.0, 0.0))
    >>> asked = [Equations(lambda u: u.t - u.xx), hot]
    >>> rod = Setting("rod", Box(x=(0, 1), t=(0, 1)), ("u",))
    >>> probes = [probe(one.bind(rod), rod.domain, fields=1) for one in asked]
    >>> [one.describe(rod.domain, "u") for one in face_jumps(asked, probes, rod)]
    ['u jumps from 0 to 1 along t_min, at x=0.3']
    """
    if not isinstance(setting.domain, Box) or len(setting.domain.coordinates) != 2:
        return ()
    # Along a coordinate of which fields are exactly periodic a step of its own would not be.
    repeating = {name for one in requirements if one.exact for name in one.periodic_coordinates}
    found: list[FaceJump] = []
    for field, values in values_on_faces(requirements, probes, setting).items():
        equation = None if field in exact else equation_of(field, requirements, probes)
        if equation is None:
            continue
        for part, value in values.items():
            face = face_of_name(setting.domain, part)
            if face is not None and setting.domain.coordinates[1 - face.axis] not in repeating:
                found += _of_face(field, face, value, equation, setting.domain)
    return tuple(found)


def _of_face(
    field: int, face: Face, value: Function, equation: Equation, domain: Box
) -> Iterator[FaceJump]:
    axis = 1 - face.axis
    for below, above, values in _jumps(face, value, domain.bounds[axis]):
        at = (below + above) / 2
        there = _on(face, torch.tensor([at], dtype=torch.float64))
        found = _kind(equation.coefficients(there), face, axis, domain)
        if found is not None:
            yield FaceJump(field, face, axis, at, values, *found)


def _kind(
    coefficients: dict[Derivative, float], face: Face, axis: int, domain: Box
) -> tuple[Leading, bool] | None:
    """The leading part at a side, and whether time runs along it."""
    along = leading(coefficients, axis, face.axis, 2)
    if along is not None:
        is_known = not along.parabolic or along.diffusivity * inwards(domain, face) > 0
        return (along, False) if is_known else None
    across = leading(coefficients, face.axis, axis, 2)
    return (across, True) if across is not None else None


def _jumps(
    face: Face, value: Function, ends: tuple[float, float]
) -> list[tuple[float, float, tuple[float, float]]]:
    """The two numbers between which ``value`` jumps, and what it is at them; none if too many."""

    def of(along: Tensor) -> Tensor:
        return value(_on(face, along)).detach()

    along = torch.linspace(*ends, LOOKED, dtype=torch.float64)
    known = of(along)
    change = known.diff().abs()
    size = known.abs().max()
    # Where a smooth function changes most, it does so in its neighbourhood, too.
    beside = torch.stack([change.roll(1), change.roll(-1)]).amax(0)
    rows = ((change > 2 * beside) & (change > CLOSE * size)).nonzero().flatten()
    found = []
    for row in rows[: MOST + 1].tolist():
        low, high = along[row], along[row + 1]
        for _ in range(HALVED):
            middle = (low + high) / 2
            left, here, right = of(torch.stack([low, middle, high]))
            is_left = bool((here - left).abs() > (right - here).abs())
            low, high = (low, middle) if is_left else (middle, high)
        below, above = of(torch.stack([low, high])).tolist()
        from_ends = min(float(low) - ends[0], ends[1] - float(low))
        within = from_ends > INSIDE * (ends[1] - ends[0])
        if within and abs(above - below) > STEEP * float(change[row]):
            found.append((float(low), float(high), (below + 0.0, above + 0.0)))  # no -0
    return found if len(found) <= MOST else []


def _on(face: Face, along: Tensor) -> Tensor:
    """Points (N, 2) of a side."""
    across = torch.full_like(along, face.at)
    return torch.stack([across, along] if face.axis == 0 else [along, across], -1)
