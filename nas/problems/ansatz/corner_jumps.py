"""Where conditions disagree along an edge of a box, and the solution's jump there is known.

Axis legend: B points, M points of an edge, D coordinates, S derivatives.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from itertools import permutations

import numpy as np
import torch
from torch import Tensor

from nas.errors import UserError
from nas.problems.ansatz.answers import answer
from nas.problems.ansatz.held import Face, Function, Source, check_of_the_point
from nas.problems.ansatz.jump import CornerJump, inwards
from nas.problems.ansatz.leading_part import Equation, equation_of, leading
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.tolerances import CLOSE
from nas.problems.domains import Box
from nas.problems.terms import Requirement, Setting
from nas.problems.terms.condition import Condition

NEAR = (1e-12, 1e-10)  # of the box's extent, from its edge
_ALONG = 16  # points of an edge
_SEED = 5


def corner_jumps(
    requirements: Sequence[Requirement],
    probes: Sequence[Probe],
    setting: Setting,
    exact: Collection[int] = (),
) -> tuple[CornerJump, ...]:
    """The jumps that are known: along edges of a box, of fields with a second-order equation.

    A jump that varies along its edge, one of a field with exact conditions, and one of an equation
    whose leading coefficients vary along the edge, with the fields or with unknown coefficients
    are left alone.

    Parameters
    ----------
    requirements, probes
        Equations and conditions, and their terms tried.
    exact
        The numbers of fields with exact conditions.

    Examples
    --------
    >>> from nas.problems import Condition
    >>> from nas.problems.ansatz.probing import probe
    >>> from nas.problems.terms import Equations
    >>> lid, walls = Condition("y_max", lambda u: u - 1), ("x_min", "x_max", "y_min")
    >>> asked = [Equations(lambda u: u.xx + u.yy), lid, Condition(walls, lambda u: u)]
    >>> plate = Setting("plate", Box(x=(0, 1), y=(0, 1)), ("u",))
    >>> probes = [probe(one.bind(plate), plate.domain, fields=1) for one in asked]
    >>> [one.describe(plate.domain, "u")[-8:] for one in corner_jumps(asked, probes, plate)]
    ['x=0, y=1', 'x=1, y=1']
    """
    if not isinstance(setting.domain, Box):
        return ()
    found: list[CornerJump] = []
    for field, values in values_on_faces(requirements, probes, setting).items():
        if field in exact or len(values) < 2:
            continue
        equation = equation_of(field, requirements, probes)
        if equation is not None:
            found += _of_field(field, values, equation, setting.domain)
    return tuple(found)


def values_on_faces(
    requirements: Sequence[Requirement], probes: Sequence[Probe], setting: Setting
) -> dict[int, dict[str, Function]]:
    """By field, the faces that have one value of it, and that value.

    Examples
    --------
    >>> from nas.problems.ansatz.probing import probe
    >>> ends = [Condition("x_min", lambda u: 2 * u - 6), Condition("x_max", lambda u: u.x)]
    >>> rod = Setting("rod", Box(x=(0, 1)), ("u",))
    >>> probes = [probe(one.bind(rod), rod.domain, fields=1) for one in ends]
    >>> found = values_on_faces(ends, probes, rod)[0]
    >>> {part: value(torch.zeros(1, 1)).tolist() for part, value in found.items()}
    {'x_min': [3.0]}
    """
    found: dict[int, dict[str, Function]] = {}
    twice = set()
    for one, tried in zip(requirements, probes, strict=True):
        if not isinstance(one, Condition):
            continue
        with suppress(UserError):
            check_of_the_point(tried, setting, "")
            said = answer(tried)
            for number, (field, coefficient) in said.valued.items():
                factor = float(coefficient[0])
                if torch.allclose(coefficient, coefficient[:1], rtol=CLOSE, atol=0):
                    for part in one.parts:
                        if part in found.setdefault(field, {}):
                            twice.add((field, part))
                        found[field][part] = Source(said, number, factor)
    for field, part in twice:
        del found[field][part]
    return found


def _of_field(
    field: int, values: dict[str, Function], equation: Equation, domain: Box
) -> Iterator[CornerJump]:
    faces = {part: face for part in values if (face := face_of_name(domain, part))}
    for (part, one), (other_part, other) in permutations(faces.items(), 2):
        if one.axis == other.axis:
            continue
        points = _edge(domain, one, other)
        size = max(float(value(_points(domain)).abs().max()) for value in values.values())
        pair = [
            _limit(values[part], points, other, domain, size),
            _limit(values[other_part], points, one, domain, size),
        ]
        jump = pair[0] - pair[1]
        is_one = bool((jump - jump[0]).abs().max() <= CLOSE * size)
        if not is_one or not float(jump[0].abs()) > CLOSE * size:
            continue
        axes = one.axis, other.axis
        part_of = leading(equation.coefficients(points), *axes, len(domain.coordinates))
        if part_of is None:
            continue
        from_other = part_of.parabolic and part_of.diffusivity * inwards(domain, other) > 0
        if from_other or (not part_of.parabolic and one.axis < other.axis):
            told = float(pair[0][0]) + 0.0, float(pair[1][0]) + 0.0  # no -0
            yield CornerJump(field, one, other, told, part_of)


def _limit(value: Function, points: Tensor, end: Face, domain: Box, size: float) -> Tensor:
    """What a condition gives on its way to the edge (M,), which may be another value than there.

    Such as ``torch.where(x > 0, 1.0, 0.0)``, whose value at x = 0 counts for nothing. A root that
    begins at the edge has its value there.
    """
    low, high = domain.bounds[end.axis]
    inside = inwards(domain, end) * (high - low) * torch.eye(len(domain.bounds)).double()[end.axis]
    there, nearer, near = (value(points + share * inside) for share in (0.0, *NEAR))
    apart = (nearer - there).abs().nan_to_num(nan=0.0, posinf=0.0)
    settled = (nearer - near).abs() <= NEAR[0] / NEAR[1] * apart + CLOSE * size
    is_other = ~((nearer - there).abs() <= NEAR[1] ** 0.5 * size)
    return torch.where(settled & is_other & nearer.isfinite(), nearer, there)


def face_of_name(domain: Box, part: str) -> Face | None:
    """The face of that name; None for what is a part of one, or none at all.

    Examples
    --------
    >>> face_of_name(Box(x=(0, 1), t=(0, 2)), "t_max")
    Face(axis=1, at=2.0)
    """
    for axis, (name, ends) in enumerate(zip(domain.coordinates, domain.bounds, strict=True)):
        for end, at in zip(("min", "max"), ends, strict=True):
            if part == f"{name}_{end}":
                return Face(axis, float(at))
    return None


def _points(domain: Box) -> Tensor:
    """Points (M, D) all over a box."""
    low, high = torch.tensor(domain.bounds, dtype=torch.float64).unbind(-1)
    shares = torch.as_tensor(np.random.default_rng(_SEED).uniform(size=(_ALONG, len(low))))
    return low + shares * (high - low)


def _edge(domain: Box, one: Face, other: Face) -> Tensor:
    """Points (M, D) of the edge between two faces."""
    return other.project(one.project(_points(domain)))
