"""The activations as C++: what is written, and what cannot be."""

import pytest
import torch
from torch import Tensor

from nas.calculus import emission
from nas.calculus.activations import Activation


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


def power(z: Tensor, order: int) -> list[Tensor]:
    return [z**2]


def clamped(z: Tensor, order: int) -> list[Tensor]:
    return [z.clamp_min(0)]


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        (erfc, r"torch\.erfc"),
        (power, r"mine_0: unsupported operand .* \*\*"),
        (clamped, "mine_0: .* no attribute 'clamp_min'"),
        (lambda z, order: [z], "mine_1: expected 2 derivatives, got 1"),
    ],
)
def test_what_has_no_counterpart_is_reported(activation: Activation, message: str) -> None:
    with pytest.raises(emission.NotWritable, match=message):
        emission.write({"mine": activation})
