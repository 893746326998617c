"""Observations: measured values at given points.

Axis legend: n points, D coordinates, K columns of data, S derivatives, C fields, U unknown
coefficients; … any leading axes.
"""

import inspect
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from torch import Tensor

from nas.calculus.expression import Expression, Residual
from nas.calculus.jets import Derivative, DerivativeSet
from nas.errors import UserError
from nas.problems.domains import Array
from nas.problems.domains.finite import number
from nas.problems.terms.counts import check_count
from nas.problems.terms.expressing import express
from nas.problems.terms.given import AT_ONCE, Given
from nas.problems.terms.measured import check_inside, column, digest, read
from nas.problems.terms.requirement import Requirement, Setting
from nas.problems.terms.term import Drawn
from nas.problems.terms.weight import check_weight, multiplied

ROUNDING = 1e-9  # of values: what varies less is one value
TOLERATED = 1e-3  # what the equations may be off for the sake of noise, relative to the values


@dataclass(frozen=True, eq=False)
class Observations(Requirement):
    """Values that were measured, or are demanded, at given points.

    Parameters
    ----------
    data
        For each coordinate and each observed quantity an array (n,) by name; or the path of a CSV
        file whose first line has these names. (In a problem's own file
        ``Path(__file__).with_name("lab.csv")`` is found wherever the command is run.)
    of
        What a quantity is, where it is not a field by its own name: ``{"flux": lambda u: -u.x}``.
    noise
        Standard deviation of the errors of measurement, in the units of the values. The more noise
        there is, the less the observations count against the equations: these are to fit the
        values, not the noise.
    weight
        As of `nas.Condition`.
    at_once
        How many of them a draw has at most; of more, others are drawn each time.
    tolerated
        What noise may move the answer by, relative to the values: observations count in such a way
        that a misfit of ``noise`` weighs as much as one of this size would without noise.

    Raises
    ------
    UserError
        If the file is missing or no table of numbers, a name is unknown, the columns are not of
        one length, a number is not finite, or a point lies outside the domain.

    Examples
    --------
    >>> from nas.problems import Box, Condition, Problem, Unknown
    >>> measured = {"x": [0.25, 0.75], "t": [1.0, 1.0], "u": [0.3, 0.1]}
    >>> heat = Problem(
    ...     name="heat",
    ...     domain=Box(x=(0, 1), t=(0, 1)),
    ...     residual=lambda u, D: u.t - D * u.xx,
    ...     conditions=[Condition("t_min", lambda u: u), Observations(measured, noise=0.01)],
    ...     unknown={"D": Unknown(start=1.0, low=0)},
    ... )
    >>> heat.conditions[1].describe()
    '2 observations (x, t, u)'
    """

    data: Mapping[str, Any] | str | os.PathLike[str]
    of: Mapping[str, Residual] = field(default_factory=dict)
    noise: float = 0.0
    weight: float = 1.0
    at_once: int = AT_ONCE
    tolerated: float = TOLERATED

    @cached_property
    def table(self) -> dict[str, Array]:
        """The columns (n,) by name."""
        if isinstance(self.data, Mapping):
            return {str(name): column(name, values) for name, values in self.data.items()}
        if not isinstance(self.data, str | os.PathLike):
            raise UserError(
                "observations: expected a dict of arrays by name, or the path of a CSV file, got "
                f"{type(self.data).__name__}; of a pandas table it is dict(table)"
            )
        return read(Path(self.data))

    def describe(self) -> str:
        """See `Requirement`."""
        count = len(next(iter(self.table.values())))
        return f"{count} observation{'s' * (count != 1)} ({', '.join(self.table)})"

    def bind(self, setting: Setting) -> "ObservationTerm":
        """See `Requirement`."""
        where = f"{setting.name}: observations"
        self._check(where, setting)
        names = self.quantities(setting)
        points = np.stack([self.table[name] for name in setting.domain.coordinates], axis=-1)
        values = np.stack([self.table[name] for name in names], axis=-1)
        check_inside(where, setting.domain, points)
        drawn = Drawn.bare(points[:64])
        expressions = tuple(
            express(setting, self.of.get(name, _field(name)), f"observations of {name}", drawn)
            for name in names
        )
        for name, expression in zip(names, expressions, strict=True):
            _check_single(f"{where} of {name}", setting, expression)
        region = f"observed {digest(points, values)}"
        weights = tuple(float(self.weight) * self._trust(values[:, k]) for k in range(len(names)))
        return ObservationTerm(expressions, Given(points, values, self.at_once), (region,), weights)

    def _trust(self, values: Array) -> float:
        """The factor (tolerated misfit / noise)², at most 1.

        Noise leaves a mean square of noise²; times this factor it is that of a misfit of
        ``tolerated`` times the values, which the equations' residuals are to stay below. Of an
        offset beyond all that varies, as that of kelvin, no more counts: other units, same answer.
        """
        root_mean_square = float(np.sqrt(np.mean(np.square(values))))
        varied = math.sqrt(2) * float(np.std(values))  # as much, where the mean is one deviation
        is_constant = varied <= ROUNDING * root_mean_square
        size = root_mean_square if is_constant else min(root_mean_square, varied)
        size = size or 1.0
        return min(1.0, (self.tolerated * size / float(self.noise)) ** 2) if self.noise else 1.0

    def quantities(self, setting: Setting) -> tuple[str, ...]:
        """See `Requirement`: the columns of values."""
        return tuple(name for name in self.table if name not in setting.domain.coordinates)

    def _check(self, where: str, setting: Setting) -> None:
        coordinates, fields = setting.domain.coordinates, setting.fields
        if not isinstance(self.of, Mapping):
            raise UserError(
                f"{where}: of: expected functions by the names of columns, got {self.of!r:.60}"
            )
        for name in coordinates:
            if name not in self.table:
                raise UserError(
                    f"{where}: expected a column for each coordinate, {', '.join(coordinates)}; "
                    f"found none called {name!r} among {', '.join(self.table)}"
                )
        quantities = self.quantities(setting)
        for name in quantities:
            if name not in self.of and name not in fields:
                raise UserError(
                    f"{where}: column {name!r}: expected a coordinate "
                    f"({', '.join(coordinates)}), a field ({', '.join(fields)}), or what it is, "
                    f"as of={{{name!r}: lambda {fields[0]}: ...}}"
                )
        for name in self.of:
            if name not in quantities:
                raise UserError(
                    f"{where}: of={name!r}: expected one of the columns of values, "
                    f"{', '.join(quantities) or 'of which there are none'}"
                )
        if not quantities:
            raise UserError(
                f"{where}: expected a column of observed values, such as {fields[0]!r}, "
                "beside the coordinates"
            )
        counts = {len(values) for values in self.table.values()}
        if len(counts) > 1 or 0 in counts:
            sizes = ", ".join(f"{name}: {len(values)}" for name, values in self.table.items())
            raise UserError(f"{where}: expected columns of one length, at least 1, got {sizes}")
        self._check_settings(where)

    def _check_settings(self, where: str) -> None:
        if isinstance(self.noise, bool) or not 0 <= number(self.noise) < np.inf:
            raise UserError(f"{where}: noise: expected a finite number ≥ 0, got {self.noise!r}")
        if not (isinstance(self.tolerated, int | float) and 0 < self.tolerated < np.inf):
            raise UserError(
                f"{where}: tolerated: expected a finite number above 0, got {self.tolerated!r}"
            )
        check_count(where, "at_once", self.at_once)
        check_weight(where, self.weight)


@dataclass(frozen=True)
class ObservationTerm:
    """Differences between the solution and observed values as a `Term`.

    Parameters
    ----------
    expressions
        What was observed, quantity by quantity.
    source, regions, weights
        As of `Term`.

    Examples
    --------
    >>> from nas.problems import Box
    >>> here = {"x": [0.5], "u": [2.0]}
    >>> term = Observations(here).bind(Setting("rod", Box(x=(0, 1)), ("u",)))
    >>> import torch
    >>> jet = torch.full((1, 1, 1), 5.0)  # (S, B, C): u = 5 where 2 was observed
    >>> value = DerivativeSet([], dimension=1)
    >>> term.residuals(jet, value, torch.tensor([[0.5]]), torch.tensor([[2.0]]))
    [tensor([3.])]
    """

    expressions: tuple[Expression, ...]
    source: Given
    regions: tuple[str, ...]
    weights: tuple[float, ...]

    @property
    def derivatives(self) -> frozenset[Derivative]:
        """See `Term`."""
        return frozenset[Derivative]().union(*(one.derivatives for one in self.expressions))

    @property
    def components(self) -> frozenset[int]:
        """See `Term`."""
        return frozenset[int]().union(*(one.components for one in self.expressions))

    @property
    def warnings(self) -> tuple[str, ...]:
        """See `Term`."""
        return tuple(line for one in self.expressions for line in one.warnings)

    @property
    def probed(self) -> list[Tensor]:
        """See `Term`; the values themselves are in the region's name."""
        return [residual for one in self.expressions for residual in one.probed]

    def weighted(self, factors: Sequence[float]) -> Self:
        """See `Term`."""
        return replace(self, weights=multiplied(self.weights, factors))

    def residuals(
        self, jet: Tensor, derivatives: DerivativeSet, points: Tensor, data: Tensor
    ) -> list[Tensor]:
        """See `Term`."""
        bare = data[:, :0]
        return [
            expression(jet, derivatives, points, bare)[0] - data[:, column].to(jet.dtype)
            for column, expression in enumerate(self.expressions)
        ]


def _check_single(where: str, setting: Setting, expression: Expression) -> None:
    if len(expression.probed) != 1:
        raise UserError(
            f"{where}: expected one formula, got {len(expression.probed)}; give each a column"
        )
    if not expression.derivatives:
        raise UserError(
            f"{where}: expected a function of {' or '.join(setting.fields)}, got one that uses "
            "none of them; it would demand nothing"
        )


def _field(name: str) -> Residual:
    """The field of this name as a function of it: parameters are known by their names."""

    def value(**fields: Any) -> Any:
        return fields[name]

    parameter = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY)
    value.__signature__ = inspect.Signature([parameter])  # type: ignore[attr-defined]
    return value
