"""The activations as C++: what is written, and what cannot be."""

import pytest
import torch
from torch import Tensor

from nas.calculus import emission


def cube(z: Tensor, order: int) -> list[Tensor]:
    derivatives = [z * z * z]
    if order >= 1:
        derivatives.append(3 * z * z)
    if order >= 2:
        derivatives += [6 * z, 6 - 0 * z, -(0 * z), 0 / (1 + z)][: order - 1]
    return derivatives


def erfc(z: Tensor, order: int) -> list[Tensor]:
    return [torch.erfc(z)]


def test_every_operation_is_written_down_in_turn() -> None:
    written = emission.write({"cube": cube})
    assert "inline void cube_1(" in written
    lines = written.split("cube_1(")[1].split("}")[0]
    assert [line.strip() for line in lines.splitlines()[2:] if line.strip()] == [
        "const Vector t0 = z * z;",
        "const Vector t1 = t0 * z;",
        "const Vector t2 = Vector(T(3.0)) * z;",
        "const Vector t3 = t2 * z;",
        "t1.store(f + 0 * stride);",
        "t3.store(f + 1 * stride);",
    ]
    assert ".neg();" in written
    assert "case 5: each_vector(cube_5<T>, z, f, n); break;" in written


def test_what_has_no_counterpart_is_told() -> None:
    with pytest.raises(emission.NotWritable, match=r"torch\.erfc"):
        emission.write({"erfc": erfc})
