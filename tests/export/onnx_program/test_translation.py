"""Operators one by one, against torch; what ONNX gives is computed by onnxruntime."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from nas.errors import UserError
from nas.export.formats.onnx import _content
from nas.export.onnx_program.translation import translated
from nas.problems.ansatz.jump import jumping
from tests.problems.ansatz.test_corner_jumps import inside
from tests.problems.ansatz.test_face_jumps import ALL as JUMPING

TABLE = torch.tensor([[1.0, 4.0, 9.0], [2.0, 0.5, 7.0]], dtype=torch.float64)


class Function(nn.Module):
    """A function of points (B, 3)."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function
        self.table: Tensor
        self.register_buffer("table", TABLE)

    def forward(self, points: Tensor) -> Tensor:
        """What the function gives."""
        return self.function(points)


def arithmetic(x: Tensor) -> Tensor:
    a, b, c = x.unbind(-1)
    positive = a * a + 0.5
    parts = [
        2 - a, 1 / positive, a**3, positive**b, a.square(), positive.rsqrt(), positive.sqrt().log(),
        torch.log1p(positive), a.abs().neg(), a.sign() * b.floor() + c.ceil(), a.exp().sigmoid(),
        torch.maximum(a, b) - torch.minimum(b, c), a.clamp(min=0.2).clamp(-1, 0.5), a.relu(),
        a.clamp_min(0.2) + b.clamp_max(0.1),
        torch.where((a > b) & ~(c <= 0.3), a, torch.zeros_like(a)), (a >= 0).to(a.dtype) + a,
        torch.where((a < 0.1) | (b == b), 2.0, c), a.reciprocal(),
        -torch.nn.functional.logsigmoid(-b),
    ]  # fmt: skip
    return torch.stack(parts, -1)


def shapes(x: Tensor) -> Tensor:
    first, rest = torch.split(x, [1, 2], dim=-1)
    table = TABLE.to(x)
    parts = [
        x[:, 1:], x[..., :0], first.expand(-1, 2), x @ table.T,
        torch.addmm(table[1, :2], x, table.T),
        x.transpose(0, 1).t().permute(0, 1)[:, :1], x.unsqueeze(1).squeeze(1), rest.softmax(-1),
        torch.ones_like(first), torch.full_like(rest, 7.0), x.new_zeros(x.shape[0], 2),
        x.new_ones(x.shape[0], 1),
        torch.zeros(x.shape[0], 1, dtype=x.dtype), torch.full((x.shape[0], 1), 3.0, dtype=x.dtype),
        x.reshape(-1, 3).view(x.shape[0], 3), x.sum(1, keepdim=True), x.sum([-1]).unsqueeze(-1),
        torch.cat(x.chunk(2, dim=-1)[::-1], -1), x[:, 0:3:2].clone(), x[:, -1].detach()[:, None],
    ]  # fmt: skip
    return torch.cat(parts, -1)


def computed(function: Callable[[Tensor], Tensor], points: Tensor, dtype: str) -> Tensor:
    onnx, runtime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    steps, result = translated(Function(function), "points", 3, dtype)
    outputs = function(points).shape[-1]
    session = runtime.InferenceSession(_content(onnx, steps, result, 3, outputs))
    given = points.to(getattr(torch, dtype)).numpy()
    return torch.from_numpy(session.run(None, {"points": given})[0])


@pytest.mark.parametrize("function", [arithmetic, shapes])
@pytest.mark.parametrize(("dtype", "digits"), [("float64", 1e-14), ("float32", 1e-5)])
def test_every_operator_is_torchs(
    function: Callable[[Tensor], Tensor], dtype: str, digits: float
) -> None:
    points = 3 * torch.rand(17, 3, generator=torch.Generator().manual_seed(1)).double() - 1
    got = computed(function, points, dtype)
    assert str(got.dtype) == f"torch.{dtype}"
    torch.testing.assert_close(got.double(), function(points), rtol=digits, atol=digits)


def test_softplus_keeps_its_digits_where_it_is_small() -> None:
    points = torch.tensor([[-40.0, -20.0, -1.0], [700.0, -700.0, 0.0]], dtype=torch.float64)

    def softplus(x: Tensor) -> Tensor:
        value: Tensor = -torch.nn.functional.logsigmoid(-x)
        return value

    got = computed(softplus, points, "float64")
    torch.testing.assert_close(got, softplus(points), rtol=1e-15, atol=0)


@pytest.mark.parametrize(("dtype", "digits"), [("float64", 1e-13), ("float32", 1e-5)])
def test_the_complementary_error_function_has_its_digits_where_it_is_small(
    dtype: str, digits: float
) -> None:
    """To the rounding of x² in exp(-x²), which counts for x² times as much: 1e-14 here."""
    points = torch.tensor([[-30.0, -1.0, -1e-9], [0.0, 1e-9, 0.5], [2.0, 5.0, 8.0]]).double()
    got = computed(torch.erfc, points, dtype)
    torch.testing.assert_close(got.double(), torch.erfc(points), rtol=digits, atol=1e-38)
    far = torch.tensor([[30.0, 1e9, 1e18]], dtype=torch.float64)
    assert (computed(torch.erfc, far, dtype) < 1e-38).all()


@pytest.mark.parametrize(("dtype", "digits"), [("float64", 1e-15), ("float32", 1e-6)])
def test_angles_have_all_digits_all_around(dtype: str, digits: float) -> None:
    """Where ONNX has an arctangent of single precision alone."""
    around = torch.linspace(-1, 1, 401, dtype=torch.float64)[1:] * torch.pi
    axes = torch.tensor([[1, 0], [0, 1], [-1, 0], [0, -1], [0, 0]], dtype=torch.float64)
    points = torch.cat([torch.stack([around.cos(), around.sin()], -1) * 1e-3, axes])

    def angle(x: Tensor) -> Tensor:
        return torch.atan2(x[:, 1], x[:, 0])[:, None]

    got = computed(angle, torch.cat([points, points[:, :1]], dim=1), dtype).double()
    expected = angle(points)
    # At the cut it is π or -π, as rounding has it.
    apart = (got - expected + torch.pi).remainder(2 * torch.pi) - torch.pi
    assert float(apart.abs().max()) < 5 * digits
    assert float(got[-1]) == 0


def test_numbers_are_written_once() -> None:
    steps, _ = translated(Function(lambda x: (x * 2 + 2) * 2), "points", 3, "float64")
    assert [one.tolist() for one in steps.constants.values()] == [2.0]


UNKNOWN: dict[str, tuple[Callable[[Tensor], Tensor], str]] = {
    "an operator": (
        lambda x: torch.cumsum(x, 1),
        r"known in ONNX, got aten\.cumsum\.default; take",
    ),
    "another way to call": (
        lambda x: torch.sub(x, x, alpha=2),
        r"got aten\.sub\.Tensor; take --form",
    ),
    "rounded": (lambda x: torch.div(x, 3, rounding_mode="floor"), r"got aten\.div\.Tensor_mode"),
    "in float32 alone": (torch.atan, r"knows in float64, got Atan, which it has in float32 alone"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_is_not_known_is_refused_by_name(case: str) -> None:
    function, message = UNKNOWN[case]
    with pytest.raises(UserError, match=message) as error:
        translated(Function(function), "points", 3, "float64")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", JUMPING)
@pytest.mark.parametrize(("dtype", "digits"), [("float64", 1e-12), ("float32", 1e-3)])
def test_jumps_along_sides_of_all_kinds(name: str, dtype: str, digits: float) -> None:
    problem = JUMPING[name]
    jumps, points = problem.known_jumps, inside(problem.domain)

    def function(points: Tensor) -> Tensor:
        return jumping(jumps, problem.domain)(points[:, :2])[:, None]

    behind = torch.cat([points, torch.zeros(len(points), 1).double()], -1)
    got = computed(function, behind, dtype).double()
    torch.testing.assert_close(got, function(behind), rtol=0, atol=digits)
