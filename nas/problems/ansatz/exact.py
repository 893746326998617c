"""u = A(x) + B(x) · N: fields that meet some conditions whatever the network, with derivatives.

Axis legend: S derivatives, B points, D coordinates, C fields, U unknown coefficients; … any leading
axes.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.derivatives import unit
from nas.calculus.jets import Derivative, DerivativeSet
from nas.errors import UserError
from nas.problems.ansatz.blending import inverse_distance, transfinite, vanishing
from nas.problems.ansatz.held import Function, Held, held
from nas.problems.ansatz.tolerances import CLOSE, ON
from nas.problems.domains import Domain
from nas.problems.sampling import boundary_points
from nas.problems.terms import Requirement, Setting

_KEPT = 8  # draws whose jets are remembered


@dataclass(frozen=True, eq=False)
class Exact:
    """A and B of those fields that have exact conditions, by the field's number.

    Parameters
    ----------
    functions
        For each such field A and B, functions of points (B, D) in float64.
    fields
        C.

    Examples
    --------
    >>> line = Exact({0: (lambda x: x[:, 0], lambda x: x[:, 0] * (1 - x[:, 0]))}, fields=1)
    >>> network = torch.ones(2, 3, 1, dtype=torch.float64)  # (S, B, C): N = 1 and N' = 1
    >>> x = torch.tensor([[0.0], [0.5], [1.0]], dtype=torch.float64)
    >>> line(network, DerivativeSet([(1,)], 1), x)[..., 0].tolist()  # u and u'
    [[0.0, 0.75, 1.0], [2.0, 1.25, 0.0]]
    """

    functions: dict[int, tuple[Function, Function]]
    fields: int
    _made: OrderedDict[object, tuple[Tensor, Tensor, Tensor]] = field(
        default_factory=OrderedDict, repr=False
    )

    def __call__(self, jet: Tensor, derivatives: DerivativeSet, points: Tensor) -> Tensor:
        """The jet (…, S, B, C + U) of the fields from that of scaled networks at points (B, D)."""
        a, b = (one.to(jet) for one in self._jets(derivatives, points))
        rest = jet[..., self.fields :]
        found = a + jets.multiply(derivatives, b, jet[..., : self.fields])
        return torch.cat([found, rest], -1) if rest.shape[-1] else found

    def values(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """A and B (B, C) at points (B, D); 0 and 1 for fields without exact conditions."""
        zero = torch.zeros_like(points[:, 0])
        found = [self.functions.get(c, (None, None)) for c in range(self.fields)]
        a = [one(points) if one else zero for one, _ in found]
        b = [one(points) if one else zero + 1 for _, one in found]
        return torch.stack(a, -1), torch.stack(b, -1)

    def both(self, points: Tensor) -> Tensor:
        """The values (B, 2 C): A, and B behind it."""
        return torch.cat(self.values(points), -1)

    def _jets(self, derivatives: DerivativeSet, points: Tensor) -> tuple[Tensor, Tensor]:
        """The jets (S, B, C) of A and B, remembered for the last points."""
        # What is remembered keeps the points, so that no other tensor can take their place in
        # memory; and to change them changes their version.
        key = (points.data_ptr(), points.shape, points.stride(), points._version, derivatives)
        if key not in self._made:
            a, b = (jet_of(one, points, derivatives) for one in (self._a, self._b))
            self._made[key] = (points, a, b)
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        _, a, b = self._made[key]
        return a, b

    def _a(self, points: Tensor) -> Tensor:
        return self.values(points)[0]

    def _b(self, points: Tensor) -> Tensor:
        return self.values(points)[1]


@torch.enable_grad()
def jet_of(function: Function, points: Tensor, derivatives: DerivativeSet) -> Tensor:
    """The jet (S, B, C) of a torch function (B, D) -> (B, C), by nested differentiation.

    Examples
    --------
    >>> x = torch.tensor([[2.0]], dtype=torch.float64)
    >>> jet_of(lambda x: x**3, x, DerivativeSet([(2,)], 1)).flatten().tolist()
    [8.0, 12.0, 12.0]
    """
    x = points.detach().double().requires_grad_()
    components = function(x).unbind(-1)
    found = [_jet(one, x, derivatives) for one in components]
    return torch.stack(found, -1).detach()


def _jet(value: Tensor, x: Tensor, derivatives: DerivativeSet) -> Tensor:
    dimension = derivatives.dimension
    known: dict[tuple[int, ...], Tensor] = {(0,) * dimension: value}

    def by(key: tuple[int, ...]) -> Tensor:
        if key not in known:
            axis = next(axis for axis, count in enumerate(key) if count)
            before = by(tuple(n - m for n, m in zip(key, unit(axis, dimension), strict=True)))
            known[key] = _derivative(before, x, axis)
        return known[key]

    def of(key: Derivative) -> Tensor:
        if isinstance(key, tuple):
            return by(key)
        twice = [by(tuple(2 * n for n in unit(axis, dimension))) for axis in key.axes]
        return torch.stack(twice).sum(0)

    return torch.stack([of(key).detach() for key in derivatives.keys])


def _derivative(value: Tensor, x: Tensor, axis: int) -> Tensor:
    if not value.requires_grad:  # a constant
        return torch.zeros_like(value)
    (slope,) = torch.autograd.grad(value.sum(), x, create_graph=True, allow_unused=True)
    return torch.zeros_like(value) if slope is None else slope[:, axis]


def exact(requirements: Sequence[Requirement], setting: Setting) -> Exact | None:
    """A and B for the exact ones among ``requirements``; None if there are none.

    Raises
    ------
    UserError
        If a condition cannot hold exactly: it is none on a value, its part has no distance
        function, or it disagrees with another one.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> ends = [Condition("x_min", lambda u: u - 1, exact=True)]
    >>> ends += [Condition("x_max", lambda u: u - 3, exact=True)]
    >>> met = exact(ends, Setting("rod", Box(x=(0, 1)), ("u",)))
    >>> a, b = met.values(torch.tensor([[0.0], [0.5], [1.0]], dtype=torch.float64))
    >>> a.flatten().tolist(), b.flatten()[[0, 2]].tolist()
    ([1.0, 2.0, 3.0], [0.0, 0.0])
    """
    by_field = held(requirements, setting)
    functions = {
        number: (_meeting(setting, number, parts), vanishing(setting.domain, parts))
        for number, parts in by_field.items()
    }
    for number, (_, b) in functions.items():
        _check_vanishing(setting, by_field[number], b)
    return Exact(functions, len(setting.fields)) if functions else None


def _meeting(setting: Setting, number: int, parts: Sequence[Held]) -> Function:
    """A: the smoothest function that is known to meet what is held."""
    domain = setting.domain
    if len(parts) == 1 and parts[0].face is None:
        return parts[0].value
    ways = [inverse_distance(domain, parts)]
    if all(one.face is not None for one in parts):
        ways.insert(0, transfinite(domain, parts))
    size = max(float(one.value(_on(domain, one.part)).abs().max()) for one in parts)
    misses: list[str] = []
    for a in ways:
        misses = [one.part for one in parts if not _meets(domain, a, one, size)]
        if not misses:
            return a
    raise UserError(
        f"{setting.name}: exact conditions for {setting.fields[number]}: no function was found "
        f"that meets those on {', '.join(misses)} beside the others; leave exact=False there"
    )


def _meets(domain: Domain, a: Function, one: Held, size: float) -> bool:
    """Whether ``a`` is as ``one`` says, to a part of the ``size`` of all values held."""
    points = _on(domain, one.part)
    if not bool((a(points) - one.value(points)).abs().max() <= CLOSE * size):
        return False
    if one.velocity is None or one.face is None:
        return True
    dimension = points.shape[1]
    slope = jet_of(
        lambda x: a(x)[:, None], points, DerivativeSet([unit(one.face.axis, dimension)], dimension)
    )[-1, :, 0]
    low, high = domain.bounds[one.face.axis]
    wanted = one.velocity(points)
    return bool(
        (slope - wanted).abs().max() <= CLOSE * max(float(wanted.abs().max()), size / (high - low))
    )


def _check_vanishing(setting: Setting, parts: Sequence[Held], b: Function) -> None:
    for one in parts:
        if not bool(b(_on(setting.domain, one.part)).abs().max() <= ON):
            raise UserError(
                f"{setting.name}: condition on {one.part}: expected a distance function that is "
                "zero on it, got another; leave exact=False"
            )


def _on(domain: Domain, part: str) -> Tensor:
    drawn = boundary_points(domain, [part], 64, seed=0, draw=0)
    return torch.as_tensor(np.ascontiguousarray(drawn[part]))
