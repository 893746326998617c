"""Jumps are found, and told from what is only steep."""

from typing import Any

import pytest
import torch

from nas.problems import Box, Condition, Problem, laplacian

SQUARE = Box(x=(0, 1), y=(0, 1))


def warned(residual: Any, **changes: Any) -> tuple[str, ...]:
    known: dict[str, Any] = {
        "name": "wall",
        "domain": SQUARE,
        "residual": residual,
        "conditions": [Condition(("y_min", "y_max"), lambda u, x: u - x)],
    }
    return tuple(line for line in Problem(**known | changes).warnings if "jumps" in line)


def k(y: Any) -> Any:
    return torch.where(y > 0.3, 400.0, 1.38)


@pytest.mark.parametrize(
    "residual",
    [
        lambda u, y: k(y) * laplacian(u),
        lambda u, y: (k(y) * u.x).d("x") + (k(y) * u.y).d("y"),
        lambda u, y: u.xx + k(y) * u.yy,
        lambda u, x, y: torch.where((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.04, 2.0, 1.0) * u.xx + u.yy,
    ],
)
def test_a_jump_is_found(residual: Any) -> None:
    (line,) = warned(residual)
    assert "nas.Pieces" in line


def test_where_it_is_and_from_what_to_what() -> None:
    (line,) = warned(lambda u, y: k(y) * laplacian(u))
    assert "the coefficient of Δu jumps" in line
    assert "y=0.3" in line
    assert "1.38" in line
    assert "400" in line


@pytest.mark.parametrize(
    "residual",
    [
        lambda u, y: (1 + 400 * torch.sigmoid(2000 * (y - 0.3))) * laplacian(u),  # steep, smooth
        lambda u, y: laplacian(u) + torch.where(y > 0.3, 1.0, 0.0),  # a source may jump
        lambda u, y: laplacian(u) + k(y) * u.x,  # and so may what stands with lower derivatives
        lambda u, y: torch.where(y > 0.3, 1.01, 1.0) * laplacian(u),  # too little to see
    ],
)
def test_what_a_smooth_field_can_do_is_not_told(residual: Any) -> None:
    assert warned(residual) == ()


def test_first_order_systems_may_jump() -> None:
    found = warned(
        lambda a, p, q, y: (a.x - p / k(y), a.y - q / k(y), p.x + q.y),
        fields=("a", "p", "q"),
        conditions=[Condition("y_min", lambda a: a), Condition("y_max", lambda q: q - 1)],
    )
    assert found == ()
