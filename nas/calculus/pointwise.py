"""Whether a residual follows, differentiably, from the fields at its own point, and they alone.

Axis legend: B points, D coordinates, E experts.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor

from nas.calculus.refusals import INTEGRAL
from nas.errors import UserError

_TOLERANCE = 1e-9  # relative: of the same formula at the same point, computed in another order


def check_single(
    name: str,
    function: Callable[..., Any],
    residual: Tensor,
    points: Tensor,
    leaves: Sequence[Tensor],
) -> None:
    """Raise `UserError` unless a residual (B,) has parameters of no network but those of fields.

    Parameters
    ----------
    points : Tensor (B, D)
    leaves : of tensors (B,)
        The fields that it was computed from.

    Examples
    --------
    >>> u = torch.rand(4, requires_grad=True)
    >>> check_single("heat", lambda u: u**2, u**2, torch.rand(4, 1), [u])
    >>> check_single("heat", torch.mean, u - u.mean(), torch.rand(4, 1), [u])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: heat: its value at one point depends on the other points (a mean, ...
    """
    if not residual.requires_grad:
        return
    for variable in _variables(residual):
        if not any(variable is own for own in (points, *leaves)):
            raise UserError(f"{name}: {_adopt(function, variable)}")
    for chosen in (torch.arange(len(residual)) % 2 == 0, torch.arange(len(residual)) % 2 == 1):
        found = _gradients(name, residual[chosen], [points, *leaves], leaves)
        if any(_touched(gradient[~chosen]) for gradient in found):
            refuse_mixing(name)


def check_experts(name: str, residual: Tensor, single: Tensor, leaves: Sequence[Tensor]) -> None:
    """Raise `UserError` unless the residual (E, B) of each expert is as if it were alone.

    Parameters
    ----------
    single : Tensor (B,)
        That of the first, alone, from a call for the same points in another order.
    leaves : of tensors (E, B)

    Examples
    --------
    >>> u = torch.rand(3, 4, requires_grad=True)
    >>> check_experts("heat", u**2, u[0] ** 2, [u])
    >>> check_experts("heat", u.detach() ** 2, u[0] ** 2, [u])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: heat: it changes with the fields, but not differentiably: ...
    """
    check_rows(name, residual[0], single)
    if any(_touched(gradient[1:]) for gradient in _gradients(name, residual[0], leaves)):
        refuse_mixing(name)
    followed = any(bool((gradient != 0).any()) for gradient in _gradients(name, residual, leaves))
    changes = (residual[0] - residual[1]).abs().nan_to_num(0, 0, 0).max() > _least(single)
    if changes and not followed:
        raise UserError(
            f"{name}: it changes with the fields, but not differentiably: no training would make "
            "it small; leave out detach(), torch.no_grad(), comparisons and steps such as sign"
        )


def check_rows(name: str, residual: Tensor, single: Tensor) -> None:
    """Raise `UserError` unless residuals (B,) are the same from two calls with other points beside.

    Examples
    --------
    >>> check_rows("heat", torch.tensor([0.1, 0.2]), torch.tensor([0.1, 0.2]))
    >>> check_rows("heat", torch.tensor([0.1, 0.2]), torch.tensor([0.3, 0.4]))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: heat: its value at one point depends on the other points (a mean, ...
    """
    expected = residual.expand(single.shape)
    if not torch.isclose(expected, single, 0, _least(single), equal_nan=True).all():
        refuse_mixing(name)


def _least(residual: Tensor) -> float:
    """What counts as a difference."""
    return _TOLERANCE * float(residual.detach().abs().nan_to_num(0, 0, 0).max())


def refuse_mixing(name: str) -> None:
    """Raise what tells that points, or experts, may not be mixed.

    Examples
    --------
    >>> refuse_mixing("heat")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: heat: its value at one point depends on the other points (a mean, ...
    """
    raise UserError(
        f"{name}: its value at one point depends on the other points (a mean, sum, maximum, sort, "
        f"index, random number, …); {INTEGRAL}"
    )


def _gradients(name: str, residual: Tensor, *choices: Sequence[Tensor]) -> list[Tensor]:
    """The derivatives of the sum by all of the first choice, or of the next if there are none."""
    if not residual.requires_grad:
        return []
    *others, last = choices
    for wanted in others:  # a step at a point in space, such as heaviside(x), has no derivative
        with suppress(RuntimeError):
            return _found(residual, wanted)
    try:
        return _found(residual, last)
    except RuntimeError as error:
        raise UserError(f"{name}: cannot be differentiated by the fields: {error}") from error


def _found(residual: Tensor, wanted: Sequence[Tensor]) -> list[Tensor]:
    if not wanted:
        return []
    found = torch.autograd.grad(residual.sum(), wanted, retain_graph=True, allow_unused=True)
    return [gradient for gradient in found if gradient is not None]


def _touched(gradient: Tensor) -> bool:
    """Whether it is other than zero; 0 · ∞ stems from the point's own, and so counts as zero."""
    return bool(((gradient != 0) & ~gradient.isnan()).any())


def _variables(residual: Tensor) -> Iterator[Tensor]:
    """The tensors that a residual was differentiably computed from."""
    if residual.grad_fn is None:
        yield residual
    seen: set[Any] = set()
    waiting = [residual.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        variable = getattr(node, "variable", None)
        if isinstance(variable, Tensor):
            yield variable
        waiting += [following for following, _ in node.next_functions]


def _adopt(function: Callable[..., Any], variable: Tensor) -> str:
    name = _name_of(function, variable) or "D"
    start = f"{variable.item():.6g}" if variable.numel() == 1 else "…"
    return (
        f"a tensor that requires a gradient (torch.nn.Parameter, a network) is not trained here; "
        f"an unknown coefficient is a parameter of the function, {name}, and of the problem, "
        f'unknown={{"{name}": nas.Unknown(start={start})}}; what is known: requires_grad_(False)'
    )


def _name_of(function: Callable[..., Any], variable: Tensor) -> str | None:
    """What the function's file calls a tensor."""
    if not inspect.isfunction(function):
        return None
    seen = inspect.getclosurevars(function)
    named = {**seen.globals, **seen.nonlocals}
    return next((name for name, value in named.items() if value is variable), None)
