"""Quantities and expressions to try things on.

Axis legend: B points, D coordinates.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from nas.calculus.expression import Expression, Names
from nas.calculus.fields import Coordinate, Field

VALUE = torch.tensor([0.5, 2.0, 3.0], dtype=torch.float64)
OTHER = torch.tensor([4.0, 1.5, 0.25], dtype=torch.float64)
WAVE = Names(("u", "v"), ("x", "t"))


def field(value: Tensor = VALUE, name: str = "u") -> Any:
    """A field whose derivatives have all the same values."""
    return Field(name, ("x", "t"), lambda derivative: value)


def coordinate(value: Tensor = VALUE) -> Any:
    """The coordinate x of x and t."""
    return Coordinate(("x", "t"), 0, value)


def expression(
    function: Callable[..., Any],
    fields: tuple[str, ...] = ("u",),
    coordinates: tuple[str, ...] = ("x", "t"),
    unknowns: Mapping[str, Callable[[Tensor], Tensor]] | None = None,
    data: tuple[str, ...] = (),
) -> Expression:
    """A function tried at ten points."""
    probe = torch.linspace(0.1, 0.9, 10 * len(coordinates), dtype=torch.float64)
    names = Names(fields, coordinates, unknowns or {}, data)
    return Expression(function, names, "residual", probe.view(10, len(coordinates)))
