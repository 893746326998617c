"""How large values are, and other small questions to tensors of them.

Axis legend: K functions, S derivatives, B points, C fields.
"""

import math

import torch
from torch import Tensor

RARE = 10.0  # times the usual: as much as a mean square may be beyond it by rare states
_NORMAL = 0.6745  # the median of a normal variable's size, over its standard deviation


def to_digits(number: float, digits: int = 2) -> float:
    """Rounded, so that no processor's last bits are in it.

    Examples
    --------
    >>> to_digits(0.02512), to_digits(1234.0)
    (0.025, 1200.0)
    """
    return float(f"{number:.{digits - 1}e}")


def only(jet: Tensor, field: int) -> Tensor:
    """The jets (K, S, B, C), of one field alone.

    Examples
    --------
    >>> only(torch.ones(1, 1, 1, 3), field=1).flatten().tolist()
    [0.0, 1.0, 0.0]
    """
    some = torch.zeros_like(jet)
    some[..., field] = jet[..., field]
    return some


def size(values: Tensor) -> float:
    """The root of the mean square of what is finite; 0 if nothing is.

    Examples
    --------
    >>> size(torch.tensor([3.0, -3.0, torch.nan])), size(torch.tensor([torch.inf]))
    (3.0, 0.0)
    """
    finite = values[torch.isfinite(values)]
    if not len(finite):
        return 0.0
    largest = finite.abs().max()  # so that no square is beyond float64
    return float(largest * (finite / largest).square().mean().sqrt()) if largest > 0 else 0.0


def height(values: Tensor) -> float:
    """How large values are where most of their square is: √(Σ v⁴ / Σ v²).

    Examples
    --------
    >>> height(torch.tensor([3.0, 0.0, 0.0, 0.0])), size(torch.tensor([3.0, 0.0, 0.0, 0.0]))
    (3.0, 1.5)
    """
    whole = size(values)
    return size((values / whole).square()) * whole if 0 < whole < math.inf else whole


def usual(values: Tensor) -> float:
    """The size of values (K, B) of which a few functions K at a point B decide nothing.

    Examples
    --------
    >>> few = torch.tensor([[1.0, 1.0], [-1.0, torch.nan], [99.0, 1.0]])
    >>> round(usual(few) * 0.6745, 6)
    1.0
    """
    finite = torch.where(values.isfinite(), values.abs(), torch.nan)
    return size(finite.nanmedian(0).values) / _NORMAL


def middling(values: Tensor) -> float:
    """The size of values, of which a few decide nothing, wherever they are.

    Examples
    --------
    >>> round(middling(torch.tensor([[1.0, -1.0, torch.nan], [1.0, 1.0, 9e9]])) * 0.6745, 6)
    1.0
    """
    finite = torch.where(values.isfinite(), values.abs(), torch.nan)
    middle = float(finite.nanmedian())
    return middle / _NORMAL if middle > 0 else 0.0


def bounded(values: Tensor) -> float:
    """The size of values (K, B), of which what is rare makes no more than `RARE` times the usual.

    Examples
    --------
    >>> bounded(torch.tensor([[1.0], [2.0], [2.0]])), bounded(torch.tensor([[0.0], [0.0], [3.0]]))
    (1.7320507764816284, 1.7320507764816284)
    >>> round(bounded(torch.tensor([[0.6745], [0.6745], [9e9]])), 6)
    10.0
    """
    return min(size(values), RARE * usual(values) or math.inf)
