"""The leading part of a field's equation, where a solution of it jumps.

Axis legend: B points, M points where it jumps, D coordinates, K what is tried, S derivatives.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import product

import torch
from torch import Tensor

from nas.calculus.derivatives import Derivative, Laplacian, order_of, unit
from nas.problems.ansatz.answers import answer
from nas.problems.ansatz.faces import steps_inwards
from nas.problems.ansatz.held import Face
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.tolerances import CLOSE
from nas.problems.domains import Array, Domain

_SEED = 5
TRIED = 8  # points, which differ in the coordinates beside a plane


@dataclass(frozen=True)
class Leading:
    """The leading part of an equation along two coordinates, the one and the other.

    Parameters
    ----------
    coefficients
        Of the second derivatives along the one and along the other; where time is the other, of
        the first derivative along that.
    parabolic
        Whether the other is time.

    Examples
    --------
    >>> Leading((-0.1, 2.0), parabolic=True).diffusivity
    0.05
    """

    coefficients: tuple[float, float]
    parabolic: bool = False

    @property
    def diffusivity(self) -> float:
        """κ of u_t = κ u_xx; below 0 where time runs backwards."""
        second, first = self.coefficients
        return -second / first


def leading(found: dict[Derivative, float], one: int, other: int, dimension: int) -> Leading | None:
    """What the ``coefficients`` of an equation are along two axes; None if of neither kind.

    Examples
    --------
    >>> leading({(2, 0): -0.1, (0, 1): 2.0, (1, 0): 7.0}, 0, 1, dimension=2)
    Leading(coefficients=(-0.1, 2.0), parabolic=True)
    >>> leading({Laplacian((0, 1)): 3.0}, 0, 1, dimension=2)
    Leading(coefficients=(3.0, 3.0), parabolic=False)
    >>> leading({(2, 0): 1.0, (0, 2): -1.0}, 0, 1, dimension=2)  # waves
    """

    def second(axis: int) -> float:
        twice = tuple(2 * count for count in unit(axis, dimension))
        own = found.get(twice, 0.0)
        return own + sum(
            value for key, value in found.items() if isinstance(key, Laplacian) and axis in key.axes
        )

    mixed = tuple(int(axis in (one, other)) for axis in range(dimension))
    higher = any(value for key, value in found.items() if order_of(key) > 2)
    across, along = second(one), second(other)
    if higher or found.get(mixed, 0.0) or not across:
        return None
    if along:  # NaN is no number above 0, and so nothing that varies is of a kind
        return Leading((across, along)) if across * along > 0 else None
    first = found.get(unit(other, dimension), 0.0)
    return Leading((across, first), parabolic=True) if abs(across * first) > 0 else None


def mixed_with(found: dict[Derivative, float], axis: int, others: Collection[int]) -> bool:
    """Whether there is, or may be, a mixed second derivative along an axis and one of ``others``.

    Examples
    --------
    >>> mixed_with({(1, 1, 0): -0.9}, axis=0, others={1}), mixed_with({(1, 1, 0): 2.0}, 0, {2})
    (True, False)
    """
    return any(
        value != 0
        for key, value in found.items()
        if isinstance(key, tuple) and order_of(key) == 2 and max(key) == 1 and key[axis]
        for other in others
        if other != axis and key[other]
    )


@dataclass(frozen=True)
class Equation:
    """The one equation that has derivatives of a field, and of no other.

    Parameters
    ----------
    probe
        Its term.
    number
        Which of the term's equations.
    field
        The field's number.

    Examples
    --------
    >>> from nas.problems import load
    >>> from nas.problems.ansatz.probing import probe
    >>> burgers = load("burgers")
    >>> made = Equation(probe(burgers.terms[0], burgers.domain, fields=1), number=0, field=0)
    >>> start = torch.tensor([[0.0, 0.0]], dtype=torch.float64)
    >>> found = made.coefficients(start, burgers.domain, [Face(1, 0.0)], values=(0.0, 1.0))
    >>> found[0, 1], round(found[2, 0], 5), found[1, 0]  # of u_t, u_xx, and u_x: which is u
    (1.0, -0.00318, nan)
    """

    probe: Probe
    number: int
    field: int

    def coefficients(
        self, points: Tensor, domain: Domain, faces: Sequence[Face], values: Sequence[float]
    ) -> dict[Derivative, float]:
        """Of each derivative at points (M, D) of an edge, as they are just inside of its ``faces``.

        NaN where it is not the same all along the edge and at both steps into the domain, at all
        states, those between the field's ``values`` on both sides of the jump among them, and for
        all values of the unknown coefficients.
        """
        moves = zip(*(steps_inwards(domain, face)[0] for face in faces), strict=True)
        points = torch.cat([points + torch.stack(steps).sum(0) for steps in moves])
        keys = self.probe.derivatives.keys
        there = replace(self.probe, points=points, data=self.probe.data[:1].expand(len(points), -1))
        units = torch.cat([there.unit(index, self.field) for index in range(len(keys))])
        own = torch.zeros(there.fields, dtype=torch.float64)
        own[self.field] = 1.0
        middle, change = (values[0] + values[1]) / 2, values[1] - values[0]
        random = there.random(_SEED)[:1]
        states = [there.constant(value * own) for value in (0.0, *values, middle)]
        states += [random, states[-1] + change * own * random]
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


def stretch(equation: Equation, axes: Sequence[int], at: Array) -> float | None:
    """By how much a plane is to be longer along the second of two axes: √(α/β).

    So that α u_xx + β u_yy, an equation's leading part at a point (2,) of that plane, is a
    Laplacian. None where it is no such one, or another at other places along the other coordinates,
    of other fields or of other values of the unknown coefficients.

    Examples
    --------
    >>> from nas.problems import Box
    >>> from nas.problems.ansatz.probing import probe
    >>> import numpy as np
    >>> from nas.problems.terms import Equations, Setting
    >>> plate = Setting("plate", Box(x=(0, 1), y=(0, 1), t=(0, 1)), ("u",))
    >>> heat = probe(Equations(lambda u: u.t - 9 * u.xx - u.yy).bind(plate), plate.domain, 1)
    >>> equation = Equation(heat, number=0, field=0)
    >>> [stretch(equation, axes, np.zeros(2)) for axes in ((0, 1), (0, 2))]
    [3.0, None]
    """
    tried = equation.probe
    points = tried.points.clone()
    points[:, axes] = torch.as_tensor(at)
    there = replace(tried, points=points)
    keys = tried.derivatives.keys
    units = torch.cat([there.unit(index, equation.field) for index in range(len(keys))])
    found = []
    moved = replace(there, raw=there.raw + 1.0)  # unknown coefficients
    for one, state in product((there, moved), there.random(_SEED)[:2]):
        slopes = one.linear(state[None], units)[equation.number].T.tolist()
        for row in slopes[:TRIED]:
            coefficients = dict(zip(keys, row, strict=True))
            part = leading(coefficients, axes[0], axes[1], len(tried.half_extent))
            if part is None or part.parabolic:
                return None
            found.append(math.sqrt(part.coefficients[0] / part.coefficients[1]))
    return found[0] if max(found) - min(found) <= CLOSE * found[0] else None


def equation_of(field: int, equations: Sequence[Probe]) -> Equation | None:
    """The equation that alone has derivatives of a field, if it is one.

    Examples
    --------
    >>> from nas.problems import load
    >>> from nas.problems.ansatz.probing import probe
    >>> burgers = load("burgers")
    >>> equation_of(0, [probe(burgers.terms[0], burgers.domain, fields=1)]).number
    0
    """
    found = []
    for tried in equations:
        for number, seen in enumerate(answer(tried).answered):
            differentiated = {other for index, other in seen if index}
            if field in differentiated:
                if differentiated != {field}:
                    return None
                found.append(Equation(tried, number, field))
    return found[0] if len(found) == 1 else None
