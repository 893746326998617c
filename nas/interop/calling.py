"""How functions and networks of one program are called by another.

Axis legend: N points, D coordinates, C fields.
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn


def by_name(names: Sequence[str], function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` of arguments in order as one of parameters by these names.

    Examples
    --------
    >>> named = by_name(("u", "x"), lambda u, x: u - x)
    >>> str(inspect.signature(named)), named(x=1, u=3)
    ('(*, u, x)', 2)
    """

    def named(**given: Any) -> Any:
        return function(*(given[name] for name in names))

    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    named.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return named


def of_columns(coordinates: Sequence[str], function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of an array (N, D) as one of coordinates by name: a solution as ours are.

    Examples
    --------
    >>> solution = of_columns(("x", "y"), lambda points: points[:, 0:1] * points[:, 1:2])
    >>> solution(x=np.array([2.0, 3.0]), y=np.array([4.0, 5.0])).tolist()
    [8.0, 15.0]
    """

    def solution(*columns: Any) -> Any:
        found = np.asarray(function(np.stack(columns, axis=-1)), dtype=np.float64)
        found = found.reshape(len(columns[0]), -1)
        return tuple(found.T) if found.shape[1] > 1 else found[:, 0]

    return by_name(coordinates, solution)


def in_its_numbers(u: nn.Module, points: Tensor) -> Tensor:
    """The fields (N, C) of an exported network at ``points`` (N, D) of another type of numbers.

    Examples
    --------
    >>> import torch
    >>> in_its_numbers(nn.Linear(1, 1).double(), torch.ones(2, 1)).dtype
    torch.float32
    """
    fields: Tensor = u(points.to(next(u.parameters()).dtype))
    return fields.to(points.dtype)
