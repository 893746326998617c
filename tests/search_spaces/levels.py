"""Levels to try of any axis, also of one that is added later."""

from typing import Any

from nas.search_spaces import Axis

_VALUES = ("sine", "tanh", "swish", 1, 2, 3, 16, 40, 0.25, 1.0, 10.0, 3.5, "raw", "fourier 4",
           "periodic x", "periodic x y 3", "all", "output")  # fmt: skip


def examples(axis: Axis) -> list[Any]:
    """Different levels of ``axis``, at least two."""
    found = [value for value in _VALUES if type(value) is axis.kind and axis.accepts(value)]
    assert len(found) >= 2, f"add levels of {axis.name} to _VALUES"
    return found
