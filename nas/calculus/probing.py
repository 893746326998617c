"""A function of fields is tried on made-up fields: what it asks for, and what it may not do.

Axis legend: B points, D coordinates, K columns of data, E = 4 made-up experts.

The first trial is what a function is known by. In others there are fewer points, or experts
whose fields are positive and negative, large and small, or numbers of single precision. What
would go wrong in training, or go unnoticed there, is refused here.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nas.calculus import finiteness, pointwise
from nas.calculus.derivatives import Derivative
from nas.calculus.invented import AMPLITUDES, Invented
from nas.calculus.quantities import Quantity
from nas.calculus.refusals import (
    INTEGRAL,
    refuse_complex,
    refuse_number,
    refuse_numpy,
    refuse_truth,
)
from nas.errors import UserError

Fetch = Callable[[int, Derivative], Tensor]  # component, derivative -> (…, B)
Evaluate = Callable[[Fetch, Tensor, Tensor | None], list[Any]]
LEAST = 10  # points: what mixes them would not be seen at a single one


@dataclass(frozen=True)
class Probed:
    """What was found.

    Parameters
    ----------
    asked
        The (component, derivative) that the function asked for.
    residuals : of tensors (B,)
        Those of a single network.
    warnings
        One line each.

    Examples
    --------
    >>> Probed(frozenset({(0, (2, 0))}), [torch.zeros(10)], ()).asked
    frozenset({(0, (2, 0))})
    """

    asked: frozenset[tuple[int, Derivative]]
    residuals: list[Tensor]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """A function with the points that it is tried at.

    Parameters
    ----------
    evaluate
        Calls the function.
    where
        What to call it in errors.
    points : Tensor (B, D)
    data : Tensor (B, K), optional
    columns
        K

    Examples
    --------
    >>> squared = Trial(
    ...     lambda fetch, points, data: [fetch(0, (1,)) ** 2], "flux", torch.zeros(1, 1), None, 0
    ... )
    >>> squared.rows.tolist(), probe(squared, abs, ["x"]).asked
    ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], frozenset({(0, (1,))}))
    """

    evaluate: Evaluate
    where: str
    points: Tensor
    data: Tensor | None
    columns: int

    @property
    def rows(self) -> Tensor:
        """The numbers of the points, over and over where there are few of them."""
        count = len(self.points)
        return torch.arange(max(count, LEAST if count else 0), device=self.points.device)

    def call(self, invented: Invented, rows: Tensor) -> "_Outcome":
        """What the function returns for the points of some rows."""
        points = self.points[rows % len(self.points)].double().requires_grad_()
        data = self._data(rows)
        try:
            found = _translated(lambda: self.evaluate(invented.fetch, points, data))
            residuals = [as_tensor(one, points) for one in found]
            for residual in residuals:
                _check_dtype(residual)
            if not residuals:
                raise UserError("expected at least one equation, got an empty tuple")
        except UserError as error:
            raise UserError(f"{self.where}: {error}") from error
        return _Outcome(found, residuals, points, list(invented.leaves.values()))

    def _data(self, rows: Tensor) -> Tensor | None:
        if self.data is not None:
            return self.data[rows % len(self.data)]
        if not self.columns:
            return None
        waves = Invented(rows)
        return torch.stack([waves.wave(99 + column, ()) for column in range(self.columns)], dim=-1)

    def name(self, index: int, count: int) -> str:
        """What to call one of the equations."""
        return self.where if count == 1 else f"{self.where}, equation {index + 1}"


@dataclass(frozen=True)
class _Outcome:
    """What a trial gave, entry by entry of the function's result.

    found
        Quantities, tensors or numbers.
    residuals
        Their values.
    points : Tensor (B, D)
    leaves
        The made-up fields (…, B).
    """

    found: Sequence[Any]
    residuals: Sequence[Tensor]
    points: Tensor
    leaves: Sequence[Tensor]


@torch.enable_grad()
def probe(trial: Trial, function: Callable[..., Any], coordinates: Sequence[str]) -> Probed:
    """Try a function.

    Raises
    ------
    UserError
        If it asks for what does not exist, raises, or returns something other than one real
        number a point that depends on the fields at this point alone.

    Examples
    --------
    >>> mixed = Trial(
    ...     lambda fetch, points, data: [fetch(0, (1,)).mean()], "flux", torch.zeros(1, 1), None, 0
    ... )
    >>> probe(mixed, abs, ["x"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: flux: its value at one point depends on the other points (a mean, ...
    """
    rows = trial.rows
    invented = Invented(rows)
    single = trial.call(invented, rows)
    residuals = _of_shape(trial, single.residuals, rows.shape)
    count = len(residuals)
    names = [trial.name(index, count) for index in range(count)]
    for name, residual in zip(names, residuals, strict=True):
        pointwise.check_single(name, function, residual, single.points, single.leaves)
    for some in (rows[0::2], rows[1::2]):  # a maximum over all points is in one of them at most
        for index, residual in enumerate(trial.call(Invented(some), some).residuals):
            pointwise.check_rows(names[index], residual, residuals[index][some])
    order = torch.cat([rows.flip(0), rows[:3]])  # another number, for the shape
    stack = replace(trial, where=f"{trial.where}, for fields of shape (networks, points)")
    several = stack.call(Invented(order, experts=True), order)
    shape = torch.Size([len(AMPLITUDES), len(order)])
    warnings = []
    for index, residual in enumerate(_of_shape(stack, several.residuals, shape)):
        pointwise.check_experts(names[index], residual, residuals[index][order], several.leaves)
        where = finiteness.Place(names[index], coordinates, several.points)
        warnings += finiteness.check(where, several.found[index], residual)
    single_precision = replace(trial, where=f"{trial.where}, in single precision")
    single_precision.call(Invented(rows, dtype=torch.float32), rows)
    return Probed(
        frozenset(invented.leaves),
        [residual.detach() for residual in residuals],
        tuple(dict.fromkeys(warnings)),
    )


def as_tensor(item: Any, points: Tensor) -> Tensor:
    """A residual as a tensor.

    Raises
    ------
    UserError
        If it is none, nor a real number.

    Examples
    --------
    >>> as_tensor(3, torch.zeros(4, 1))
    tensor(3., dtype=torch.float64)
    >>> as_tensor(None, torch.zeros(4, 1))
    Traceback (most recent call last):
    nas.errors.UserError: expected a tensor, got None
    """
    if isinstance(item, Quantity):
        return item.value
    if isinstance(item, Tensor):
        return item
    if isinstance(item, complex):
        refuse_complex(str(item))
    if isinstance(item, np.ndarray):
        refuse_numpy("a residual")
    if inspect.iscoroutine(item):
        item.close()  # or Python says that nobody has awaited it
    if isinstance(item, bool) or not isinstance(item, Real):
        raise UserError(f"expected a tensor, got {item!r}")
    return torch.tensor(float(item), dtype=torch.float64, device=points.device)


def _check_dtype(residual: Tensor) -> None:
    if residual.is_complex():
        refuse_complex("a residual")
    if not residual.is_floating_point():
        raise UserError(
            f"expected a real number a point that is zero for the solution, got {residual.dtype}, "
            "as comparisons give it; write the difference of both sides"
        )


def _of_shape(trial: Trial, residuals: Sequence[Tensor], shape: torch.Size) -> list[Tensor]:
    """The residuals, numbers and those of coordinates alone spread to the shape (…, B)."""
    for index, residual in enumerate(residuals):
        if residual.shape not in {shape, shape[-1:], torch.Size(())}:
            hint = "return a tuple, an entry for each equation" if residual.dim() > 1 else INTEGRAL
            raise UserError(
                f"{trial.name(index, len(residuals))}: expected one number a point, shape "
                f"{tuple(shape)}, got shape {tuple(residual.shape)}; {hint}"
            )
    return [residual.expand(shape) for residual in residuals]


def _translated(call: Callable[[], list[Any]]) -> list[Any]:
    """What ``call`` returns; what it raises in the words of this package."""
    try:
        return call()
    except UserError:
        raise
    except Exception as error:
        message = " ".join(str(error).split())
        if "Boolean value of Tensor" in message:
            refuse_truth("a tensor")
        if "Can't call numpy()" in message:
            refuse_numpy("an array of a tensor")
        if "converted to Scalar" in message or "converted to Python scalars" in message:
            refuse_number("a tensor of the formula")
        raise UserError(
            f"raised {type(error).__name__}: {message}; it is called with fields and coordinates, "
            "whose tensors are u.value and x.value, with types of number u.dtype and x.dtype"
        ) from error
