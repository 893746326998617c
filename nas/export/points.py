"""Where a network is asked: points (B, D) or coordinates by name, as tensors or as arrays.

Axis legend: B points, D coordinates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nas.errors import UserError
from nas.one_line import cut

_AT_ONCE = 16_384  # points of an array: a million of them would need gigabytes
_NUMBERS = "fiub"  # kinds of NumPy's types


@dataclass(frozen=True)
class Points:
    """The points of a question, and the form in which its answer goes back.

    Parameters
    ----------
    tensor : Tensor (B, D)
    shape
        Of the answer, without what it has of its own at each point.
    is_tensor
        Whether the answer is one; otherwise it is an array, or a number where the shape is ().

    Examples
    --------
    >>> points = read(None, {"x": [0.0, 1.0], "t": [[1.0], [2.0]]}, ("x", "t"), torch.zeros(1))
    >>> points.tensor.shape, points.ask(lambda tensor: tensor.sum(-1)).tolist()
    (torch.Size([4, 2]), [[1.0, 2.0], [2.0, 3.0]])
    """

    tensor: Tensor
    shape: tuple[int, ...]
    is_tensor: bool

    def ask(self, function: Callable[[Tensor], Tensor]) -> Any:
        """The answer of ``function``, (B, D) -> (B, …), in the form of the question."""
        if self.is_tensor:
            values = function(self.tensor)
            return values.reshape((*self.shape, *values.shape[1:]))
        with torch.no_grad():
            values = torch.cat([function(part) for part in torch.split(self.tensor, _AT_ONCE)])
        return values.reshape((*self.shape, *values.shape[1:])).cpu().numpy()[()]


def read(points: Any, named: Mapping[str, Any], names: Sequence[str], like: Tensor) -> Points:
    """What a network with the coordinates ``names`` is called with.

    Parameters
    ----------
    points
        A tensor, or what NumPy makes an array of, (B, D), the columns in the order of ``names``; a
        table with named columns, such as pandas', by these; None where coordinates are named.
    named
        Tensors, arrays or numbers by the names of all coordinates; they broadcast.
    like
        Numbers that are none of a tensor get its type and device.

    Raises
    ------
    UserError
        If coordinates are unknown or missing, shapes do not fit, or something is no number.

    Examples
    --------
    >>> read([[0.0, 1.0]], {}, ("x", "t"), torch.zeros(1)).tensor
    tensor([[0., 1.]])
    >>> read(None, {"x": 0.5}, ("x", "t"), torch.zeros(1))
    Traceback (most recent call last):
    nas.errors.UserError: expected the coordinates x, t, got x; t is missing
    """
    if points is not None and named:
        raise UserError(
            f"expected points or coordinates by name, got both; leave out {', '.join(named)}"
        )
    if named:
        return _by_name(named, names, like)
    if columns := _columns(points):
        chosen = {name: np.asarray(points[name]) for name in names if name in columns}
        return _by_name(chosen or dict.fromkeys(columns), names, like)
    if points is None:
        several = ", ".join(f"{name}=…" for name in names)
        raise UserError(f"expected points (B, {len(names)}) or {several}, got nothing")
    tensor = _tensor(points, "points", like)
    check(tensor, names)
    return Points(tensor, tensor.shape[:1], isinstance(points, Tensor))


def _columns(points: Any) -> tuple[str, ...]:
    """The names of a table's columns; none of what has no names."""
    found = getattr(points, "columns", None)
    names = () if found is None else tuple(found)
    return names if all(isinstance(name, str) for name in names) else ()


def check(points: Tensor, names: Sequence[str]) -> None:
    """Refuse points that are not (B, D); (B, 1) would be broadcast to D coordinates in silence.

    Raises
    ------
    UserError
        If their shape is another one.

    Examples
    --------
    >>> check(torch.zeros(5), ("x",))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: expected points of shape (B, 1) with the columns x, got (5,); ...
    """
    if points.ndim != 2 or points.shape[1] != len(names):
        raise UserError(
            f"expected points of shape (B, {len(names)}) with the columns {', '.join(names)}, "
            f"got {tuple(points.shape)}; coordinates of other shapes go by name: "
            f"{', '.join(f'{name}=…' for name in names)}"
        )
    _check_real(points, "points")


def _check_real(tensor: Tensor, name: str) -> None:
    if tensor.is_complex():
        raise UserError(f"{name}: expected real numbers, got a complex tensor; take .real")


def _by_name(named: Mapping[str, Any], names: Sequence[str], like: Tensor) -> Points:
    wrong = [f"{name} is missing" for name in names if name not in named]
    wrong += [f"{name} is none of them" for name in named if name not in names]
    if wrong:
        raise UserError(
            f"expected the coordinates {', '.join(names)}, got {', '.join(named)}; "
            f"{', '.join(wrong)}"
        )
    given = [_tensor(named[name], name, like).to(like) for name in names]
    try:
        together: Sequence[Tensor] = torch.broadcast_tensors(*given)  # type: ignore[no-untyped-call]
    except RuntimeError as error:
        shapes = ", ".join(f"{n} {tuple(of.shape)}" for n, of in zip(names, given, strict=True))
        raise UserError(
            f"expected coordinates whose shapes broadcast, got {shapes}; for a grid make them "
            "(N, 1) and (1, M)"
        ) from error
    tensor = torch.stack([one.reshape(-1) for one in together], dim=-1)
    is_tensor = any(isinstance(named[name], Tensor) for name in names)
    return Points(tensor, together[0].shape, is_tensor)


def _tensor(value: Any, name: str, like: Tensor) -> Tensor:
    if isinstance(value, Tensor):
        _check_real(value, name)
        return value
    if np.ma.is_masked(value):
        raise UserError(f"{name}: expected numbers, got masked ones among them; leave them out")
    try:
        array = np.asarray(value)
    except ValueError:  # of lists of unequal lengths
        array = np.asarray(None)
    if array.dtype.kind not in _NUMBERS:
        raise UserError(
            f"{name}: expected numbers as a tensor, an array or a list, got {cut(repr(value))}"
        )
    return torch.tensor(array.astype(np.float64), dtype=like.dtype, device=like.device)
