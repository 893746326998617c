"""What functions of quantities are called with: tensors for quantities, and plain numbers."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
from torch import Tensor

from nas.calculus.formulas import Made
from nas.calculus.refusals import refuse_complex, refuse_numpy

_NOTHING: Mapping[int, Tensor] = MappingProxyType({})


def flat(item: Any) -> Iterator[Any]:
    """The entries of lists, tuples and dicts, however deep.

    Examples
    --------
    >>> list(flat(([1, (2, 3)], {"dim": 4})))
    [1, 2, 3, 4]
    """
    if isinstance(item, list | tuple):
        for one in item:
            yield from flat(one)
    elif isinstance(item, Mapping):
        yield from flat(tuple(item.values()))
    else:
        yield item


def plain(item: Any, instead: Mapping[int, Tensor] = _NOTHING) -> Any:
    """The same with tensors for quantities: their values, or those ``instead`` by their ids.

    Examples
    --------
    >>> import torch
    >>> from nas.calculus.fields import Coordinate
    >>> x = Coordinate(("x",), 0, torch.tensor([3.0]))
    >>> plain(([x, 1], x), {id(x): torch.tensor([4.0])})
    ([tensor([4.]), 1], tensor([4.]))
    """
    if isinstance(item, Made):
        return instead[id(item)] if id(item) in instead else item.value  # noqa: SIM401 - lazily
    if isinstance(item, list | tuple):
        return type(item)(plain(one, instead) for one in item)
    if isinstance(item, dict):
        return {key: plain(one, instead) for key, one in item.items()}
    return item


def accepted(item: Any) -> Any:
    """An argument as it is, numbers of NumPy as those of Python.

    Raises
    ------
    UserError
        If it is complex, or an array of NumPy.

    Examples
    --------
    >>> accepted(np.float32(0.5)), accepted("mean")
    (0.5, 'mean')
    """
    if isinstance(item, (Made, int, float)):
        return item
    if isinstance(item, np.generic) or (isinstance(item, np.ndarray) and item.ndim == 0):
        item = item.item()
    if isinstance(item, Fraction):  # which torch does not know
        return float(item)
    if isinstance(item, np.ndarray):
        refuse_numpy(f"an array of shape {item.shape} in a formula")
    if isinstance(item, complex) or (isinstance(item, Tensor) and item.is_complex()):
        refuse_complex(str(item) if isinstance(item, complex) else "a tensor")
    return item
