"""Exact conditions hold for any network, and derivatives of the ansatz agree with autograd."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet, Laplacian
from nas.errors import UserError
from nas.problems import Box, Condition, Disc, Domain, Polygon, Problem, Unknown, laplacian
from nas.problems.domains.domain import distance
from nas.problems.sampling import boundary_points, interior_points
from tests.oracles import nested

SQUARE, SPACETIME = Box(x=(0, 2), y=(1, 4)), Box(x=(-1, 1), t=(0, 3))


def network(points: Tensor) -> Tensor:
    """Some function (B,), for a network that knows nothing of the problem."""
    return torch.sin(1.3 * points.sum(-1) + 0.4) + torch.cos(0.7 * points[:, 0] - 0.2)


def jet_of(function: Callable[[Tensor], Tensor], points: Tensor, keys: DerivativeSet) -> Tensor:
    """The jet (S, B, 1) of ``function`` by nested autograd."""
    return torch.stack([nested(function, points, key) for key in keys.keys])[..., None]


def solution(problem: Problem, points: Tensor, keys: DerivativeSet) -> Tensor:
    """u and its derivatives (S, B), of the first field."""
    return problem.physical(jet_of(network, points, keys), keys, points)[..., 0]


def on(domain: Domain, part: str) -> Tensor:
    return torch.as_tensor(boundary_points(domain, [part], 32, seed=1, draw=0)[part])


def waves() -> Problem:
    """A string, plucked at the start with a velocity."""
    return Problem(
        "string",
        SPACETIME,
        lambda u: u.tt - u.xx,
        [
            Condition("t_min", lambda u, x: u - torch.cos(torch.pi * x / 2), exact=True),
            Condition("t_min", lambda u, x: 2 * u.t - 2 * (1 - x**2), exact=True),
            Condition(("x_min", "x_max"), lambda u: u, exact=True),
        ],
    )


HELD: dict[str, tuple[Any, list[tuple[str, Callable[..., Tensor]]]]] = {
    "one side": (
        SQUARE,
        [("x_min", lambda x, y: torch.exp(y) + x)],
    ),
    "opposite sides": (
        SQUARE,
        [("y_min", lambda x, y: x**2 + 0 * y), ("y_max", lambda x, y: 1 - x + 0 * y)],
    ),
    "all sides, of one function": (
        SQUARE,
        [(part, lambda x, y: torch.sin(x * y)) for part in SQUARE.parts],
    ),
    "corners that disagree": (
        SQUARE,
        [(part, lambda x, y: 0 * x) for part in ("x_min", "x_max", "y_min")]
        + [("y_max", lambda x, y: 0 * x + 1)],
    ),
    "a rim": (Disc((0, 0), 2.0), [("rim", lambda x, y: x * y)]),
    "a rim and the start": (
        Disc((0, 0), 2.0) * Box(t=(0, 1)),
        [("rim", lambda x, y: x * y), ("t_min", lambda x, y: x * y)],
    ),
    "a polygon's sides": (
        Polygon([(0, 0), (2, 0), (2, 1), (1, 2), (0, 2)], names=("a", "b", "c", "d", "e")),
        [("a", lambda x, y: x), ("c", lambda x, y: 2 * x - y), ("d", lambda x, y: x * y)],
    ),
}


@pytest.mark.parametrize("case", HELD)
def test_values_hold_for_any_network(case: str) -> None:
    domain, held = HELD[case]
    conditions = [Condition(part, lambda u, x, y, g=g: u - g(x, y), exact=True) for part, g in held]
    problem = Problem("plate", domain, lambda u: laplacian(u) - 1, conditions)
    assert len(problem.terms) == 1  # nothing is left to train for but the equation
    value = DerivativeSet([], len(domain.coordinates))
    for part, g in held:
        points = on(domain, part)
        wanted = g(points[:, 0], points[:, 1])
        found = solution(problem, points, value)[0]
        torch.testing.assert_close(found, wanted.expand_as(found), rtol=1e-14, atol=1e-14)
    inside = torch.as_tensor(interior_points(domain, 32, seed=0, draw=0))
    moved = problem.physical(torch.ones(1, 32, 1, dtype=torch.float64), value, inside)
    still = problem.physical(torch.zeros(1, 32, 1, dtype=torch.float64), value, inside)
    assert bool((moved != still).all())  # inside the network decides


def test_value_and_velocity_hold_for_any_network() -> None:
    keys = DerivativeSet([(0, 1)], 2)
    start = on(SPACETIME, "t_min")
    u, u_t = (solution(waves(), start, keys)[keys.index[key]] for key in [(0, 0), (0, 1)])
    x = start[:, 0]
    torch.testing.assert_close(u, torch.cos(torch.pi * x / 2), rtol=0, atol=1e-14)
    torch.testing.assert_close(u_t, 1 - x**2, rtol=0, atol=1e-14)
    for part in ("x_min", "x_max"):
        sides = solution(waves(), on(SPACETIME, part), DerivativeSet([], 2))
        assert sides.abs().max() < 1e-14


def test_derivatives_agree_with_nested_autograd() -> None:
    problem = waves()
    keys = DerivativeSet([(2, 2), (0, 3), Laplacian((0, 1))], 2)
    points = torch.as_tensor(interior_points(SPACETIME, 8, seed=0, draw=0))
    value = DerivativeSet([], 2)

    def u(x: Tensor) -> Tensor:
        exact = problem._prepared.ansatz.exact
        assert exact is not None
        a, b = exact.values(x)
        (numbers,) = problem.describe_fields()
        made: Tensor = numbers["offset"] + numbers["scale"] * network(x)
        return a[:, 0] + b[:, 0] * made

    torch.testing.assert_close(solution(problem, points, value)[0], u(points))
    expected = torch.stack([nested(u, points, key) for key in keys.keys])
    torch.testing.assert_close(
        solution(problem, points, keys),
        expected,
        rtol=1e-11,
        atol=1e-11 * float(expected.abs().max()),
    )


def test_jets_are_remembered_until_the_points_change() -> None:
    problem, value = waves(), DerivativeSet([], 2)
    points = torch.as_tensor(interior_points(SPACETIME, 8, seed=0, draw=0))
    first = solution(problem, points, value)
    assert torch.equal(solution(problem, points, value), first)
    points[:, 1] += 0.5
    assert not torch.equal(solution(problem, points, value), first)
    for draw in range(20):  # memory of earlier points is taken by later ones
        other = torch.as_tensor(interior_points(SPACETIME, 8, seed=0, draw=draw))
        again = solution(waves(), other.clone(), value)
        assert torch.equal(solution(problem, other.clone(), value), again)


def test_other_fields_and_unknown_coefficients_stay_as_they_are() -> None:
    pair = Problem(
        "pair",
        Box(t=(0, 1)),
        lambda u, v: (u.t + v, v.t - u),
        [
            Condition("t_min", lambda u: u - 1, exact=True),
            Condition("t_min", lambda v: v),
        ],
        fields=("u", "v"),
        balanced=False,
    )
    assert len(pair.terms) == 2
    jet = torch.tensor([[[2.0, 3.0, 4.0]]], dtype=torch.float64)  # u, v and a raw constant
    points = torch.tensor([[0.5]], dtype=torch.float64)
    found = pair.physical(jet, DerivativeSet([], 1), points)
    assert found.flatten().tolist() == [1 + 0.5 * 2.0, 3.0, 4.0]


def test_float32_networks_keep_their_precision() -> None:
    keys = DerivativeSet([(0, 2)], 2)
    points = torch.as_tensor(interior_points(SPACETIME, 4, seed=0, draw=0))
    jet = jet_of(network, points, keys)
    found = waves().physical(jet.float(), keys, points)
    assert found.dtype == torch.float32
    expected = waves().physical(jet, keys, points)
    torch.testing.assert_close(found.double(), expected, rtol=1e-5, atol=1e-5)


def test_what_holds_exactly_is_told() -> None:
    rows = waves().describe_terms()
    assert [row["exact"] for row in rows] == [False, True, True, True]
    assert [row["weight"] is None for row in rows] == [False, True, True, True]
    assert waves().describe_fields()[0]["exact"]


class Bare:
    """A disc without a distance function."""

    def __init__(self) -> None:
        self._disc = Disc((0, 0), 1.0)

    def __getattr__(self, name: str) -> object:
        if name == "distance" or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._disc, name)


REFUSED: dict[str, tuple[Any, list[Condition], str]] = {
    "a derivative alone": (
        SQUARE,
        [Condition("x_min", lambda u: u.x, exact=True)],
        "expected an exact value on x_min beside the exact derivative",
    ),
    "a derivative along the side": (
        SQUARE,
        [Condition("x_min", lambda u: u.y, exact=True)],
        "expected an exact condition to give the value of one field",
    ),
    "a nonlinear one": (
        SQUARE,
        [Condition("x_min", lambda u: u**2 - 1, exact=True)],
        "expected an exact condition to give the value of one field",
    ),
    "Robin's": (
        SQUARE,
        [Condition("x_min", lambda u: u + u.x, exact=True)],
        "expected an exact condition to give the value of one field",
    ),
    "two values": (
        SQUARE,
        [
            Condition("x_min", lambda u: u, exact=True),
            Condition("x_min", lambda u: u - 1, exact=True),
        ],
        "expected one exact value for u on x_min, got two",
    ),
    "no distance": (
        Bare(),
        [Condition("rim", lambda u: u, exact=True)],
        "no distance function",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_hold_exactly_is_refused(case: str) -> None:
    domain, conditions, words = REFUSED[case]
    with pytest.raises(UserError, match=words):
        Problem("plate", domain, lambda u: laplacian(u) - 1, conditions)


def test_distances_are_the_domains_own() -> None:
    points = torch.tensor([[0.5, 1.0]], dtype=torch.float64)
    assert distance(SQUARE, "x_min", points).item() == 0.25
    assert np.isclose(distance(SQUARE, "y_min", points).item(), 0)


def test_what_is_no_function_of_coordinates_cannot_hold_exactly() -> None:
    def disc(condition: Condition, **unknown: Unknown) -> Problem:
        return Problem(
            "p", Disc((0, 0), 1), lambda u: laplacian(u) - 1, [condition], unknown=unknown
        )

    of_normal = Condition("rim", lambda u, normal: u - normal[0], exact=True)
    with pytest.raises(UserError, match=r"exact value of coordinates, got one of the normal"):
        disc(of_normal)
    of_unknown = Condition("rim", lambda u, D: u - D, exact=True)
    with pytest.raises(UserError, match=r"got one with the unknown D; leave exact=True out"):
        disc(of_unknown, D=Unknown(start=2.0))
