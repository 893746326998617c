"""Recorded programs compute what the function does, for any number of points, and nothing else."""

import json
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from nas.calculus.program import Program, record
from nas.errors import UserError

UNIT = [(0.0, 1.0)] * 2
TABLE = torch.tensor([1.0, 4.0, 9.0], dtype=torch.float64)


def slope(x: Tensor) -> Tensor:
    found: Tensor = torch.func.jvp(lambda y: torch.sin(y).sum(-1), (x,), (torch.ones_like(x),))[1]
    return found


def written_into(x: Tensor) -> Tensor:
    out = torch.zeros(len(x), 2, dtype=x.dtype)
    out[:, 1] = x[:, 0]
    return out


FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "arithmetic": lambda x: 2 * x[:, 0] ** 2 - x[:, 1] / 3 + 1e-300,
    "torch's own": lambda x: torch.stack([torch.sin(x[:, 0]), torch.exp(-x[:, 1])], -1),
    "cases": lambda x: torch.where(x[:, 0] > 0.4, x[:, 0], torch.zeros_like(x[:, 0])),
    "a constant": lambda x: torch.full((len(x),), 7.0, dtype=x.dtype),
    "captured numbers": lambda x: (x[:, :1] * TABLE).sum(-1),
    "forward derivatives": slope,
    "in place": written_into,
    "infinity": lambda x: torch.clamp(x[:, 0], max=float("inf")),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("count", [1, 5])
def test_programs_compute_the_function(name: str, count: int) -> None:
    function = FUNCTIONS[name]
    program = Program(json.loads(json.dumps(record(function, UNIT))))
    points = torch.rand(count, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(program(points), function(points), rtol=1e-15, atol=0)


def test_programs_are_differentiable() -> None:
    program = Program(record(lambda x: torch.sin(x[:, 0]) * x[:, 1], UNIT))
    x = torch.tensor([[0.3, 2.0]], dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(program(x).sum(), x)
    torch.testing.assert_close(
        gradient, torch.stack([2 * torch.cos(x[:, 0]), torch.sin(x[:, 0])], -1)
    )


@pytest.mark.parametrize(
    "name",
    [
        "aten.from_file.default",
        "aten.rand.default",
        "aten.copy_.default",
        "prims.abs.default",
        "aten.sin",
        "os.system",
        "aten.__class__.default",
    ],
)
def test_other_operators_are_refused(name: str) -> None:
    steps = record(lambda x: torch.sin(x[:, 0]), UNIT[:1])
    steps["steps"][-1]["operator"] = name
    with pytest.raises(UserError, match="expected a recorded program"):
        Program(steps)


def test_what_mixes_points_is_refused() -> None:
    with pytest.raises(UserError, match="expected a function of arithmetic alone"):
        record(lambda x: x[:, 0] - x[:, 0].mean(), UNIT[:1])


def test_what_raises_is_refused_with_its_words() -> None:
    def broken(x: Tensor) -> Tensor:
        raise ValueError("no such thing")

    with pytest.raises(UserError, match="no such thing"):
        record(broken, UNIT[:1])


@pytest.mark.parametrize("lost", ["steps", "input", "output", "constants"])
def test_what_is_no_program_is_refused(lost: str) -> None:
    steps = record(lambda x: x[:, 0], UNIT[:1])
    del steps[lost]
    with pytest.raises(UserError, match="expected a recorded program"):
        Program(steps)
