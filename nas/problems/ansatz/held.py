"""What exact conditions say: the value of a field on a part of the boundary, or its velocity there.

Axis legend: B points, D coordinates, C fields.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from nas.calculus.derivatives import unit
from nas.errors import UserError
from nas.problems.ansatz.answers import Answers, answer
from nas.problems.ansatz.probing import Probe, probe
from nas.problems.ansatz.tolerances import CLOSE, ON
from nas.problems.domains import Domain
from nas.problems.terms import Requirement, Setting

Function = Callable[[Tensor], Tensor]  # points (B, D) -> (B,)


@dataclass(frozen=True)
class Face:
    """A part that lies in an end of the bounding box: where one coordinate has one value.

    Parameters
    ----------
    axis
        The coordinate's number.
    at
        Its value.

    Examples
    --------
    >>> start = Face(axis=1, at=0.0)
    >>> start.project(torch.tensor([[0.3, 0.7]])), start.direction(torch.zeros(1, 2))
    (tensor([[0.3000, 0.0000]]), tensor([[0., 1.]]))
    """

    axis: int
    at: float

    def project(self, points: Tensor) -> Tensor:
        """The points (B, D), moved straight onto the face."""
        moved = [
            torch.full_like(column, self.at) if axis == self.axis else column
            for axis, column in enumerate(points.unbind(-1))
        ]
        return torch.stack(moved, -1)

    def direction(self, points: Tensor) -> Tensor:
        """The unit vectors (B, D) along the face's coordinate."""
        zero = torch.zeros_like(points[:, 0])
        along = [zero + float(axis == self.axis) for axis in range(points.shape[1])]
        return torch.stack(along, -1)


@dataclass(frozen=True)
class Held:
    """A field on a part of the boundary: its value there, perhaps also its velocity.

    Parameters
    ----------
    part
        The part's name.
    face
        Where it is flat and at an end of the bounding box.
    value, velocity
        Functions of all points; the velocity is the derivative along the face's coordinate.

    Examples
    --------
    >>> Held("rim", None, lambda points: points[:, 0]).velocity is None
    True
    """

    part: str
    face: Face | None
    value: Function
    velocity: Function | None = None


def held(requirements: Sequence[Requirement], setting: Setting) -> dict[int, list[Held]]:
    """What the exact ones among ``requirements`` say, by field.

    Raises
    ------
    UserError
        If one of them is no value of one field, nor a velocity beside a value on the same face,
        nor a period.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> setting = Setting("rod", Box(x=(0, 1)), ("u",))
    >>> (one,) = held([Condition("x_max", lambda u, x: 2 * u - x, exact=True)], setting)[0]
    >>> one.part, one.face, one.value(torch.ones(1, 1))
    ('x_max', Face(axis=0, at=1.0), tensor([0.5000]))
    """
    values: dict[tuple[int, str], Held] = {}
    velocities: dict[tuple[int, str], tuple[Function, str]] = {}
    for one in requirements:
        if not one.exact:
            continue
        where = f"{setting.name}: {one.describe()}"
        for part, alone in _by_part(one, where).items():
            tried = probe(alone.bind(setting), setting.domain, len(setting.fields), raw(setting))
            check_of_the_point(tried, setting, where)
            found = answer(tried)
            face = face_of(setting.domain, part)
            for equation in range(len(found.own)):
                field, order, function = _said(found, equation, face, where)
                if order:
                    velocities[field, part] = function, where
                elif (field, part) in values:
                    raise UserError(
                        f"{where}: expected one exact value for {setting.fields[field]} on {part}, "
                        "got two; leave exact=True at one of them"
                    )
                else:
                    values[field, part] = Held(part, face, function)
    return _joined(values, velocities)


def _by_part(requirement: Requirement, where: str) -> Mapping[str, Requirement]:
    found = requirement.by_part()
    if not found and not requirement.periodic_coordinates:
        raise UserError(
            f"{where}: expected values on the boundary, or a period, to hold by construction, "
            "got neither; leave exact=True out"
        )
    return found


def raw(setting: Setting) -> list[float]:
    """The unknown coefficients' raw values at the start.

    Examples
    --------
    >>> from nas.problems import Box, Unknown
    >>> raw(Setting("rod", Box(x=(0, 1)), ("u",), {"k": Unknown(2.0)}))  # times 2
    [1.0]
    """
    return [one.first for one in setting.unknown.values()]


def check_of_the_point(tried: Probe, setting: Setting, where: str) -> None:
    """Whether what is demanded follows from the coordinates alone.

    Its value is continued into the domain, where there is no normal; and it is taken once, before
    any coefficient is found.

    Raises
    ------
    UserError
        If it does not.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> setting = Setting("rod", Box(x=(0, 1)), ("u",))
    >>> turned = Condition(("x_min", "x_max"), lambda u, normal: u - normal[0]).bind(setting)
    >>> check_of_the_point(probe(turned, setting.domain, 1), setting, "rod")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: rod: expected an exact value of coordinates, got one of the normal, ...
    """
    named = [
        name
        for n, name in enumerate(setting.unknown, len(setting.fields))
        if n in tried.term.components
    ]
    if named:
        raise UserError(
            f"{where}: expected an exact value of coordinates, got one with the unknown "
            f"{', '.join(named)}; leave exact=True out"
        )
    nothing = tried.constant([0.0] * tried.fields)
    turned = replace(tried, data=tried.data.roll(1, 0))
    pairs = zip(tried.residuals(nothing), turned.residuals(nothing), strict=True)
    if not all(torch.equal(one, other) for one, other in pairs):
        raise UserError(
            f"{where}: expected an exact value of coordinates, got one of the normal, which is "
            "known on the boundary alone; write it with coordinates, or leave exact=True out"
        )


def face_of(domain: Domain, part: str) -> Face | None:
    """The face of the bounding box in which a part lies; None if it lies in none.

    Examples
    --------
    >>> from nas.problems import Box, Disc
    >>> face_of(Box(x=(0, 1), t=(0, 2)), "t_max")
    Face(axis=1, at=2.0)
    >>> face_of(Disc((0, 0), 1.0), "rim") is None
    True
    """
    dimension = len(domain.coordinates)
    unit_points = np.random.default_rng(0).uniform(size=(64, dimension - 1))
    points = domain.on(part, unit_points)
    for axis, (low, high) in enumerate(domain.bounds):
        for at in (low, high):
            if len(points) and np.abs(points[:, axis] - at).max() <= ON * (high - low):
                return Face(axis, float(at))
    return None


def _said(
    found: Answers, equation: int, face: Face | None, where: str
) -> tuple[int, int, Function]:
    """Field, order (0 value, 1 velocity) and what it is equal to, by one equation."""
    probe = found.probe
    keys = found.answered[equation]
    if len(keys) == 1:
        ((index, field),) = keys
        coefficient = found.coefficients[equation]
        along = None if face is None else unit(face.axis, len(probe.half_extent))
        order = {probe.derivatives.keys[0]: 0, along: 1}.get(probe.derivatives.keys[index])
        if order is not None and coefficient is not None:
            factor = float(coefficient[0])
            if bool((coefficient - factor).abs().max() <= CLOSE * abs(factor)) and factor:
                return field, order, Source(found, equation, factor)
    raise UserError(
        f"{where}: expected an exact condition to give the value of one field, such as u - g, or "
        "on the side of a box also its derivative across it beside its value; write others with "
        "exact=False"
    )


@dataclass(frozen=True, eq=False)
class Source:
    """g of an equation a (u - g), at any points: -r(0) / a.

    Parameters
    ----------
    found
        What the equation's term answers to.
    equation
        Its number there.
    factor
        a.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> setting = Setting("rod", Box(x=(0, 1)), ("u",))
    >>> term = Condition("x_max", lambda u, x: 2 * u - 6 * x).bind(setting)
    >>> Source(answer(probe(term, setting.domain, 1)), 0, 2.0)(torch.ones(1, 1)).tolist()
    [3.0]
    """

    found: Answers
    equation: int
    factor: float

    def __call__(self, points: Tensor) -> Tensor:
        probe = self.found.probe
        data = probe.data[:1].expand(len(points), -1)
        zero = points.new_zeros(len(probe.derivatives), len(points), probe.fields + len(probe.raw))
        residuals = probe.term.residuals(zero, probe.derivatives, points, data)
        return -residuals[self.equation] / self.factor


def _joined(
    values: dict[tuple[int, str], Held], velocities: dict[tuple[int, str], tuple[Function, str]]
) -> dict[int, list[Held]]:
    for key, (function, where) in velocities.items():
        if key not in values:
            raise UserError(
                f"{where}: expected an exact value on {key[1]} beside the exact derivative, got "
                "none; add Condition(..., exact=True) for the value, or leave exact=False"
            )
        values[key] = replace(values[key], velocity=function)
    by_field: dict[int, list[Held]] = {}
    for (field, _), one in values.items():
        by_field.setdefault(field, []).append(one)
    return by_field
