"""What torch does without arithmetic, in ONNX: choose, rearrange, repeat and fill."""

from collections.abc import Sequence
from typing import Any, Final

from torch import Tensor

from nas.export.onnx_program.steps import Given, Operator, Steps, Value, kind_of, number

_SAME: Final = ("alias", "clone", "contiguous", "detach", "lift_fresh_copy")


def _same(steps: Steps, x: Value, *_: Given, like: Tensor) -> Value:
    return x


def _to(steps: Steps, x: Value, *_: Given, like: Tensor) -> Value:
    return steps.cast(x, kind_of(like))


def _cat(steps: Steps, parts: Sequence[Value], axis: int = 0, *, like: Tensor) -> Value:
    kind = kind_of(like)
    return steps.add("Concat", *(steps.cast(one, kind) for one in parts), kind=kind, axis=axis)


def _stack(steps: Steps, parts: Sequence[Value], axis: int = 0, *, like: Tensor) -> Value:
    return _cat(steps, [_unsqueeze(steps, one, axis, like=like) for one in parts], axis, like=like)


def _unsqueeze(steps: Steps, x: Value, axis: int, *, like: Tensor) -> Value:
    return steps.add("Unsqueeze", x, steps.axes(axis), kind=x.kind)


def _squeeze(steps: Steps, x: Value, axis: int, *, like: Tensor) -> Value:
    return steps.add("Squeeze", x, steps.axes(axis), kind=x.kind)


def _permute(steps: Steps, x: Value, order: Sequence[int], *, like: Tensor) -> Value:
    return steps.add("Transpose", x, kind=x.kind, perm=[axis % like.ndim for axis in order])


def _reversed(steps: Steps, x: Value, *, like: Tensor) -> Value:
    return _permute(steps, x, range(like.ndim)[::-1], like=like)


def _transpose(steps: Steps, x: Value, a: int = 0, b: int = 1, *, like: Tensor) -> Value:
    order = list(range(like.ndim))
    order[a], order[b] = order[b], order[a]
    return _permute(steps, x, order, like=like)


def _select(steps: Steps, x: Value, axis: int, index: int, *, like: Tensor) -> Value:
    return steps.add("Gather", x, steps.constant(index, "int64"), kind=x.kind, axis=axis)


def _slice(
    steps: Steps, x: Value, axis: int = 0, start: Given = None, end: Given = None,
    step: int = 1, *, like: Tensor,
) -> Value:  # fmt: skip
    ends = [_shape(steps, [one]) for one in (start or 0, 2**63 - 1 if end is None else end)]
    return steps.add("Slice", x, *ends, steps.axes(axis), steps.axes(step), kind=x.kind)


def _unbind(steps: Steps, x: Value, axis: int = 0, *, like: Sequence[Tensor]) -> list[Value]:
    return [_select(steps, x, axis, index, like=one) for index, one in enumerate(like)]


def _chunk(
    steps: Steps, x: Value, _: Given, axis: int = 0, *, like: Sequence[Tensor]
) -> list[Value]:
    found, start = [], 0
    for one in like:
        end = start + one.shape[axis]
        found.append(_slice(steps, x, axis, start, end, like=one))
        start = end
    return found


def _shape(steps: Steps, sizes: Sequence[Given]) -> Value:
    """Sizes, of which some are known when the program runs, in a row."""
    if not any(isinstance(one, Value) for one in sizes):
        return steps.axes(*sizes)
    row = [one if isinstance(one, Value) else steps.axes(one) for one in sizes]
    return row[0] if len(row) == 1 else steps.add("Concat", *row, kind="int64", axis=0)


def _expand(steps: Steps, x: Value, sizes: Sequence[Given], *_: Given, like: Tensor) -> Value:
    # Torch's -1 leaves a size as it is; so does 1 in ONNX, which broadcasts both ways.
    kept = [1 if one == -1 else one for one in sizes]
    return steps.add("Expand", x, _shape(steps, kept), kind=x.kind)


def _view(steps: Steps, x: Value, sizes: Sequence[Given], *, like: Tensor) -> Value:
    return steps.add("Reshape", x, _shape(steps, sizes), kind=x.kind)


def _size(steps: Steps, x: Value, axis: int, *, like: Any) -> Value:
    end: dict[str, Any] = {} if axis == -1 else {"end": axis + 1}
    return steps.add("Shape", x, kind="int64", start=axis, **end)


def _filled(steps: Steps, given: Given, shape: Value, like: Tensor) -> Value:
    kind = kind_of(like)
    return steps.add("Expand", number(steps, given, kind), shape, kind=kind)


def _like(usual: float) -> Operator:
    """Of the shape of a tensor."""

    def of(steps: Steps, x: Value, given: Given = usual, *, like: Tensor) -> Value:
        return _filled(steps, given, steps.add("Shape", x, kind="int64"), like)

    return of


def _new(usual: float) -> Operator:
    """Of sizes that are given behind a tensor."""

    def of(
        steps: Steps, _: Given, sizes: Sequence[Given], given: Given = usual, *, like: Tensor
    ) -> Value:
        return _filled(steps, given, _shape(steps, sizes), like)

    return of


def _full(usual: float) -> Operator:
    """Of sizes alone."""

    def of(steps: Steps, sizes: Sequence[Given], given: Given = usual, *, like: Tensor) -> Value:
        return _filled(steps, given, _shape(steps, sizes), like)

    return of


def _scalar(steps: Steps, given: Given, *, like: Tensor) -> Value:
    return number(steps, given, kind_of(like))


OPERATORS: Final[dict[str, Operator]] = {
    **dict.fromkeys(_SAME, _same),
    **dict.fromkeys(("to", "_to_copy"), _to),
    **dict.fromkeys(("view", "_unsafe_view", "reshape"), _view),
    **dict.fromkeys(("chunk", "split", "split_with_sizes"), _chunk),
    **dict.fromkeys(("t", "numpy_T"), _reversed),
    "transpose": _transpose,
    "cat": _cat,
    "stack": _stack,
    "unsqueeze": _unsqueeze,
    "squeeze": _squeeze,
    "permute": _permute,
    "select": _select,
    "slice": _slice,
    "unbind": _unbind,
    "expand": _expand,
    "sym_size": _size,
    "scalar_tensor": _scalar,
    "zeros_like": _like(0),
    "ones_like": _like(1),
    "full_like": _like(0),
    "new_zeros": _new(0),
    "new_ones": _new(1),
    "new_full": _new(0),
    "zeros": _full(0),
    "ones": _full(1),
    "full": _full(0),
    "_efficientzerotensor": _full(0),
}
