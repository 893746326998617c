"""Where conditions disagree along an edge of a box, and the solution's jump there is known.

Axis legend: B points, M points of an edge, D coordinates, S derivatives.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
import torch
from torch import Tensor

from nas.calculus.derivatives import Derivative, Laplacian, order_of, unit
from nas.errors import UserError
from nas.problems.ansatz.answers import answer
from nas.problems.ansatz.held import Face, Function, Source, check_of_the_point
from nas.problems.ansatz.jump import CornerJump, inwards
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.tolerances import CLOSE
from nas.problems.domains import Box
from nas.problems.terms import Equations, Requirement, Setting
from nas.problems.terms.condition import Condition
from nas.problems.terms.interior import INTERIOR

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
    for field, values in _values(requirements, probes, setting).items():
        if field in exact or len(values) < 2:
            continue
        equation = _equation_of(field, requirements, probes)
        if equation is not None:
            found += _of_field(field, values, equation, setting.domain)
    return tuple(found)


def _values(
    requirements: Sequence[Requirement], probes: Sequence[Probe], setting: Setting
) -> dict[int, dict[str, Function]]:
    """By field, the faces that have one value of it, and that value."""
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


@dataclass(frozen=True)
class _Equation:
    """The one equation that has derivatives of a field, and of no other."""

    probe: Probe
    number: int
    field: int

    def coefficients(self, points: Tensor) -> dict[Derivative, float]:
        """Of each derivative at points (M, D) of an edge.

        NaN where it is not the same all along the edge, at all states and for all values of the
        unknown coefficients.
        """
        keys = self.probe.derivatives.keys
        there = replace(self.probe, points=points, data=self.probe.data[:1].expand(len(points), -1))
        units = torch.cat([there.unit(index, self.field) for index in range(len(keys))])
        states = there.constant([0.0] * there.fields), there.random(_SEED)[:1]
        moved = replace(there, raw=there.raw + 1.0)
        tried = [
            one.linear(state, units)[self.number] for one in (there, moved) for state in states
        ]
        slopes = torch.stack(tried).movedim(1, 0).flatten(1)  # (keys, all that is tried)
        is_same = [torch.allclose(one, one[:1], rtol=CLOSE, atol=0) for one in slopes]
        return {
            key: float(slope[0]) if same else math.nan
            for key, slope, same in zip(keys, slopes, is_same, strict=True)
        }


def _equation_of(
    field: int, requirements: Sequence[Requirement], probes: Sequence[Probe]
) -> _Equation | None:
    """The equation all over the domain that alone has derivatives of a field, if it is one."""
    found = []
    for one, tried in zip(requirements, probes, strict=True):
        if not isinstance(one, Equations):
            continue
        if one.on != INTERIOR:
            return None
        for number, seen in enumerate(answer(tried).answered):
            differentiated = {other for index, other in seen if index}
            if field in differentiated:
                if differentiated != {field}:
                    return None
                found.append(_Equation(tried, number, field))
    return found[0] if len(found) == 1 else None


def _of_field(
    field: int, values: dict[str, Function], equation: _Equation, domain: Box
) -> Iterator[CornerJump]:
    faces = {part: face for part in values if (face := _face(domain, part))}
    for (part, one), (other_part, other) in permutations(faces.items(), 2):
        if one.axis == other.axis:
            continue
        points = _edge(domain, one, other)
        pair = [values[name](points) for name in (part, other_part)]
        size = max(float(value(_points(domain)).abs().max()) for value in values.values())
        jump = pair[0] - pair[1]
        is_one = bool((jump - jump[0]).abs().max() <= CLOSE * size)
        if not is_one or not float(jump[0].abs()) > CLOSE * size:
            continue
        leading = _leading(equation.coefficients(points), one, other, domain)
        if leading is not None and (leading.parabolic or one.axis < other.axis):
            told = float(pair[0][0]) + 0.0, float(pair[1][0]) + 0.0  # no -0
            yield CornerJump(field, one, other, told, leading.coefficients, leading.parabolic)


@dataclass(frozen=True)
class _Leading:
    """The leading part of an equation across an edge."""

    coefficients: tuple[float, float]
    parabolic: bool


def _leading(
    found: dict[Derivative, float], one: Face, other: Face, domain: Box
) -> _Leading | None:
    """What kind it is of; None if it is of neither, or varies: NaN compares as false."""
    dimension, axes = len(domain.coordinates), (one.axis, other.axis)

    def second(axis: int) -> float:
        twice = tuple(2 * count for count in unit(axis, dimension))
        own = found.get(twice, 0.0)
        return own + sum(
            value for key, value in found.items() if isinstance(key, Laplacian) and axis in key.axes
        )

    mixed = tuple(int(axis in axes) for axis in range(dimension))
    across, along = second(one.axis), second(other.axis)
    higher = any(value for key, value in found.items() if order_of(key) > 2)
    if higher or found.get(mixed, 0.0) or not across:
        return None
    if along:
        return _Leading((across, along), parabolic=False) if across * along > 0 else None
    first = found.get(unit(other.axis, dimension), 0.0)
    if first and -across / first * inwards(domain, other) > 0:
        return _Leading((across, first), parabolic=True)
    return None


def _face(domain: Box, part: str) -> Face | None:
    """The face of that name; None for what is a part of one, or none at all."""
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
